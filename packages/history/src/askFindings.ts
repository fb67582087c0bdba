/**
 * What is asked of findings, and of instances.
 */
import { ResourceReport } from "@holdfast/check/CheckReport"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Fragment } from "effect/sql/Statement"
import type { Database } from "./Database.ts"
import { decoded } from "./decoded.ts"
import type { FindingFilter, History } from "./History.ts"
import { allOf, keyOf, limitOf, pageOf } from "./pages.ts"
import type { InstanceRun } from "./Run.ts"
import { type RunRow, runColumns, toRun } from "./runColumns.ts"
import { type FindingRow, fromRow, toFinding } from "./StoredFinding.ts"
import { searchableText } from "./searchableText.ts"
import { storableText } from "./storableText.ts"

type Questions = Pick<History["Service"], "findings" | "instance" | "allFindings">

/** How many runs and findings an instance's story tells. */
const storyLength = 1_000

interface InstanceRow extends Omit<InstanceRun, "tick"> {
  readonly tick: number
  readonly number: number
}

const rowOf = Schema.decodeUnknownSync(Schema.fromJsonString(ResourceReport))
const findingOf = (row: FindingRow) => toFinding(fromRow(row))

/** The questions to `database`. */
export const askFindings = (database: Database["Service"]): Questions => {
  const { read, shown, sql } = database

  const conditionsOf = (filter: FindingFilter): ReadonlyArray<Fragment> => {
    const { during, instance, isOpen, job, kind, owner, severity, waived } = filter
    return [
      ...(job === undefined ? [] : [sql`job = ${storableText(job)}`]),
      ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
      ...(isOpen === undefined ? [] : [isOpen ? sql`resolved_at IS NULL` : sql`resolved_at IS NOT NULL`]),
      ...(severity === undefined ? [] : [sql`severity = ${severity}`]),
      ...(waived === undefined ? [] : [sql`waived = ${waived ? 1 : 0}`]),
      ...(owner === undefined ? [] : [sql`owner = ${searchableText(owner)}`]),
      ...(instance === undefined ? [] : [sql`instance_id = ${searchableText(instance)}`]),
      ...(during === undefined
        ? []
        : [sql`began_at < ${during.to}`, sql`(resolved_at IS NULL OR resolved_at > ${during.from})`])
    ]
  }

  const findings = Effect.fn("History.findings")(function* (filter: FindingFilter) {
    const limit = limitOf(filter)
    const after = yield* keyOf(shown, filter)
    const conditions = sql.and([
      ...conditionsOf(filter),
      ...(after === undefined ? [] : [sql`(first_seen, finding_id) < (${after[0]}, ${after[1]})`])
    ])
    const action = "read the findings"
    const found = yield* read(
      action,
      sql<FindingRow>`
        SELECT * FROM findings WHERE ${conditions} ORDER BY first_seen DESC, finding_id DESC LIMIT ${limit + 1}`
    )
    return yield* decoded(database, action, () =>
      pageOf(found, limit, { item: findingOf, key: (row) => [row.first_seen, row.finding_id] })
    )
  })

  /** The row of the last run of each job, of runs that are ordered newest first. */
  const lastRows = Effect.fnUntraced(function* (runs: ReadonlyArray<InstanceRow>) {
    const last = [...new Map(runs.toReversed().map((one) => [one.job, one])).values()]
    const keys = last.map(({ number, run_id }) => sql`(run_id = ${run_id} AND number = ${number})`)
    if (keys.length === 0) return []
    const action = "read an instance's rows"
    const rows = yield* read(
      action,
      sql<{ run_id: string; row_json: string }>`SELECT run_id, row_json FROM run_rows WHERE ${sql.or(keys)}`
    )
    const found = yield* read(
      action,
      sql<RunRow>`
        SELECT ${sql.literal(runColumns.join(", "))} FROM runs
        WHERE ${sql.in(
          "run_id",
          last.map(({ run_id }) => run_id)
        )} ORDER BY job`
    )
    return yield* decoded(database, action, () =>
      found.flatMap((run) =>
        rows
          .filter(({ run_id }) => run_id === run.run_id)
          .map(({ row_json }) => ({ run: toRun(run), row: rowOf(row_json) }))
      )
    )
  })

  const instance = Effect.fn("History.instance")(function* (instanceId: string) {
    const id = searchableText(instanceId)
    const runs = yield* read(
      "read an instance's runs",
      sql<InstanceRow>`
        SELECT run_id, job, tick, address, state, reason_code, number FROM run_rows
        WHERE instance_id = ${id} ORDER BY tick DESC LIMIT ${storyLength}`
    )
    const seen = yield* findings({ instance: instanceId, limit: storyLength })
    if (runs.length === 0 && seen.items.length === 0) return undefined
    return {
      instance_id: id,
      rows: yield* lastRows(runs),
      runs: runs.map(({ number: _, tick, ...one }) => ({ ...one, tick: new Date(tick).toISOString() })),
      findings: seen.items
    }
  })

  const allFindings = allOf(
    (after, most) =>
      read(
        "read the findings",
        sql<FindingRow>`
          SELECT * FROM findings
          WHERE ${sql.and(after === undefined ? [] : [sql`(first_seen, finding_id) > (${after[0]}, ${after[1]})`])}
          ORDER BY first_seen, finding_id LIMIT ${most}`
      ),
    {
      items: (rows) => decoded(database, "read the findings", () => rows.map(findingOf)),
      key: ({ finding_id, first_seen }) => [first_seen, finding_id]
    }
  )

  return { findings, instance, allFindings }
}
