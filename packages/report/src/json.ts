/**
 * A report as JSON: `CheckReport`, indented, with a newline at its end; in pieces, since a fleet's is large.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import { invisible } from "./Terminal.ts"

/** What JSON itself leaves as it is, and a terminal or a build server does not: written as `\\u…`. */
const dangerous = new RegExp(`${invisible.source}|#(?=#(?:\\[|vso\\[|teamcity\\[))`, "giu")

const escapeUnits = (text: string): string => {
  let escaped = ""
  for (let at = 0; at < text.length; at++) escaped += `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`
  return escaped
}

const written = (value: unknown): string => JSON.stringify(value, null, 2).replace(dangerous, escapeUnits)

/** A value as JSON text on one line, as harmless. */
export const jsonLine = (value: unknown): string => JSON.stringify(value).replace(dangerous, escapeUnits)

/** The items of a list as JSON text, each on a line of its own, in pieces. */
export function* jsonItems(items: Iterable<unknown>): Iterable<string> {
  let before = "\n"
  for (const item of items) {
    yield `${before}${jsonLine(item)}`
    before = ",\n"
  }
}

/** A value as JSON text that holds no control characters but newlines, and no marks that hide or reorder text. */
export const jsonText = (value: unknown): string => `${written(value)}\n`

/** The JSON text of a value, in pieces: its long lists are written item by item. */
export function* jsonPieces<A extends object>(value: A, lists: ReadonlyArray<keyof A & string>): Iterable<string> {
  let rest = written({ ...value, ...Object.fromEntries(lists.map((name) => [name, []])) })
  for (const name of lists) {
    // No text of others can hold it: a line break within a text is escaped.
    const mark = `\n  "${name}": []`
    const items: unknown = value[name]
    const at = rest.indexOf(mark)
    if (!Array.isArray(items) || items.length === 0 || at < 0) continue
    yield `${rest.slice(0, at)}\n  "${name}": [`
    for (const [index, item] of items.entries()) {
      yield `${index === 0 ? "" : ","}\n    ${written(item).replaceAll("\n", "\n    ")}`
    }
    rest = `\n  ]${rest.slice(at + mark.length)}`
  }
  yield `${rest}\n`
}

/** The JSON text of a report, in pieces. */
export const json = (report: CheckReport): Iterable<string> => jsonPieces(report, ["resources", "unlisted"])
