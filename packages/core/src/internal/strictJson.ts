/**
 * JSON as an API writes it: what two readers could understand differently, or what would cost more than any real answer, is
 * refused. `JSON.parse` takes the last of two equal keys without a word, and makes hundreds of MiB of a text of a few.
 *
 * It is all done by counting: a search of the text for one character takes a tenth of the time of going through it.
 */

/** What a text is. */
export type Parsed =
  | { readonly _tag: "Json"; readonly value: unknown }
  /** It would be JSON if it went on. */
  | { readonly _tag: "Truncated" }
  | { readonly _tag: "NotJson" }
  /** Whether or not it is JSON, no honest writer sent it. */
  | { readonly _tag: "Refused"; readonly reason: "not_json" | "too_large"; readonly detail: string }

/** The API's messages nest 4 deep; a policy's settings 6. */
const maxDepth = 32

/** The API's messages have up to 40 fields; labels, up to 64, are an object, too. */
const maxFields = 1_000

/**
 * Commas and opening brackets: as many values as there can be. A page has 1,000 messages at most, and a message with all its
 * parts 30 of them; a folder's policies take 100 each. An empty object takes 56 bytes, a field of a large one some 80.
 */
const maxMarks = 60_000

/** How often `mark`, one character, stands in `text`; it is not counted further than to what is too often. */
const count = (text: string, mark: string): number => {
  let found = 0
  for (let index = text.indexOf(mark); index >= 0 && found <= maxMarks; index = text.indexOf(mark, index + 1))
    found += 1
  return found
}

/** What must be known of a value that has been read, to trust it. */
interface Seen {
  /** Commas that a text needs for it. */
  commas: number
  /** A number may have lost its last digits. */
  hasLongNumber: boolean
  /** Levels, the value's own included. */
  depth: number
  /** Fields of the largest object. */
  fields: number
  hasPrototype: boolean
}

const look = (value: unknown, depth: number, seen: Seen): void => {
  if (typeof value === "number") {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) seen.hasLongNumber = true
    return
  }
  if (typeof value !== "object" || value === null) return
  if (depth > seen.depth) seen.depth = depth
  if (depth > maxDepth) return
  if (Array.isArray(value)) {
    seen.commas += Math.max(0, value.length - 1)
    for (const item of value) look(item, depth + 1, seen)
    return
  }
  let fields = 0
  for (const name in value) {
    fields += 1
    if (name === "__proto__") seen.hasPrototype = true
    look((value as Readonly<Record<string, unknown>>)[name], depth + 1, seen)
  }
  seen.commas += Math.max(0, fields - 1)
  if (fields > seen.fields) seen.fields = fields
}

const int64Pattern = /^-?\d{1,19}$/

/** Whole numbers beyond 2^53 arrive as decimal strings, since a double would change their last digits. */
const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" &&
  !Number.isSafeInteger(value) &&
  context?.source !== undefined &&
  int64Pattern.test(context.source)
    ? context.source
    : value

/** Whether a text of `length` characters ends inside a value. Only V8's wording tells: it names the place where it gave up. */
const endsEarly = (error: unknown, length: number): boolean => {
  const position = /Unexpected end|at position (\d+)/.exec(String(error))
  return position !== null && (position[1] === undefined || Number(position[1]) >= length)
}

/** Strings, and what opens, closes or parts; numbers and words between them do not matter here. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** The first key of `text`, which is JSON, that stands twice in one object. */
const repeatedKey = (text: string): string | undefined => {
  const open: Array<Set<string> | undefined> = []
  let last = ""
  for (const [part] of text.matchAll(token)) {
    if (part === "{") open.push(new Set())
    else if (part === "[") open.push(undefined)
    else if (part === "}" || part === "]") open.pop()
    else if (part === ":") {
      const keys = open.at(-1)
      const key: string = JSON.parse(last)
      if (keys?.has(key) === true) return key
      keys?.add(key)
    }
    last = part
  }
  return undefined
}

const refused = (reason: "not_json" | "too_large", detail: string): Parsed => ({ _tag: "Refused", reason, detail })

/** Only a list or an object can be too much; a page or a text that is no JSON has no values to count. */
const hasParts = /^\s*[{[]/

/** Reads `text`. */
export const parse = (text: string): Parsed => {
  const commas = count(text, ",")
  // A shorter text cannot hold as many.
  if (text.length > maxMarks && commas + count(text, "{") + count(text, "[") > maxMarks && hasParts.test(text)) {
    return refused("too_large", `JSON of more than ${maxMarks} values`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { _tag: endsEarly(error, text.length) ? "Truncated" : "NotJson" }
  }
  const seen: Seen = { commas: 0, hasLongNumber: false, depth: 0, fields: 0, hasPrototype: false }
  look(value, 1, seen)
  if (seen.depth > maxDepth) return refused("too_large", `JSON of more than ${maxDepth} levels`)
  if (seen.fields > maxFields) return refused("too_large", `JSON with an object of more than ${maxFields} fields`)
  if (seen.hasPrototype) return refused("not_json", "JSON with a key __proto__")
  // Of a key that stands twice only one value has been read: there is a comma too many. Or it is part of a string.
  const repeated = commas === seen.commas ? undefined : repeatedKey(text)
  if (repeated !== undefined) {
    return refused("not_json", `JSON with the key "${repeated.slice(0, 60)}" twice in one object`)
  }
  return { _tag: "Json", value: seen.hasLongNumber ? JSON.parse(text, keepDigits) : value }
}
