/**
 * Loaded before a program (`node --import`), it prints the most memory that the process had, in MB, on the last line of standard
 * output.
 */
import { readFileSync, writeSync } from "node:fs"

/** What the kernel counts for a process begins with what its parent had; this is of the program alone, where there is such a file. */
const peakKilobytes = (): number => {
  try {
    return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1])
  } catch {
    return process.resourceUsage().maxRSS
  }
}

process.on("exit", () => writeSync(1, `\n${peakKilobytes() / 1024}`))
