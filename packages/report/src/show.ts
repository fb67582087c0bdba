/**
 * One instance for people: the state of its resource field by field, the policies that are applied to it, and its last tasks.
 */

import { formatDuration } from "@holdfast/check/formatDuration"
import { cut } from "@holdfast/check/inspect"
import { ageMillis, type Part, ShowReport } from "@holdfast/check/ShowReport"
import * as Schema from "effect/Schema"
import { jsonText } from "./json.ts"
import { displayWidth, escapeText, guardLines, type Palette, pad, palette, safe } from "./Terminal.ts"

type Resource = NonNullable<ShowReport["resource"]>
type Policy = ShowReport["policies"][number]
type Task = ShowReport["tasks"][number]

/** Escaped text of a table, and its colour. */
interface Cell {
  readonly text: string
  readonly paint?: (text: string) => string
}

/** The JSON text of a report. */
export const showJson = (report: ShowReport): string => jsonText(Schema.encodeSync(ShowReport)(report))

/** The report as text. */
export const showPretty = (report: ShowReport, options: { readonly color: boolean }): string => {
  const paint = palette(options.color)
  const { instance_id, policies, resource, tasks } = report
  const sections = [
    section(
      paint.bold(safe`${instance_id}`),
      notRead(report, "resource", paint) ?? (resource === null ? "" : table(fields(resource, report, paint)))
    ),
    section(
      "Policies",
      notRead(report, "policies", paint) ??
        (policies.length === 0
          ? `  ${paint.bad("no policy is applied")}\n`
          : table(policies.map((policy) => policyRow(policy, paint))))
    ),
    section(
      "Last tasks",
      notRead(report, "tasks", paint) ??
        (tasks.length === 0
          ? "  none\n"
          : table([
              ["when", "type", "status", "result", "error"].map((text) => ({ text, paint: paint.dim })),
              ...tasks.map((task) => taskRow(task, report, paint))
            ]))
    ),
    conclusion(report, paint)
  ]
  return guardLines(sections.join("\n"))
}

const section = (title: string, body: string): string => `${title}\n${body}`

/** What stands in the place of a part that was not read. */
const notRead = ({ diagnostics }: ShowReport, part: Part, paint: Palette): string | undefined => {
  const problem = diagnostics.find((diagnostic) => diagnostic.part === part)
  if (problem === undefined) return undefined
  const { detail = "", summary, tag = "" } = problem
  return `  ${paint.unsure("? not read")}: ${safe`${tag}: ${summary}`}\n    ${paint.dim(`→ ${escapeText(detail)}`)}\n`
}

/** Rows whose columns stand below each other. */
const table = (rows: ReadonlyArray<ReadonlyArray<Cell>>): string => {
  const widths: Array<number> = []
  for (const row of rows) {
    for (const [column, { text }] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(text))
  }
  return rows
    .map((row) => {
      const last = row.findLastIndex(({ text }) => text !== "")
      const cells = row.slice(0, last + 1).map(({ paint = (text) => text, text }, column) => {
        const room = column === last ? "" : pad(text, widths[column] ?? 0).slice(text.length)
        return `${paint(text)}${room}`
      })
      return `  ${cells.join("  ")}\n`
    })
    .join("")
}

/** What the service says, in one line that is not too long; and that it says nothing. */
const said = (text: string): string => (text === "" ? "not said" : escapeText(cut(text)))

/** The same of an enum, whose first name says nothing. */
const named = (value: string): string => (value.endsWith("_UNSPECIFIED") ? "not said" : said(value))

/** Followed by what more there is to say. */
const withDetails = (text: string, details: string): string => (details === "" ? text : `${text}: ${said(details)}`)

/** An instant as a person reads it: fractions of its seconds are for machines. */
const instant = (timestamp: string): string => escapeText(timestamp.replace(/\.\d+/, ""))

/** How far an instant is from now. */
const distance = (age: number): string => (age < 0 ? `in ${formatDuration(-age)}` : `${formatDuration(age)} ago`)

const fields = (resource: Resource, report: ShowReport, paint: Palette): ReadonlyArray<ReadonlyArray<Cell>> => {
  const flag = (value: boolean): Cell => ({ text: value ? "yes" : "no", paint: value ? paint.good : paint.bad })
  const { agentInfo, initStatus, metadata, status, statusDetails, statusProgress, tenantInfo } = resource
  const progress = statusProgress === 0n ? "" : `, progress ${statusProgress}`
  const isFine = status === "IDLE" || status === "BACKUPING" || status === "RECOVERING"
  const rows: ReadonlyArray<readonly [string, Cell]> = [
    ["type", { text: named(resource.type) }],
    ["online", flag(resource.online)],
    ["enabled", flag(resource.enabled)],
    ["active", flag(resource.isActive)],
    [
      "registration",
      {
        // Healthy ones have the text `null` there.
        text: withDetails(named(initStatus), metadata === "null" ? "" : metadata),
        paint: ofRegistration(initStatus, paint)
      }
    ],
    [
      "status",
      {
        text: withDetails(`${named(status)}${progress}`, statusDetails),
        paint: isFine ? paint.good : status === "FAILED" ? paint.bad : paint.unsure
      }
    ],
    ["last backup", lastBackup(resource, report, paint)],
    ["next backup", nextBackup(resource, report, paint)],
    ["created", { text: moment(resource.createdAt, report.timestamp) }],
    ["folder", { text: said(tenantInfo?.folderId ?? "") }],
    ["agent", agent(agentInfo, paint)],
    ["resource id", { text: said(resource.resourceId) }]
  ]
  return rows.map(([name, cell]) => [{ text: name, paint: paint.dim }, cell])
}

const ofRegistration = (initStatus: string, paint: Palette): ((text: string) => string) =>
  initStatus === "REGISTRED"
    ? paint.good
    : initStatus === "FAILED_REGISTRATION" || initStatus === "DELETED"
      ? paint.bad
      : paint.unsure

const moment = (timestamp: Resource["createdAt"], now: ShowReport["timestamp"]): string => {
  const age = ageMillis(timestamp, now)
  return timestamp === undefined || age === undefined ? "not said" : `${distance(age)} (${instant(timestamp)})`
}

const lastBackup = ({ lastBackupTime }: Resource, { timestamp }: ShowReport, paint: Palette): Cell => {
  const age = ageMillis(lastBackupTime, timestamp)
  if (age === undefined) return { text: "never", paint: paint.bad }
  const text = moment(lastBackupTime, timestamp)
  return age < 0 ? { text: `${text}: it lies in the future`, paint: paint.unsure } : { text }
}

const nextBackup = ({ nextBackupTime }: Resource, { timestamp }: ShowReport, paint: Palette): Cell => {
  const age = ageMillis(nextBackupTime, timestamp)
  if (age === undefined) return { text: "none scheduled", paint: paint.unsure }
  const text = moment(nextBackupTime, timestamp)
  return age < 0 ? { text } : { text: `was due ${text}`, paint: paint.unsure }
}

const agent = (info: Resource["agentInfo"], paint: Palette): Cell => {
  if (info === undefined) return { text: "not said" }
  const { canUpdate, currentVersion, latestVersion } = info
  const version = `version ${said(currentVersion)}`
  return canUpdate
    ? { text: `${version}, can be updated to ${said(latestVersion)}`, paint: paint.unsure }
    : { text: `${version}, no update is available` }
}

const policyRow = ({ enabled, id, name, settings }: Policy, paint: Palette): ReadonlyArray<Cell> => {
  const scheduling = settings?.scheduling
  const schedule =
    scheduling === undefined ? "schedule not said" : scheduling.enabled ? "schedule on" : "schedule off: by hand only"
  return [
    { text: name === "" ? "(no name)" : said(name) },
    { text: said(id) },
    enabled ? { text: "enabled", paint: paint.good } : { text: "disabled", paint: paint.bad },
    { text: schedule, paint: scheduling?.enabled === true ? paint.good : paint.unsure },
    { text: retention(settings?.retention) }
  ]
}

/** How long backups are kept, where that can be said in a few words. */
const retention = (of: NonNullable<Policy["settings"]>["retention"]): string => {
  if (of === undefined) return "retention not said"
  const [rule, ...more] = of.rules
  if (more.length > 0) return `keeps by ${of.rules.length} rules`
  if (rule?.maxCount !== undefined) return `keeps ${counted(rule.maxCount, "backups")}`
  if (rule?.maxAge !== undefined) return `keeps ${counted(rule.maxAge.count, named(rule.maxAge.type).toLowerCase())}`
  return "keeps all backups"
}

const counted = (count: bigint, units: string): string => `${count} ${count === 1n ? units.replace(/s$/, "") : units}`

const taskRow = (task: Task, { timestamp }: ShowReport, paint: Palette): ReadonlyArray<Cell> => {
  const { completedAt, enqueuedAt, error, progress, resultCode, startedAt, status, type, updatedAt } = task
  const when = [completedAt, startedAt, enqueuedAt, updatedAt].find((time) => ageMillis(time, timestamp) !== undefined)
  const isUnderWay = status !== "COMPLETED" && progress !== undefined && progress.total > 0n
  return [
    { text: moment(when, timestamp) },
    { text: named(type) },
    { text: `${named(status)}${isUnderWay ? ` ${progress.current}/${progress.total}` : ""}` },
    resultCode === "CODE_UNSPECIFIED" ? { text: "-" } : { text: named(resultCode), paint: ofResult(resultCode, paint) },
    { text: error === "" ? "" : said(error) }
  ]
}

const ofResult = (code: string, paint: Palette): ((text: string) => string) =>
  code === "OK" ? paint.good : ["ERROR", "ABANDONED", "TIMEDOUT"].includes(code) ? paint.bad : paint.unsure

/** Where it was read from, and what keeps it from being whole. An emulated run must not pass for a real one. */
const conclusion = ({ diagnostics, emulator, endpoint, timestamp }: ShowReport, paint: Palette): string => {
  const from = emulator === null ? safe`${endpoint}` : safe`an emulator of ${emulator}`
  const missing = diagnostics.flatMap(({ part }) => (part === undefined ? [] : [part]))
  const warnings = [
    ...diagnostics
      .filter(({ severity }) => severity === "warning")
      .map(({ detail = "", summary }) => safe`${summary}. ${detail}`),
    ...(emulator === null ? [] : [safe`Emulated by ${emulator}: this says nothing of the cloud`]),
    ...(missing.length === 0 ? [] : [`Shown in part: ${missing.join(" and ")} were not read`])
  ]
  return [
    paint.dim(`Read from ${from} at ${instant(timestamp)}, by the service's clock.`),
    ...warnings.map((text) => paint.unsure(`⚠ ${text}`)),
    ""
  ].join("\n")
}
