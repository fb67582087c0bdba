/** What SQLite reads to answer what pages ask: an index that holds little more than the answer, whatever the size of the history. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { CurrentTransformer, type Transformer } from "effect/sql/Statement"
import { History } from "../src/History.ts"
import type { HistoryError } from "../src/HistoryError.ts"
import { temporaryDirectory } from "./support/databases.ts"
import { layerAt, october } from "./support/store.ts"

type Ask = (history: History["Service"]) => Effect.Effect<unknown, HistoryError>

const month = { from: october, to: october + 1 }

const questions: ReadonlyArray<readonly [title: string, ask: Ask, plan: ReadonlyArray<RegExp>]> = [
  ["the open findings of each job", (_) => _.jobs, [/SCAN findings USING (COVERING )?INDEX findings_once/]],
  ["the open findings", (_) => _.findings({ limit: 20, isOpen: true }), [/SCAN findings USING INDEX findings_open$/]],
  [
    "those of a job",
    (_) => _.findings({ limit: 20, isOpen: true, job: "a" }),
    [/SEARCH findings USING INDEX findings_open_by_job/]
  ],
  ["all findings", (_) => _.findings({ limit: 20 }), [/SCAN findings USING INDEX findings_by_time/]],
  ["all of a job", (_) => _.findings({ limit: 20, job: "a" }), [/SEARCH findings USING INDEX findings_by_job/]],
  [
    "those of an owner",
    (_) => _.findings({ limit: 20, owner: "a" }),
    [/SEARCH findings USING INDEX findings_by_owner/]
  ],
  ["how many are alike", (_) => _.figures(month), [/SCAN findings USING (COVERING )?INDEX findings_counted/]],
  ["the same of a job", (_) => _.figures({ ...month, job: "a" }), [/SEARCH findings USING INDEX findings_open_by_job/]],
  [
    "an instance",
    (_) => _.instance("a"),
    [/SEARCH run_rows USING INDEX run_rows_by_instance/, /SEARCH findings USING INDEX findings_by_instance/]
  ],
  ["the rows of a run", (_) => _.rows("a", { limit: 20 }), [/SEARCH run_rows USING INDEX sqlite_autoindex_run_rows/]],
  [
    "those in a state",
    (_) => _.rows("a", { limit: 20, state: "drifted" }),
    [/SEARCH run_rows USING INDEX run_rows_by_state/]
  ],
  ["the trend", (_) => _.trend(month), [/SEARCH runs USING INDEX runs_by_tick/]],
  ["the trend of a job", (_) => _.trend({ ...month, job: "a" }), [/SEARCH runs USING INDEX sqlite_autoindex_runs/]]
]

describe("the plan of SQLite", () => {
  const directory = temporaryDirectory()

  it.live.each(questions)("for %s", ([, ask, plans]) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const asked: Array<readonly [string, ReadonlyArray<unknown>]> = []
      const listening: Transformer = (statement) =>
        Effect.sync(() => {
          asked.push(statement.compile())
          return statement
        })
      yield* Effect.provideService(ask(yield* History), CurrentTransformer, listening)
      const lines: Array<string> = []
      for (const [text, params] of asked) {
        const plan = yield* sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, params)
        lines.push(...plan.map(({ detail }) => detail))
      }
      for (const plan of plans)
        assert.isTrue(
          lines.some((line) => plan.test(line)),
          lines.join("\n")
        )
      assert.notMatch(lines.join("\n"), /SCAN (findings|run_rows)$/m)
    }).pipe(Effect.provide(layerAt(join(directory(), "history.sqlite"))))
  )
})
