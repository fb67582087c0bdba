import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"

/** Starts `test/support/NAME.ts` as a process of its own. */
export const start = (script: string, ...args: ReadonlyArray<string>): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, `${script}.ts`), ...args], {
    stdio: ["pipe", "pipe", "inherit"]
  })

/** How the process ended: its exit code, or the signal that killed it. */
export const ended = (child: ChildProcess): Promise<number | string | null> =>
  new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)))
