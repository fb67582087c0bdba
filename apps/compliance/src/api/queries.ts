/**
 * What addresses can ask for, the same for pages and the API: filters, and the part of a list.
 */
import { severities, states } from "@holdfast/check/CheckReport"
import { findingKinds, runStates, verdicts } from "@holdfast/history/Run"
import * as Schema from "effect/Schema"

const text = Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(500)))

/** A list is given in parts: `after` is the `next` of the part before. */
const paging = {
  after: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(2000))),
  limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })))
}

export const runQuery = {
  ...paging,
  job: text,
  state: Schema.optionalKey(Schema.Literals(runStates)),
  verdict: Schema.optionalKey(Schema.Literals(verdicts))
}

export const rowQuery = { ...paging, state: Schema.optionalKey(Schema.Literals(states)), owner: text, text }

export const findingQuery = {
  ...paging,
  job: text,
  kind: Schema.optionalKey(Schema.Literals(findingKinds)),
  state: Schema.optionalKey(Schema.Literals(["open", "ended"])),
  severity: Schema.optionalKey(Schema.Literals(severities)),
  waived: Schema.optionalKey(Schema.Literals(["true", "false"])),
  owner: text,
  instance: text
}

export const waiverQuery = { job: text }

/** A day in UTC. */
const day = Schema.String.check(Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/))

/** Days, the last one included; by default the 30 days up to today. */
export const trendQuery = { job: text, from: Schema.optionalKey(day), to: Schema.optionalKey(day) }

/** How history is asked for findings. */
export const findingFilter = ({
  state,
  waived,
  ...query
}: {
  readonly [Name in keyof typeof findingQuery]?: (typeof findingQuery)[Name]["schema"]["Type"]
}) => ({
  ...query,
  ...(state === undefined ? {} : { isOpen: state === "open" }),
  ...(waived === undefined ? {} : { waived: waived === "true" })
})
