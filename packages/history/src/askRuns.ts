/**
 * What is asked of runs and of their rows.
 */
import { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Database } from "./Database.ts"
import { decoded } from "./decoded.ts"
import type { History, RowFilter, RunFilter } from "./History.ts"
import { allOf, keyOf, limitOf, pageOf } from "./pages.ts"
import type { RunCount, Verdict } from "./Run.ts"
import { type RunRow, runColumns, toRun } from "./runColumns.ts"
import { searchableText } from "./searchableText.ts"
import { storableText } from "./storableText.ts"

type Questions = Pick<History["Service"], "runs" | "run" | "rows" | "counts" | "report" | "allRuns">

const exitCodes: Readonly<Record<Verdict, ReadonlyArray<number>>> = {
  in_sync: [0],
  drifted: [2],
  could_not_tell: [3, 130],
  error: [1]
}

const rowOf = Schema.decodeUnknownSync(Schema.fromJsonString(ResourceReport))
const headOf = Schema.decodeUnknownSync(
  Schema.fromJsonString(CheckReport.mapFields(({ resources: _, ...fields }) => fields))
)

/** The questions to `database`. */
export const askRuns = (database: Database["Service"]): Questions => {
  const { read, shown, sql } = database
  const columns = sql.literal(runColumns.join(", "))

  const runs = Effect.fn("History.runs")(function* (filter: RunFilter) {
    const { job, state, verdict } = filter
    const limit = limitOf(filter)
    const after = yield* keyOf(shown, filter)
    const conditions = sql.and([
      ...(job === undefined ? [] : [sql`job = ${storableText(job)}`]),
      ...(state === undefined ? [] : [sql`state = ${state}`]),
      ...(verdict === undefined ? [] : [sql.in("exit_code", exitCodes[verdict])]),
      ...(after === undefined ? [] : [sql`(tick, run_id) < (${after[0]}, ${after[1]})`])
    ])
    const found = yield* read(
      "read the runs",
      sql<RunRow>`
        SELECT ${columns} FROM runs WHERE ${conditions} ORDER BY tick DESC, run_id DESC LIMIT ${limit + 1}`
    )
    return pageOf(found, limit, { item: toRun, key: (row) => [row.tick, row.run_id] })
  })

  const run = Effect.fn("History.run")(function* (runId: string) {
    const [row] = yield* read(
      "read a run",
      sql<RunRow>`SELECT ${columns} FROM runs WHERE run_id = ${storableText(runId)}`
    )
    return row === undefined ? undefined : toRun(row)
  })

  const rows = Effect.fn("History.rows")(function* (runId: string, filter: RowFilter) {
    const { owner, state, text } = filter
    const limit = limitOf(filter)
    const after = yield* keyOf(shown, filter)
    const pattern = text === undefined ? "" : containing(text)
    const conditions = sql.and([
      sql`run_id = ${storableText(runId)}`,
      ...(state === undefined ? [] : [sql`state = ${state}`]),
      ...(owner === undefined ? [] : [sql`owner = ${searchableText(owner)}`]),
      ...(text === undefined
        ? []
        : [
            sql`(LOWER(address) LIKE LOWER(${pattern}) ESCAPE '\\' OR LOWER(instance_id) LIKE LOWER(${pattern}) ESCAPE '\\')`
          ]),
      ...(after === undefined ? [] : [sql`number > ${after[0]}`])
    ])
    const action = "read the rows of a run"
    const found = yield* read(
      action,
      sql<{ number: number; row_json: string }>`
        SELECT number, row_json FROM run_rows WHERE ${conditions} ORDER BY number LIMIT ${limit + 1}`
    )
    return yield* decoded(database, action, () =>
      pageOf(found, limit, { item: ({ row_json }) => rowOf(row_json), key: ({ number }) => [number, ""] })
    )
  })

  const counts = Effect.fn("History.counts")(function* (runId: string) {
    const found = yield* read(
      "read the counts of a run",
      sql<RunCount>`
        SELECT kind, name, total, compared, in_sync, drifted, missing, pending, not_compared, waived
        FROM run_counts WHERE run_id = ${storableText(runId)} ORDER BY kind, name`
    )
    return found.map((row) => ({ ...row }))
  })

  const report = Effect.fn("History.report")(function* (runId: string) {
    const action = "read the report of a run"
    const id = storableText(runId)
    const [head] = yield* read(
      action,
      sql<{ head_json: string }>`SELECT head_json FROM run_reports WHERE run_id = ${id}`
    )
    if (head === undefined) return undefined
    const found = yield* read(
      action,
      sql<{ row_json: string }>`SELECT row_json FROM run_rows WHERE run_id = ${id} ORDER BY number`
    )
    return yield* decoded(database, action, () => ({
      ...headOf(head.head_json),
      resources: found.map(({ row_json }) => rowOf(row_json))
    }))
  })

  const allRuns = allOf(
    (after, most) =>
      read(
        "read the runs",
        sql<RunRow>`
          SELECT ${columns} FROM runs
          WHERE ${sql.and(after === undefined ? [] : [sql`(tick, run_id) > (${after[0]}, ${after[1]})`])}
          ORDER BY tick, run_id LIMIT ${most}`
      ),
    { items: (found) => Effect.succeed(found.map(toRun)), key: ({ run_id, tick }) => [tick, run_id] }
  )

  return { runs, run, rows, counts, report, allRuns }
}

/** A pattern for `LIKE` with `\` as its escape. */
const containing = (text: string): string => `%${searchableText(text).replaceAll(/[\\%_]/g, "\\$&")}%`
