/**
 * `compliance status`: how each job stands, in a terminal.
 */
import { History } from "@holdfast/history/History"
import { pad, safe } from "@holdfast/report/Terminal"
import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { load } from "../config/load.ts"
import { type JobView, jobViews, openFindingsOf, type Tone } from "../dashboard/standing.ts"
import * as database from "../database.ts"
import * as Output from "../Output.ts"
import * as flags from "./flags.ts"

const glyphs: Readonly<Record<Tone, string>> = { good: "✓", unsure: "!", bad: "✗" }

const minute = (time: string | number): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`

const linesOf = (view: JobView, width: number): string => {
  const { job, next, standing, state } = view
  const finished = state?.last?.finished_at ?? null
  const open = openFindingsOf(view)
  const facts = [
    `last result ${finished === null ? "never" : minute(finished)}`,
    `next ${next === undefined ? "never" : minute(next)}`,
    ...(open === undefined ? [] : [`${open} open ${open === 1 ? "finding" : "findings"}`])
  ]
  return `${glyphs[standing.tone]} ${pad(safe`${job}`, width)}  ${safe`${standing.words}`}\n  ${" ".repeat(width)}  ${facts.join(", ")}\n`
}

export const status = Command.make(
  "status",
  { config: flags.config },
  Effect.fn("compliance status")(function* ({ config: path }) {
    const config = yield* load(path)
    yield* Effect.gen(function* () {
      const history = yield* History
      const views = jobViews(config.jobs, yield* history.jobs, yield* Clock.currentTimeMillis)
      const width = Math.max(...views.map(({ job }) => job.length))
      yield* Output.stdout(views.map((view) => linesOf(view, width)).join(""))
    }).pipe(Effect.provide(database.layer(config.database)))
  })
).pipe(
  Command.withShortDescription("Say how each job stands"),
  Command.withDescription(
    "Says of each job what its last answer is worth now, those that need attention first. It reads the history alone; `run` is what gives an exit code to act upon."
  )
)
