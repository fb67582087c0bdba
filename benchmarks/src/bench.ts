/**
 * `pnpm bench [SCENARIO …]`: measures ours beside the limit and the peers, prints a table, and writes the same as Markdown
 * (`RESULTS.md`) and as JSON (`results.json`) where all scenarios were run. `guard` runs only where it is named, and fails
 * where it does not hold.
 */
import { writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { median, spread } from "./measure.ts"
import type { Ratio, Result } from "./scenario.ts"
import { fleet } from "./scenarios/fleet.ts"
import { guard } from "./scenarios/guard.ts"
import { historyOfAMillion } from "./scenarios/history.ts"
import { list } from "./scenarios/list.ts"
import { manifest } from "./scenarios/manifest.ts"
import { memory } from "./scenarios/memory.ts"
import { reads } from "./scenarios/reads.ts"
import { reports } from "./scenarios/reports.ts"
import { startup } from "./scenarios/startup.ts"

const scenarios = { startup, reads, list, manifest, memory, reports, fleet, history: historyOfAMillion, guard } as const

const number = (value: number): string =>
  value.toLocaleString(
    "en",
    value < 100 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumFractionDigits: 0 }
  )

/** A figure that may be a small ratio. */
const ratio = (value: number): string => (value < 0.1 ? `1/${(1 / value).toFixed(0)}` : number(value))

const meets = ({ direction, value }: Ratio, bound: number): boolean =>
  direction === "at most" ? value <= bound : value >= bound

const verdict = (ratio: Ratio): string =>
  meets(ratio, ratio.aim) ? "reaches its aim" : meets(ratio, ratio.limit) ? "holds" : "does not hold"

const markdown = ({ figures, notes = [], ratios, scenario, unit }: Result): string =>
  [
    `## ${scenario}`,
    `| what | median, ${unit} | spread |`,
    "| --- | ---: | ---: |",
    ...Object.entries(figures).map(
      ([name, all]) => `| ${name} | ${number(median(all))} | ${(spread(all) * 100).toFixed(0)} % |`
    ),
    "",
    "| figure | value | must be | aim | |",
    "| --- | ---: | ---: | ---: | --- |",
    ...ratios.map(
      (one) =>
        `| ${one.name} | ${ratio(one.value)} | ${one.direction} ${ratio(one.limit)} | ${ratio(one.aim)} | ${verdict(one)} |`
    ),
    ...notes.map((note) => `\n${note}`),
    ""
  ].join("\n")

const names = Object.keys(scenarios) as Array<keyof typeof scenarios>
const asked = process.argv.slice(2).filter((argument) => argument !== "--")
const unknown = asked.filter((name) => !names.some((known) => known === name))
if (unknown.length > 0) {
  process.stderr.write(`error: no scenario ${unknown.join(", ")}; there are ${names.join(", ")}\n`)
  process.exit(1)
}

const results: Array<Result> = []
for (const name of names.filter((known) => (asked.length === 0 ? known !== "guard" : asked.includes(known)))) {
  for (const result of await scenarios[name]()) {
    results.push(result)
    process.stdout.write(`${markdown(result)}\n`)
  }
}

if (asked.includes("guard")) {
  const slower = results.filter(({ scenario }) => scenario === "guard").flatMap(({ ratios }) => ratios)
  if (slower.some((ratio) => !meets(ratio, ratio.limit))) process.exitCode = 1
}

if (asked.length === 0) {
  const [cpu] = cpus()
  const machine = `${cpus().length} × ${cpu?.model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`
  const intro = `# Results\nWritten by \`pnpm bench\` on ${machine}. Medians of runs in turns, ratios of each round; the spread is that of their middle half.\nThe seconds are this machine's; the ratios are what counts.\n\n`
  const directory = join(import.meta.dirname, "..")
  writeFileSync(join(directory, "RESULTS.md"), intro + results.map(markdown).join("\n"))
  writeFileSync(join(directory, "results.json"), `${JSON.stringify({ machine, results }, undefined, 2)}\n`)
}
