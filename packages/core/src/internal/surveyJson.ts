/**
 * What a JSON text would cost and whether it could be read in two ways, seen in one pass over its characters, before anything
 * is built of it: a text of a few MiB can stand for hundreds in memory.
 */

/** The API's messages nest 4 deep; a policy's settings 6. */
const maxDepth = 32

/** The API's messages have up to 40 fields; labels, up to 64, are an object, too. */
const maxFields = 1_000

/** A page has 1,000 messages at most, and a message with all its parts 150 values. An empty object takes 56 bytes. */
const maxValues = 300_000

/** A double holds every whole number of 15 digits. */
const exactDigits = 15

const quote = 0x22
const comma = 0x2c
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** What is known of a text that is JSON; of one that is not, nothing is. */
export type Survey =
  | {
      readonly _tag: "Fit"
      /** Whether a number may be too long for a double. */
      readonly hasLongNumber: boolean
      /** Whether a key may stand twice in one object, or be no plain text. */
      readonly isDoubtful: boolean
    }
  /** It is more than any answer of the API. */
  | { readonly _tag: "Excessive"; readonly detail: string }

const hashOf = (hash: number, code: number): number => (Math.imul(hash, 31) + code) | 0

const hash = (text: string): number => {
  let value = 0
  for (let index = 0; index < text.length; index++) value = hashOf(value, text.charCodeAt(index))
  return value
}

/** It sets an object's prototype where an object is put together by assignment. */
const prototypeHash = hash("__proto__")

/** The hashes of the keys of all objects that are open at a place, the outermost first. */
const hashes = new Int32Array(maxDepth * maxFields + 1)

/** Where in `hashes` the keys of the object of each level begin; -1 for a list, and outside of everything. */
const begins = new Int32Array(maxDepth + 1).fill(-1)

const excessive = (detail: string): Survey => ({ _tag: "Excessive", detail })

/** Where the string that begins at `start`, after its quote, ends: its closing quote, or the end of a text that lacks one. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (before >= start && text.charCodeAt(before) === backslash) before -= 1
    // Behind an even number of backslashes: each pair is a character of its own.
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}

/** Surveys `text`. */
export const survey = (text: string): Survey => {
  let depth = 0
  let values = 0
  let digits = 0
  let top = 0
  let begin = -1
  let isKey = false
  let hasLongNumber = false
  let isDoubtful = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) {
      const start = index + 1
      index = endOfString(text, start)
      if (!isKey) continue
      isKey = false
      let value = 0
      for (let at = start; at < index; at++) {
        const character = text.charCodeAt(at)
        value = hashOf(value, character)
        if (character === backslash) isDoubtful = true
      }
      if (value === prototypeHash) isDoubtful = true
      for (let other = begin; !isDoubtful && other < top; other++) if (hashes[other] === value) isDoubtful = true
      if (top - begin >= maxFields) return excessive(`JSON with an object of more than ${maxFields} fields`)
      hashes[top] = value
      top += 1
    } else if (code >= zero && code <= nine) {
      digits += 1
      if (digits > exactDigits) hasLongNumber = true
    } else {
      digits = 0
      if (code === comma || code === colon) {
        values += 1
        isKey = code === comma && begin >= 0
      } else if (code === openBrace || code === openBracket) {
        if (depth >= maxDepth) return excessive(`JSON of more than ${maxDepth} levels`)
        isKey = code === openBrace
        values += 1
        depth += 1
        begin = isKey ? top : -1
        begins[depth] = begin
      } else if ((code === closeBrace || code === closeBracket) && depth > 0) {
        if (begin >= 0) top = begin
        depth -= 1
        begin = begins[depth] as number
        isKey = false
      }
    }
    if (values > maxValues) return excessive(`JSON of more than ${maxValues} values`)
  }
  return { _tag: "Fit", hasLongNumber, isDoubtful }
}
