/**
 * A report as JSON: the encoded `CheckReport`, indented, with a newline at its end.
 */
import { CheckReport } from "@holdfast/check/CheckReport"
import * as Schema from "effect/Schema"

const encode = Schema.encodeSync(CheckReport)

/** The JSON text of a report. It holds no control characters but newlines: JSON escapes them, and so are C1 controls and marks that reorder text. */
export const json = (report: CheckReport): string =>
  `${JSON.stringify(encode(report), null, 2).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )}\n`
