/**
 * A finding as the table holds it: times in milliseconds since 1970.
 */
import { Change } from "@holdfast/check/CheckReport"
import * as Schema from "effect/Schema"
import type { Finding } from "./Run.ts"

type Times = "first_seen" | "last_seen" | "began_at" | "unknown_since" | "resolved_at"

/** A finding, with `finding_key`: what it is of and which rule found it, the same in each run. */
export interface StoredFinding extends Omit<Finding, Times> {
  readonly finding_key: string
  readonly first_seen: number
  readonly last_seen: number
  readonly began_at: number
  readonly unknown_since: number | null
  readonly resolved_at: number | null
}

/** A row of the table `findings`. */
export interface FindingRow extends Omit<StoredFinding, "waived" | "groups" | "change"> {
  readonly waived: number
  readonly groups_json: string
  readonly change_json: string | null
}

const groupsOf = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Schema.String)))
const changeOf = Schema.decodeUnknownSync(Schema.fromJsonString(Change))

/** Throws where its JSON is not what was written. */
export const fromRow = ({ change_json, groups_json, waived, ...row }: FindingRow): StoredFinding => ({
  ...row,
  waived: waived === 1,
  groups: groupsOf(groups_json),
  change: change_json === null ? null : changeOf(change_json)
})

const time = (millis: number): string => new Date(millis).toISOString()

/** The finding as others see it. */
export const toFinding = ({ finding_key: _, ...stored }: StoredFinding): Finding => ({
  ...stored,
  first_seen: time(stored.first_seen),
  last_seen: time(stored.last_seen),
  began_at: time(stored.began_at),
  unknown_since: stored.unknown_since === null ? null : time(stored.unknown_since),
  resolved_at: stored.resolved_at === null ? null : time(stored.resolved_at)
})
