/**
 * A message that somebody asked for, to see whether it arrives.
 */
import { type Alert, alertFormatVersion } from "./Alert.ts"

/** It tells of nothing. */
export const testAlert = (of: {
  readonly id: string
  readonly channel: string
  readonly job: string
  readonly link: string | undefined
  readonly now: number
}): Alert => ({
  format_version: alertFormatVersion,
  id: of.id,
  event: "test",
  events: ["test"],
  severity: "info",
  channel: of.channel,
  job: of.job,
  created_at: new Date(of.now).toISOString(),
  run: null,
  silent_runs: 0,
  opened: { count: 0, items: [] },
  resolved: { count: 0, items: [] },
  missed: { count: 0, items: [] },
  waivers: { count: 0, items: [] },
  link: of.link ?? null
})
