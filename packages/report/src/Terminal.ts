/**
 * Text for a terminal: what others wrote is escaped, what we write may be coloured, and columns keep their width.
 */
import * as CliOutput from "effect/cli/CliOutput"

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) as number
  if (character === "\n") return "\\n"
  if (character === "\r") return "\\r"
  if (character === "\t") return "\\t"
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`
}

/** C1 controls, line and paragraph separators, marks that reorder text or take no room, tags. */
export const invisible =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u

/** Those, C0 controls and lone surrogates. */
const dangerous = new RegExp(`[\\u0000-\\u001f]|${invisible.source}|\\p{Surrogate}`, "gu")

/** Letters, digits and signs of ASCII, and spaces. */
const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** Where a build server would take a log line's text for a command. */
const workflowCommand = /##(?=\[|vso\[|teamcity\[)|(?<=^\s*):(?=:)/gi

/**
 * Makes a foreign string harmless on a terminal and in the log of a build: one line, no control characters, no marks that
 * hide or reorder text, nothing that a build server runs. It stays readable: what is escaped is shown.
 */
export const escapeText = (text: string): string =>
  // Nearly all texts are plain, and the tables behind the patterns take a while to load.
  isAscii(text) && !text.includes("##") && !text.includes("::")
    ? text
    : text
        .replace(dangerous, escapeOf)
        .replace(workflowCommand, (match) => `\\x${match.charCodeAt(0).toString(16)}${match.slice(1)}`)

/** A template whose inserted values are escaped, so that none can be forgotten. */
export const safe = (strings: TemplateStringsArray, ...values: ReadonlyArray<string | number>): string =>
  strings.reduce((text, string, index) => text + escapeText(String(values[index - 1])) + string)

/** Colours and weights, by what they mean. */
export interface Palette {
  readonly bad: (text: string) => string
  readonly unsure: (text: string) => string
  readonly good: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const sgr = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`
const plain = (text: string): string => text

/** The palette of a terminal, or of plain text. */
export const palette = (color: boolean): Palette =>
  color
    ? { bad: sgr(31, 39), unsure: sgr(33, 39), good: sgr(32, 39), dim: sgr(2, 22), bold: sgr(1, 22) }
    : { bad: plain, unsure: plain, good: plain, dim: plain, bold: plain }

/** Cells that `text` takes. Only what is not plain ASCII has to be cut into characters first, by tables that take a while to load. */
export const displayWidth = (text: string): number => (isAscii(text) ? text.length : CliOutput.displayWidth(text))

/** The widest column, in cells: one name of a megabyte must not widen each line by as much. */
const maxWidth = 120

/** `text`, filled up with spaces to `width` cells, or as many as a column has at most; wide characters take two. */
export const pad = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, Math.min(width, maxWidth) - displayWidth(text)))

/** No line of a whole text begins as a command of GitHub does, whichever values meet there. */
export const guardLines = (text: string): string => text.replace(/^(\s*):(?=:)/gm, "$1\\x3a")
