import { spawnSync } from "node:child_process"
import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { reportFormats } from "../../../apps/drift/src/reportFormats.ts"
import { type Figures, median, startServer } from "../measure.ts"
import { directoryOf, drift, environmentOf, newDirectory, program, type Ratio, type Result } from "../scenario.ts"
import { browsing } from "./browser.ts"

const count = 100_000
const rounds = 3
const formats = ["pretty", ...reportFormats]

/** Within how much memory a report must be written, in MB. */
const limit = 150

/** The most memory that a program had which ends with one of `codes`, in MB. */
const peakOf = (
  args: ReadonlyArray<string>,
  codes: ReadonlyArray<number>,
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}
): number => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--import", program("peak"), ...args], {
    encoding: "utf8",
    env: { ...process.env, HOLDFAST_METADATA_URL: "http://127.0.0.1:1", ...env },
    ...(cwd === undefined ? {} : { cwd })
  })
  if (status === null || !codes.includes(status)) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`)
  return Number(stdout.trim().split("\n").at(-1))
}

const roundsOf = (run: () => number): Figures => Array.from({ length: rounds }, run)

/** How much more memory the greediest of `figures` took than what it is held against. */
const within = (figures: Result["figures"], idleOf: (format: string) => Figures): Ratio => {
  const beyond = Object.entries(figures).map(([format, all]) => median(all) - median(idleOf(format)))
  return {
    name: "beyond that, the most of them; MB",
    value: Math.max(...beyond),
    limit,
    aim: 100,
    direction: "at most"
  }
}

/** What it takes to write a report, beside what the same program takes that writes an empty one. */
const writing = (directory: string): Result => {
  const of = (format: string, rows: number) => () =>
    peakOf([program("reportWriter"), format, String(rows), join(directory, `writer.${format}`)], [0])
  const idle = new Map(formats.map((format) => [format, roundsOf(of(format, 0))]))
  const figures = Object.fromEntries(formats.map((format) => [format, roundsOf(of(format, count))]))
  return {
    scenario: "memory of a process that writes a report of 100,000 findings",
    unit: "MB",
    figures: { "an empty report": [...idle.values()].flat(), ...figures },
    ratios: [within(figures, (format) => idle.get(format) ?? [])]
  }
}

/** The same of whole checks, which have read and compared all of it before. */
const checking = async (directory: string): Promise<Result> => {
  const { stop, url } = await startServer({ folder: count, driftEvery: 1 })
  const env = environmentOf(url)
  const cwd = newDirectory()
  writeFileSync(join(cwd, "backup.yaml"), "version: 1\nresources: {}\n")
  const check = [drift, "check", "--quiet", "--allow-empty"]
  // A first run, so that compiled code is kept as it is after a day's work.
  const empty = roundsOf(() => peakOf([...check, "--report", "html=empty"], [0], { cwd, env }))
  const fleet = { cwd: directoryOf(count), env }
  const none = roundsOf(() => peakOf(check, [2], fleet))
  const sizes: Array<string> = []
  const ofFormats = formats.map((format) => {
    const file = join(directory, `check.${format}`)
    const written = format === "pretty" ? ["--output", file] : ["--report", `${format}=${file}`]
    const peak = peakOf([...check, ...written], [2], fleet)
    sizes.push(`${format} ${(statSync(file).size / 1e6).toFixed(1)}`)
    return [format, [peak]] as const
  })
  stop()
  const figures = Object.fromEntries(ofFormats)
  return {
    scenario: "memory of `drift check` of 100,000 machines that have all drifted",
    unit: "MB",
    figures: { "nothing to check": empty, "no report": none, ...figures },
    ratios: [within(figures, () => none)],
    notes: [
      "The formats ran once, beside three runs without a report. Most is the check's own: the manifest, what was read, the rows, and what the engine has not collected yet.",
      `The files in MB: ${sizes.join(", ")}.`
    ]
  }
}

/** Reports of a large fleet in every format: the memory that it takes to write them, and whether a person can use the largest. */
export const reports = async (): Promise<ReadonlyArray<Result>> => {
  const directory = newDirectory()
  const results = [writing(directory), await checking(directory)]
  return [...results, await browsing(join(directory, "check.html"))]
}
