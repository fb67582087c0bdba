/**
 * Text for a browser: a template that escapes what is put into it, so that nothing can be forgotten.
 */
import { instantOf } from "./instant.ts"
import { invisible } from "./Terminal.ts"

/** Markup that is safe as it is: only `html` makes it. */
class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type { Markup }

/** What a template takes: texts are escaped, markup is nested. */
export type Value = string | number | Markup | ReadonlyArray<Markup>

/** Where a value stands: between tags, within the quotes of an attribute, or in a tag outside them. */
type Position = "text" | "attribute" | "tag"

/** What a browser hides, reorders or refuses: as in a terminal, and code points that are no characters. */
const unseen = new RegExp(
  `[\\u0000-\\u001f]|${invisible.source}|\\p{Surrogate}|\\p{Noncharacter_Code_Point}|[\\ufe00-\\ufe0d\\u{e0100}-\\u{e01ef}]`,
  "gu"
)

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/** How a character that cannot be seen is shown. */
const shown = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  return (
    names[character] ??
    (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16).padStart(4, "0")}}`)
  )
}

/** Nearly all texts are plain, and the tables behind the patterns take a while to load. */
const isPlain = (text: string): boolean => /^[ !#-%(-;=?-_a-z{-~]*$/.test(text) && !text.includes("##")

const escaped = (text: string, position: Position): string =>
  isPlain(text)
    ? text
    : text
        // The last: a build server that prints the page takes it for a command of its own.
        .replace(/[&<>"'`]|#(?=#(?:\[|vso\[|teamcity\[))/gi, (character) => `&#${character.charCodeAt(0)};`)
        // Where it can be marked up, it differs from the same letters written by hand.
        .replace(unseen, (character) => (position === "text" ? `<i>${shown(character)}</i>` : shown(character)))

const positions = new WeakMap<TemplateStringsArray, ReadonlyArray<Position>>()

const positionsOf = (strings: TemplateStringsArray): ReadonlyArray<Position> => {
  const known = positions.get(strings)
  if (known !== undefined) return known
  let before = ""
  const found = strings.map((string): Position => {
    before += string
    const tag = before.slice(before.lastIndexOf("<"))
    if (!tag.startsWith("<") || tag.includes(">")) return "text"
    return tag.split('"').length % 2 === 0 ? "attribute" : "tag"
  })
  positions.set(strings, found)
  return found
}

const rendered = (value: Value, position: Position): string => {
  if (typeof value === "number") return String(value)
  if (typeof value === "string" ? position === "tag" : position === "attribute")
    throw new TypeError("An attribute takes a text, within quotes")
  if (typeof value === "string") return escaped(value, position)
  return value instanceof Markup ? value.text : value.map(({ text }) => text).join("")
}

/** A template of markup: texts are escaped for where they stand, markup is nested as it is. */
export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Markup => {
  const places = positionsOf(strings)
  let text = strings[0] ?? ""
  for (const [index, value] of values.entries()) {
    text += rendered(value, places[index] ?? "text") + (strings[index + 1] ?? "")
  }
  return new Markup(text)
}

/** No markup. */
export const none = html``

/** The longest text that is shown unasked. */
const longest = 2000

/** A sentence of others; one that would fill screens is folded. It stands in a block. */
export const prose = (text: string): Value =>
  text.length <= longest
    ? text
    : html`<details><summary>${text.slice(0, 200)}&hellip; (${count(text.length)} characters)</summary>${text}</details>`

/** A number as people read it. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",")

/** A time, to the minute where it is in the usual form. */
export const time = (text: string): Value =>
  instantOf(text) !== undefined
    ? html`<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 16)} UTC</time>`
    : text
