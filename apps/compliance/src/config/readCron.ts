/**
 * When a job is due: five fields of cron, or six with seconds first, in a time zone.
 */
import { quote } from "@holdfast/manifest/Diagnostic"
import type { TreeReader } from "@holdfast/manifest/TreeReader"
import { describe } from "@holdfast/manifest/Value"
import type { Node } from "@holdfast/manifest/YamlNode"
import * as Cron from "effect/Cron"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

const detail =
  'Write five fields in quotes, minute hour day month weekday: "0 3 * * *" is 03:00 every day, "*/15 * * * *" every quarter.'

/** Reads `timeZone`: an IANA name. */
export const readTimeZone = (tree: TreeReader, node: Node): string | undefined => {
  if (node.kind === "invalid") return undefined
  const text = node.kind === "scalar" ? node.text : ""
  // Offsets are understood, too, and would know nothing of summer.
  if (/^[A-Za-z]/.test(text) && Option.isSome(DateTime.zoneMakeNamed(text))) return text
  const zones = Intl.supportedValuesOf("timeZone")
  const suggestion = zones.find((zone) => zone.toLowerCase().endsWith(`/${text.toLowerCase().replaceAll(" ", "_")}`))
  tree.report(node.offset, {
    summary: `There is no time zone ${describe(node)}`,
    detail: "Write a name of the IANA list, such as Europe/Moscow or UTC.",
    ...(suggestion === undefined ? {} : { suggestion })
  })
  return undefined
}

/** Reads `cron`. What would never come is a mistake. */
export const readCron = (tree: TreeReader, node: Node, timeZone: string): Cron.Cron | undefined => {
  if (node.kind === "invalid") return undefined
  const refuse = (summary: string, more = detail) => {
    tree.report(node.offset, { summary, detail: more })
    return undefined
  }
  if (node.kind !== "scalar" || node.text.trim() === "") {
    return refuse(`\`cron\` is a text, and this is ${node.kind === "scalar" ? "nothing" : describe(node)}`)
  }
  if (node.text.length > 200) return refuse("`cron` takes at most 200 characters")
  const cron = parseCron(node.text, timeZone)
  if (Result.isFailure(cron)) return refuse(`${quote(node.text)} is no time of cron: ${cron.failure}`)
  return hasDays(cron.success)
    ? cron.success
    : refuse(`${quote(node.text)} never comes: none of its months has such a day`, "Write a day that there is.")
}

/**
 * The cron of a text. Where clocks are set back, a time that comes twice counts once, unless the job runs every hour; where they
 * are set forward, a time that is left out comes as much later.
 */
export const parseCron = (text: string, timeZone: string): Result.Result<Cron.Cron, string> => {
  const once = Cron.parse(text.trim(), timeZone)
  const isHourly = Result.isSuccess(once) && (once.success.hours.size === 0 || once.success.hours.size === 24)
  const cron = isHourly ? Cron.parse(text.trim(), timeZone, { onDstOverlap: "both" }) : once
  return Result.mapError(cron, ({ message }) => wordsOf(message))
}

const wordsOf = (message: string): string =>
  /segments/.test(message)
    ? "it takes five fields, or six with seconds first"
    : message.charAt(0).toLowerCase() + message.slice(1)

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Whether some month of it has some day of it; a day of the week is in each. */
const hasDays = ({ days, months, weekdays }: Cron.Cron): boolean => {
  if (days.size === 0 || weekdays.size > 0) return true
  const first = Math.min(...days)
  return (months.size === 0 ? [1] : [...months]).some((month) => first <= (longest[month - 1] ?? 31))
}
