/**
 * How often a backup policy of Terraform makes backups, where that is simple and certain.
 */
import * as Schema from "effect/Schema"
import { maybe } from "./TerraformFile.ts"

const ByTime = Schema.Struct({
  type: maybe(Schema.String),
  weekdays: maybe(Schema.Array(Schema.String)),
  repeat_at: maybe(Schema.Array(Schema.String)),
  repeat_every: maybe(Schema.String),
  monthdays: maybe(Schema.Array(Schema.Number)),
  months: maybe(Schema.Array(Schema.Number))
})

const BackupSet = Schema.Struct({
  /** In seconds; 0 where the set goes by time. */
  execute_by_interval: maybe(Schema.Number),
  execute_by_time: maybe(Schema.Array(ByTime))
})

/** The block `scheduling` of a `yandex_backup_policy`. */
export const BackupSchedule = Schema.Struct({
  enabled: maybe(Schema.Boolean),
  random_max_delay: maybe(Schema.String),
  backup_sets: maybe(Schema.Array(BackupSet)),
  // A set of its own, as policies were written before there were several.
  ...BackupSet.fields
})
export type BackupSchedule = typeof BackupSchedule.Type

const hour = 3600
const day = 24 * hour

/** The provider refuses longer ones. */
const longestInterval = 9_999 * day

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: hour, d: day, w: 7 * day, M: 30 * day }

/** Seconds of an interval such as `30m`, as the provider writes it; none is 0, and what is no interval endless. */
const secondsOf = (interval: string | null | undefined): number => {
  const [, count, unit = ""] = /^(\d{1,9})([smhdwM])$/.exec(interval ?? "") ?? []
  if ((interval ?? "") === "") return 0
  return count === undefined ? Number.POSITIVE_INFINITY : Number(count) * (unitSeconds[unit] ?? 0)
}

/** Whether it comes round every day at fixed times. */
const isDaily = ({ monthdays, months, repeat_at, repeat_every, type, weekdays }: typeof ByTime.Type): boolean =>
  type?.toUpperCase() === "DAILY" &&
  (repeat_at ?? []).length > 0 &&
  (weekdays ?? []).length === 0 &&
  (monthdays ?? []).length === 0 &&
  ((months ?? []).length === 0 || new Set(months).size === 12) &&
  secondsOf(repeat_every) <= day

/** The longest time between two backups, in seconds; `undefined` where that takes more than a look. */
const gapOf = ({
  execute_by_interval: interval,
  execute_by_time: times
}: typeof BackupSet.Type): number | undefined => {
  if (interval !== undefined && interval !== null && interval > 0 && interval <= longestInterval) return interval
  return (times ?? []).some(isDaily) ? day : undefined
}

/** The longest time between two backups, in seconds, or why there is no saying. */
export const backupGap = (schedule: BackupSchedule): number | string => {
  if (schedule.enabled === false) return "its schedule is off"
  if (secondsOf(schedule.random_max_delay) > hour) return "its backups may begin more than an hour late"
  const gaps = [schedule, ...(schedule.backup_sets ?? [])].map(gapOf).filter((gap) => gap !== undefined)
  return gaps.length === 0 ? "its schedule is neither daily nor by an interval" : Math.min(...gaps)
}

/** What a healthy chain needs beyond the gap: a backup begins late, and takes its time. */
const slack = 2 * hour

/** The age that a backup may have where one is made every `gap` seconds, as a manifest writes it. */
export const ageText = (gap: number): string => {
  const minutes = Math.ceil((gap + slack) / 60)
  return minutes % 60 === 0 || minutes > 100 * 60 ? `${Math.ceil(minutes / 60)}h` : `${minutes}m`
}
