/**
 * Waivers: drift that somebody has accepted, until when and why.
 */
import type { SourcePlace } from "./DesiredResource.ts"
import { fields } from "./Expectations.ts"

/** What a waiver can be limited to: the fields of changes, that the service does not know the instance, that no rule covers it. */
export const waivableFields: ReadonlyArray<string> = [...Object.keys(fields), "missing", "unlisted"]

/** What a waiver is about. */
export const waiverTargets = ["resource", "group", "instance"] as const
export type WaiverTarget = (typeof waiverTargets)[number]

/** A waiver as declared. */
export interface Waiver {
  readonly kind: WaiverTarget
  /** The name of the resource or the group, or the instance's id. */
  readonly target: string
  /** Which changes it accepts; missing: all of them. */
  readonly fields?: ReadonlyArray<string>
  /** When it ends, in milliseconds since 1970, and as it is written. */
  readonly until: number
  readonly untilText: string
  readonly reason: string
  readonly approvedBy?: string
  readonly ticket?: string
  readonly source: SourcePlace
}

/** A day, and an RFC 3339 time, as they are written. */
export const dayPattern = /^\d{4}-\d{2}-\d{2}$/
export const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** The end of a day in UTC, or an RFC 3339 time, in milliseconds since 1970; `undefined` where it is neither. */
export const parseUntil = (text: string): number | undefined => {
  const isDay = dayPattern.test(text)
  if (!isDay && !timePattern.test(text)) return undefined
  const millis = Date.parse(isDay ? `${text}T00:00:00Z` : text)
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`)
  // The thirty-first of a month that has thirty is no day.
  if (Number.isNaN(millis) || new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10)) return undefined
  return isDay ? millis + 86_400_000 : millis
}
