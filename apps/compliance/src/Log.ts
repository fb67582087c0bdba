/**
 * The log of the service, on standard error: a line for each thing that happened. On a terminal it is `key=value`, anywhere else JSON.
 */
import { escapeText } from "@holdfast/report/Terminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import { scrubber } from "./scrub.ts"

/** What `HOLDFAST_LOG_LEVEL` takes, the most talkative first. */
export const levels = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  none: "None"
} as const satisfies Readonly<Record<string, LogLevel>>

const isLevel = (text: string): text is keyof typeof levels => Object.hasOwn(levels, text)

/** The variable names no level. */
export class LogLevelError extends Schema.TaggedError<LogLevelError>("@holdfast/compliance/LogLevelError")(
  "LogLevelError",
  { given: Schema.String }
) {
  readonly remedy = `Write one of ${Object.keys(levels).join(", ")}.`
  override get message() {
    return `HOLDFAST_LOG_LEVEL is no level of a log: ${JSON.stringify(this.given)}`
  }
}

/** What happened, as JSON has it. */
export type Entry = Readonly<Record<string, string | number | boolean | null>>

/** What is said of it on a terminal. */
export const toLogfmt = (entry: Entry): string =>
  Object.entries(entry)
    .map(([name, value]) => `${name}=${/^[\w.:/@+-]+$/.test(String(value)) ? value : JSON.stringify(value)}`)
    .join(" ")

const wordsOf = (error: unknown): string => {
  const words: Array<string> = []
  // A database's own words stand two or three errors deep.
  for (let one: unknown = error, depth = 0; one !== undefined && depth < 5; depth++) {
    if (one instanceof Error && !words.includes(one.message)) words.push(one.message)
    else if (!(one instanceof Error) && !Predicate.isObject(one)) words.push(String(one))
    one = Predicate.hasProperty(one, "reason")
      ? one.reason
      : Predicate.hasProperty(one, "cause")
        ? one.cause
        : undefined
  }
  return words.filter((text) => text !== "").join(": ")
}

const plain = (value: unknown): string | number | boolean | null =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : value instanceof Error
      ? wordsOf(value)
      : (JSON.stringify(value) ?? String(value))

/** How long the same complaint is not repeated, in milliseconds, and how many are remembered. */
const quietMillis = 60_000
const remembered = 100

/**
 * Libraries log what failed, and go on: whole causes with their stacks, several a second while a database is away. Their words are kept,
 * and said once a minute.
 */
const makeQuiet = () => {
  const said = new Map<string, { at: number; since: number }>()
  return (words: string, now: number): { readonly isSaid: boolean; readonly repeated: number } => {
    const before = said.get(words)
    if (before !== undefined && now - before.at < quietMillis) {
      before.since += 1
      return { isSaid: false, repeated: 0 }
    }
    if (said.size >= remembered) said.clear()
    said.set(words, { at: now, since: 0 })
    return { isSaid: true, repeated: before?.since ?? 0 }
  }
}

/** Writes entries by `write`, a line each, without secrets. */
export const logger = (
  write: (line: string) => void,
  options: { readonly isTerminal: boolean; readonly env: Readonly<Record<string, string | undefined>> }
): Logger.Logger<unknown, void> => {
  const scrub = scrubber(options.env)
  const quiet = makeQuiet()
  return Logger.make(({ cause, date, fiber, logLevel, message }) => {
    const told = (Array.isArray(message) ? message : [message]).map(plain)
    const failed = cause.reasons.length > 0
    const words = failed ? wordsOf(Cause.squash(cause)) : ""
    const { isSaid, repeated } = told.length === 0 ? quiet(words, date.getTime()) : { isSaid: true, repeated: 0 }
    if (!isSaid) return
    const annotations = Object.entries(fiber.getRef(References.CurrentLogAnnotations))
    const entry: Entry = {
      timestamp: date.toISOString(),
      level: logLevel.toLowerCase(),
      message: told.length === 0 ? words : told.join(" "),
      ...Object.fromEntries(annotations.map(([name, value]) => [name, plain(value)])),
      ...(failed && told.length > 0 ? { error: words } : {}),
      // Where a mistake of our own is.
      ...(Cause.hasDies(cause) && told.length > 0 ? { stack: Cause.pretty(cause) } : {}),
      ...(repeated > 0 ? { repeated } : {})
    }
    const scrubbed = Object.fromEntries(
      Object.entries(entry).map(([name, value]) => [name, typeof value === "string" ? scrub(value) : value])
    )
    // Texts of others are in it: a line stays a line, and holds nothing that a terminal acts upon.
    write(options.isTerminal ? escapeText(toLogfmt(scrubbed)) : JSON.stringify(scrubbed))
  })
}

/** The log, at the level that the environment names. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const given = (process.env.HOLDFAST_LOG_LEVEL ?? "").trim().toLowerCase()
    const level = given === "" ? "info" : given
    if (!isLevel(level)) return yield* new LogLevelError({ given })
    const options = { isTerminal: process.stderr.isTTY === true, env: process.env }
    return Layer.merge(
      Logger.layer([logger((line) => process.stderr.write(`${line}\n`), options)]),
      Layer.succeed(References.MinimumLogLevel, levels[level])
    )
  })
)
