/**
 * The findings of a job in their table.
 */
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { corrupt } from "./failures.ts"
import type { Followed } from "./followFindings.ts"
import { inBatches } from "./inBatches.ts"
import { type FindingRow, fromRow, type StoredFinding } from "./StoredFinding.ts"
import { searchableText } from "./searchableText.ts"
import { storableText } from "./storableText.ts"

const orNull = (text: string | null): string | null => (text === null ? null : searchableText(text))

const toRow = ({ change, groups, waived, ...finding }: StoredFinding): FindingRow => ({
  ...finding,
  address: storableText(finding.address),
  instance_id: searchableText(finding.instance_id),
  field: storableText(finding.field),
  reason_code: searchableText(finding.reason_code),
  reason: storableText(finding.reason),
  owner: orNull(finding.owner),
  folder_id: orNull(finding.folder_id),
  waived: waived ? 1 : 0,
  groups_json: JSON.stringify(groups),
  change_json: change === null ? null : JSON.stringify(change)
})

/** What a run may change of a finding that is known. */
const changing = [
  "address",
  "reason_code",
  "last_seen",
  "seen",
  "unknown_since",
  "resolved_at",
  "resolution",
  "waived",
  "severity",
  "owner",
  "folder_id",
  "groups_json",
  "reason",
  "change_json",
  "last_run",
  "resolved_run"
].map((column) => `${column} = excluded.${column}`)

/** The table of `database`. */
export const findingsTable = ({ shown, sql }: Database["Service"]) => {
  const upsert = (findings: ReadonlyArray<StoredFinding>) =>
    inBatches(
      findings.map((one) => ({ ...toRow(one) })),
      (some) => sql`
        INSERT INTO findings ${sql.insert(some)}
        ON CONFLICT (finding_id) DO UPDATE SET ${sql.literal(changing.join(", "))}`
    )

  return {
    /** The open ones of a job. */
    open: Effect.fnUntraced(function* (job: string) {
      const rows = yield* sql<FindingRow>`SELECT * FROM findings WHERE job = ${job} AND resolved_at IS NULL`
      return yield* Effect.try({
        try: () => rows.map(fromRow),
        catch: () => corrupt(shown, "close the run", "a finding is not as it was written")
      })
    }),
    /** Writes what a run that began at `at` made of them. */
    write: Effect.fnUntraced(function* ({ opened, resolved, seen, unknown }: Followed, at: number) {
      // Those first that end: what takes their place may be the same that comes back.
      yield* upsert(resolved)
      yield* upsert(seen)
      yield* upsert(unknown.filter(({ unknown_since }) => unknown_since === at))
      yield* upsert(opened)
    }),
    /** No run can tell of any since `at`. */
    doubt: (job: string, at: number) => sql`
      UPDATE findings SET unknown_since = ${at} WHERE job = ${job} AND resolved_at IS NULL AND unknown_since IS NULL`
  }
}
