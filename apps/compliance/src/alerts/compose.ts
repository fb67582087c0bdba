/**
 * Messages out of what they tell: one for each channel that is to hear any of it, with an id that the same news has again.
 */
import { createHash } from "node:crypto"
import type { Finding, Run } from "@holdfast/history/Run"
import type { OutboxMessage } from "@holdfast/history/RunStore"
import { type Severity, severities } from "@holdfast/manifest/Expectations"
import { type Alert, type AlertFinding, type AlertFindings, alertFormatVersion, maxItems } from "./Alert.ts"
import { type AlertEvent, type Alerts, type Channel, events } from "./AlertsConfig.ts"
import { quietUntil } from "./quietHours.ts"
import { isTold } from "./routes.ts"

/** The same for the same texts, whoever computes it. */
export const idOf = (...parts: ReadonlyArray<string>): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40)

/** What has happened, before it is known who is told. */
export interface News {
  readonly job: string
  /** What makes it this news and no other. */
  readonly identity: ReadonlyArray<string>
  /** Those of the run as a whole: drift has its own. */
  readonly events: ReadonlyArray<AlertEvent>
  readonly run: Run | null
  readonly silentRuns: number
  readonly opened: ReadonlyArray<Finding>
  /** The ids of those that are open for longer, and that no waiver accepts any more. */
  readonly unwaived: ReadonlySet<string>
  readonly resolved: ReadonlyArray<Finding>
  readonly missed: Alert["missed"]["items"]
  readonly waivers: Alert["waivers"]["items"]
}

/** News of nothing. */
export const nothing: Omit<News, "job" | "identity"> = {
  events: [],
  run: null,
  silentRuns: 0,
  opened: [],
  unwaived: new Set(),
  resolved: [],
  missed: [],
  waivers: []
}

const itemOf =
  (unwaived: ReadonlySet<string>) =>
  (finding: Finding): AlertFinding => ({
    finding_id: finding.finding_id,
    kind: finding.kind,
    severity: finding.severity,
    address: finding.address,
    instance_id: finding.instance_id,
    owner: finding.owner,
    field: finding.field,
    reason_code: finding.reason_code,
    reason: finding.reason,
    began_at: finding.began_at,
    waiver_ended: unwaived.has(finding.finding_id)
  })

const some = <A>(all: ReadonlyArray<A>) => ({ count: all.length, items: all.slice(0, maxItems) })

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const worstFirst = (a: Finding, b: Finding): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  text(a.address, b.address) ||
  text(a.finding_id, b.finding_id)

const findingsOf = (all: ReadonlyArray<Finding>, unwaived: ReadonlySet<string>): AlertFindings => ({
  count: all.length,
  items: all.toSorted(worstFirst).slice(0, maxItems).map(itemOf(unwaived))
})

/** What is worst of drift, or `high` of what no drift can be weighed against. */
const severityOf = (opened: AlertFindings, resolved: AlertFindings, hasOthers: boolean): Severity => {
  const worst = [...opened.items.slice(0, 1), ...(opened.count === 0 ? resolved.items.slice(0, 1) : [])][0]?.severity
  const others: ReadonlyArray<Severity> = hasOthers ? ["high"] : []
  return severities.find((severity) => severity === worst || others.includes(severity)) ?? "info"
}

const linkOf = ({ link }: Alerts, { job, run }: News): string | null => {
  if (link === undefined) return null
  return run === null ? `${link}/jobs/${encodeURIComponent(job)}` : `${link}/runs/${encodeURIComponent(run.run_id)}`
}

const runOf = (run: Run | null): Alert["run"] => {
  if (run === null) return null
  const { run_id, state, summary, tick, verdict, why } = run
  return { run_id, tick, state, verdict, why, summary }
}

/** The message for one channel; `undefined` where it is told of none of it. */
const messageFor = (alerts: Alerts, channel: Channel, news: News, now: number): OutboxMessage | undefined => {
  const { job } = news
  const isHeard = (event: AlertEvent) => (finding: Finding) => isTold(alerts, channel, { event, job, finding })
  const opened = findingsOf(news.opened.filter(isHeard("drift_opened")), news.unwaived)
  const resolved = findingsOf(news.resolved.filter(isHeard("drift_resolved")), news.unwaived)
  const others = news.events.filter((event) => isTold(alerts, channel, { event, job }))
  const told = events.filter(
    (event) =>
      others.includes(event) ||
      (event === "drift_opened" && opened.count > 0) ||
      (event === "drift_resolved" && resolved.count > 0)
  )
  const [event] = told
  if (event === undefined) return undefined
  const severity = severityOf(opened, resolved, others.length > 0)
  const id = idOf(...news.identity, channel.name, ...told)
  const alert: Alert = {
    format_version: alertFormatVersion,
    id,
    event,
    events: told,
    severity,
    channel: channel.name,
    job,
    created_at: new Date(now).toISOString(),
    run: runOf(news.run),
    silent_runs: news.silentRuns,
    opened,
    resolved,
    missed: some(others.includes("run_missed") ? news.missed : []),
    waivers: some(others.includes("waiver_ends") ? news.waivers : []),
    link: linkOf(alerts, news)
  }
  const isUrgent = severity === "critical" && opened.count > 0
  const notBefore = isUrgent ? now : quietUntil(now, channel.quietHours)
  return { id, channel: channel.name, job, event, payload: alert, notBefore }
}

/** The messages that news give rise to: one for each channel at most. */
export const compose = (alerts: Alerts, news: News, now: number): ReadonlyArray<OutboxMessage> =>
  alerts.channels.flatMap((channel) => messageFor(alerts, channel, news, now) ?? [])
