/**
 * The states of an instance in one job over time: what a run that never was could not tell is a gap, and nothing green.
 */
import type { InstanceRun, Run } from "@holdfast/history/Run"
import { table } from "@holdfast/report/htmlEvidence"
import { counted } from "@holdfast/report/htmlHead"
import { count, html, type Markup, none } from "@holdfast/report/htmlMarkup"
import { code } from "@holdfast/report/htmlRows"
import { links } from "./links.ts"
import { when } from "./parts.ts"

/** How many ticks a picture shows. */
const maxCells = 120

/** What one tick says of an instance; of `state` it is `undefined` where it says nothing. */
interface Seen {
  readonly run_id: string
  readonly tick: string
  readonly state: InstanceRun["state"] | undefined
  readonly words: string
  readonly reason: string
}

const nameOf = (state: string): string => counted.find(([known]) => known === state)?.[1] ?? state

const told = ({ reason_code, run_id, state, tick }: InstanceRun): Seen => ({
  run_id,
  tick,
  state,
  words: nameOf(state),
  reason: reason_code === state ? "" : reason_code
})

const untold = ({ complete, run_id, state, tick }: Run): Seen => ({
  run_id,
  tick,
  state: undefined,
  words:
    state !== "finished" ? `not known: ${state}` : complete === true ? "not in the run" : "not known: not all was read",
  reason: ""
})

/** The ticks since it was seen first, the newest first, each with what it says. */
const seenBy = (runs: ReadonlyArray<InstanceRun>, ticks: ReadonlyArray<Run>): ReadonlyArray<Seen> => {
  const known = new Set(runs.map(({ run_id }) => run_id))
  const first = runs.at(-1)?.tick ?? ""
  const others = ticks.filter(
    ({ run_id, state, tick }) => !known.has(run_id) && tick >= first && state !== "due" && state !== "running"
  )
  return [...runs.map(told), ...others.map(untold)].toSorted((a, b) => (a.tick < b.tick ? 1 : -1))
}

/** Ticks in a row that say the same. */
interface Stretch {
  readonly first: Seen
  readonly last: Seen
  readonly ticks: number
}

const stretches = (all: ReadonlyArray<Seen>): ReadonlyArray<Stretch> => {
  const found: Array<Stretch> = []
  for (const seen of all) {
    const open = found.at(-1)
    if (open !== undefined && open.first.words === seen.words && open.first.reason === seen.reason) {
      found[found.length - 1] = { ...open, first: seen, ticks: open.ticks + 1 }
    } else found.push({ first: seen, last: seen, ticks: 1 })
  }
  return found
}

/** A cell for each tick, oldest first. */
const strip = (all: ReadonlyArray<Seen>): Markup => {
  const shown = all.slice(0, maxCells).toReversed()
  const cells = shown.map(({ state, tick, words }, index) => {
    const fill = state === "not_compared" ? html` fill="url(#unseen)" stroke-width="0"` : none
    return html`<g><title>${tick}: ${words}</title><rect class="${state ?? "gap"}" x="${String(index * 20 + 1)}" y="0" width="18" height="24"${fill}/></g>`
  })
  const names = [...new Set(shown.map(({ words }) => words))]
  const sizes = names.map((name) => `${count(shown.filter(({ words }) => words === name).length)} ${name}`)
  return html`<svg class="strip" role="img" aria-label="Its last ${String(shown.length)} ticks: ${sizes.join(", ")}" viewBox="0 0 ${String(Math.max(20, shown.length) * 20)} 24" preserveAspectRatio="none"><defs><pattern id="unseen" class="not_compared" width="7" height="12" patternUnits="userSpaceOnUse"><path d="M-2 14L9 -2" fill="none" stroke-width="2"/></pattern></defs>${cells}</svg>`
}

/** A picture and a table of the states in a job; `runs` and `ticks` are its own, the newest first. */
export const statesOverTime = (
  job: string,
  runs: ReadonlyArray<InstanceRun>,
  ticks: ReadonlyArray<Run>,
  now: number
): Markup => {
  const all = seenBy(runs, ticks)
  return html`<h3>Job ${job}</h3>${strip(all)}${table(
    `States in the job ${job}, the newest first`,
    ["state", "reason", "from", "to", "ticks"],
    stretches(all).map(({ first, last, ticks }) => [
      first.words,
      first.reason === "" ? "" : code(first.reason),
      when(first.tick, now, links.run(first.run_id)),
      when(last.tick, now, links.run(last.run_id)),
      count(ticks)
    ])
  )}`
}
