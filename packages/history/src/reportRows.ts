/**
 * What a finished run keeps of its report beside its findings: rows, counts and waivers. Pure.
 */
import type { CheckReport, ResourceReport, WaiverReport } from "@holdfast/check/CheckReport"
import { parseUntil } from "@holdfast/manifest/Waiver"
import { hashOf } from "./hashOf.ts"
import type { RunCount, WaiverSeen } from "./Run.ts"
import { searchableText } from "./searchableText.ts"
import { storableText } from "./storableText.ts"

/** What rows are of. */
interface Of {
  readonly run_id: string
  readonly job: string
  readonly tick: number
}

const orNull = (text: string | null): string | null => (text === null ? null : searchableText(text))

/** The rows of `run_rows`. */
export const rowsOf = (of: Of, { resources }: CheckReport) =>
  resources.map((row, number) => ({
    ...of,
    number,
    address: storableText(row.address),
    instance_id: searchableText(row.instance_id),
    state: row.state,
    severity: row.severity,
    reason_code: searchableText(row.reason_code),
    owner: orNull(row.owner),
    folder_id: orNull(row.folder_id),
    row_json: JSON.stringify(row)
  }))

/** The report without its rows, as it is kept. */
export const headOf = ({ resources: _, ...head }: CheckReport): string => JSON.stringify(head)

/** Where a row is counted: in each of its groups, with its owner, in its folder. */
const placesOf = ({ folder_id, groups, owner }: ResourceReport): ReadonlyArray<readonly [RunCount["kind"], string]> => [
  ...(groups.length === 0 ? [""] : groups).map((name) => ["group", name] as const),
  ["owner", owner ?? ""],
  ["folder", folder_id ?? ""]
]

/** The rows of `run_counts`. */
export const countsByPlace = (of: Of, { resources }: CheckReport) => {
  const counts = new Map<string, ReturnType<typeof emptyCount>>()
  for (const row of resources) {
    for (const [kind, place] of placesOf(row)) {
      const name = searchableText(place)
      const key = `${kind} ${name}`
      const count = counts.get(key) ?? emptyCount(of, kind, name)
      counts.set(key, count)
      count.total += 1
      count[row.state] += 1
      if (row.state !== "not_compared") count.compared += 1
    }
  }
  return [...counts.values()]
}

const emptyCount = (of: Of, kind: RunCount["kind"], name: string) => ({
  ...of,
  kind,
  name,
  total: 0,
  compared: 0,
  in_sync: 0,
  drifted: 0,
  missing: 0,
  pending: 0,
  not_compared: 0,
  waived: 0
})

/** A waiver is the same as long as it says the same, wherever it stands. */
const waiverIdOf = ({ approved_by, fields, kind, reason, target, ticket, until }: WaiverReport): string =>
  hashOf([kind, target, fields, until, reason, approved_by, ticket])

const worth: ReadonlyArray<WaiverSeen["state"]> = ["expired", "unused", "used"]

/** The rows of `waivers` that a run saw at `at`, in milliseconds since 1970. */
export const waiversOf = (job: string, at: number, { waivers }: CheckReport) => {
  const seen = new Map<string, ReturnType<typeof waiverRow>>()
  for (const state of worth) {
    for (const waiver of waivers[state]) {
      const row = waiverRow(job, at, state, waiver)
      // Of two that say the same, the one that was used tells.
      seen.set(row.waiver_id, row)
    }
  }
  return [...seen.values()]
}

const waiverRow = (job: string, at: number, state: WaiverSeen["state"], waiver: WaiverReport) => ({
  job,
  waiver_id: waiverIdOf(waiver),
  // A manifest with another `until` is refused.
  until_at: parseUntil(waiver.until) ?? at,
  state,
  first_seen: at,
  last_seen: at,
  used: state === "used" ? 1 : 0,
  waiver_json: JSON.stringify(waiver)
})
