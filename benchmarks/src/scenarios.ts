/**
 * What is measured: each scenario runs ours, the limit and the peers in turns, and compares them.
 */
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { alternate, type Figures, median, node, startServer, timeOfNode } from "./measure.ts"

const drift = join(import.meta.dirname, "../../apps/drift/dist/drift.mjs")
const client = join(import.meta.dirname, "client.ts")

/** A figure, and what it is to be. */
export interface Result {
  readonly scenario: string
  /** What the figures count: milliseconds, or things a second. */
  readonly unit: "ms" | "per second"
  readonly figures: Readonly<Record<string, Figures>>
  /** Ours beside another: the ratio, and its bounds. A scenario can compare with several. */
  readonly ratios: ReadonlyArray<Ratio>
}

export interface Ratio {
  readonly name: string
  readonly value: number
  /** What must hold, and what is aimed for: at most where the figure is a time, at least where it is a throughput. */
  readonly limit: number
  readonly aim: number
  readonly direction: "at most" | "at least"
}

/** A directory with a manifest of `count` resources. */
const directoryOf = (count: number): string => {
  const path = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
  const resources = Array.from({ length: count }, (_, index) => `  web-${index}: {instance: vm-${index}}`)
  writeFileSync(
    join(path, "backup.yaml"),
    `version: 1\ndefaults: {protected: true}\nresources:\n${resources.join("\n")}\n`
  )
  return path
}

const environmentOf = (url: string) => ({
  HOLDFAST_BACKUP_URL: url,
  HOLDFAST_IAM_URL: url,
  YC_IAM_TOKEN: "t1.benchmark"
})

/** How long it takes to start, to answer and to end. */
const startup = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer(1)
  const one = { cwd: directoryOf(1), env: environmentOf(url) }
  const get = `require("node:http").get(${JSON.stringify(`${url}/backup/v1/resources/vm-0`)}, (r) => r.resume())`
  const figures = alternate(
    {
      "node -e 0": () => timeOfNode(["-e", "0"]),
      "node, one GET by node:http": () => timeOfNode(["-e", get]),
      "drift --version": () => timeOfNode([drift, "--version"]),
      "drift --help": () => timeOfNode([drift, "--help"]),
      "drift check, one resource": () => timeOfNode([drift, "check"], one)
    },
    21
  )
  stop()
  const base = median(figures["node -e 0"])
  const ratio = (name: keyof typeof figures, limit: number, aim: number): Ratio => ({
    name: `${name} ÷ node -e 0`,
    value: median(figures[name]) / base,
    limit,
    aim,
    direction: "at most"
  })
  return [
    {
      scenario: "startup",
      unit: "ms",
      figures,
      ratios: [ratio("drift --version", 1.3, 1.1), ratio("drift check, one resource", 3.5, 2.5)]
    }
  ]
}

const perSecond = (name: string, work: string, url: string, count: number): number =>
  (count * 1_000) / Number(node([client, name, work, url, String(count)]))

/** Reads of single resources, 32 at a time. */
const reads = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer(1)
  const run = (name: string) => () => perSecond(name, "reads", url, 20_000)
  const figures = alternate(
    { ours: run("ours"), "plain undici.request": run("plain"), "Effect's HttpClient": run("effect") },
    7
  )
  stop()
  const value = median(figures.ours) / median(figures["plain undici.request"])
  return [
    {
      scenario: "reads",
      unit: "per second",
      figures,
      ratios: [{ name: "20,000 GETs ÷ plain undici.request", value, limit: 0.8, aim: 0.95, direction: "at least" }]
    }
  ]
}

/** A folder of 100,000 resources, by its pages. */
const list = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer(100_000)
  const run = (name: string) => () => perSecond(name, "list", url, 100_000)
  const figures = alternate({ ours: run("ours"), "plain undici + JSON.parse": run("plain") }, 7)
  stop()
  return [
    {
      scenario: "list",
      unit: "per second",
      figures,
      ratios: [
        {
          name: "resources a second, one core",
          value: median(figures.ours),
          limit: 120_000,
          aim: 200_000,
          direction: "at least"
        },
        {
          name: "time of 100,000 ÷ plain undici + JSON.parse",
          value: median(figures["plain undici + JSON.parse"]) / median(figures.ours),
          limit: 1.5,
          aim: 1.2,
          direction: "at most"
        }
      ]
    }
  ]
}

export const scenarios = { startup, reads, list } as const
