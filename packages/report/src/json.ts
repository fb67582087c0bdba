/**
 * A report as JSON: the encoded `CheckReport`, indented, with a newline at its end.
 */
import { CheckReport } from "@holdfast/check/CheckReport"
import * as Schema from "effect/Schema"
import { invisible } from "./Terminal.ts"

const encode = Schema.encodeSync(CheckReport)

/** What JSON itself leaves as it is, and a terminal or a build server does not: written as `\\u…`. */
const dangerous = new RegExp(`${invisible.source}|#(?=#(?:\\[|vso\\[|teamcity\\[))`, "giu")

const escapeUnits = (text: string): string =>
  Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`).join(
    ""
  )

/** A value as JSON text that holds no control characters but newlines, and no marks that hide or reorder text. */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(dangerous, escapeUnits)}\n`

/** The JSON text of a report. */
export const json = (report: CheckReport): string => jsonText(encode(report))
