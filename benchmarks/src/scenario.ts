/**
 * What a scenario gives: figures of ours, the limit and the peers, and what ours must be beside them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Figures, median } from "./measure.ts"

/** A scenario's outcome. */
export interface Result {
  readonly scenario: string
  /** What the figures count. */
  readonly unit: "ms" | "per second" | "MB" | "KB" | "million instructions"
  readonly figures: Readonly<Record<string, Figures>>
  readonly ratios: ReadonlyArray<Ratio>
  /** What could not be compared, and why. */
  readonly notes?: ReadonlyArray<string>
}

/** A figure that is held to something: mostly ours divided by another's. */
export interface Ratio {
  readonly name: string
  readonly value: number
  /** What must hold, and what is aimed for: at most where it is a time or a size, at least where it is a throughput. */
  readonly limit: number
  readonly aim: number
  readonly direction: "at most" | "at least"
}

/** The median of the ratios of each round: what slows the machine for a while slows both. Of figures from other rounds, that of the medians. */
export const ratioOf = (
  name: string,
  [ours, theirs]: readonly [Figures, Figures],
  direction: Ratio["direction"],
  limit: number,
  aim: number
): Ratio => {
  const ofRounds = ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN))
  const value = ours.length === theirs.length ? median(ofRounds) : median(ours) / median(theirs)
  return { name, value, limit, aim, direction }
}

export const drift = join(import.meta.dirname, "../../apps/drift/dist/drift.mjs")

/** Everything that runs in a process of its own. */
export const program = (name: string): string => join(import.meta.dirname, `${name}.ts`)

const directories: Array<string> = []
process.on("exit", () => {
  for (const path of directories) rmSync(path, { recursive: true, force: true })
})

/** A new directory for a scenario's files, which goes with the process. */
export const newDirectory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
  directories.push(path)
  return path
}

/** A directory with a manifest of `count` resources. */
export const directoryOf = (count: number): string => {
  const path = newDirectory()
  const resources = Array.from({ length: count }, (_, index) => `  web-${index}: {instance: vm-${index}}`)
  writeFileSync(
    join(path, "backup.yaml"),
    `version: 1\ndefaults: {protected: true}\nresources:\n${resources.join("\n")}\n`
  )
  return path
}

/** What `drift` needs to read from the benchmarks' server. */
export const environmentOf = (url: string) => ({
  HOLDFAST_BACKUP_URL: url,
  HOLDFAST_IAM_URL: url,
  YC_IAM_TOKEN: "t1.benchmark"
})
