/**
 * JSON as an API writes it: what two readers could understand differently, or what would cost more than any real answer, is
 * refused. `JSON.parse` takes the last of two equal keys without a word.
 */

/** What a text is. */
export type Parsed =
  | { readonly _tag: "Json"; readonly value: unknown }
  /** It would be JSON if it went on. */
  | { readonly _tag: "Truncated" }
  | { readonly _tag: "NotJson" }
  /** It is JSON, but of no honest writer. */
  | { readonly _tag: "Refused"; readonly reason: "not_json" | "too_large"; readonly detail: string }

/** The API's messages nest 4 deep; a policy's settings 6. */
const maxDepth = 32

/** The API's messages have up to 40 fields; labels, up to 64, are an object, too. */
const maxFields = 1_000

const int64Pattern = /^-?\d{1,19}$/

/** Where a JSON text may hold a number too long for a double: 16 digits or more that are not inside a string's quotes. */
const longNumber = /[:[,]\s*-?\d{16,}/

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

/** A key can only end in a quote before a colon; inside a string the quote would be escaped. */
const keyEnd = /"\s*:/g

/** A key with that name, not a text that mentions it: there its quotes would be escaped. */
const prototypeKey = /"(?:__proto__|\\u005f_proto__)"\s*:/i

/** How many keys `value` has in all, or how it is more than any answer of the API. */
const countKeys = (value: unknown): number | string => {
  let count = 0
  const pending: Array<readonly [unknown, number]> = [[value, 0]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, depth] = next
    if (typeof node !== "object" || node === null) continue
    if (depth >= maxDepth) return `JSON of more than ${maxDepth} levels`
    const children = Object.values(node)
    if (!Array.isArray(node)) {
      if (children.length > maxFields) return `JSON with an object of ${children.length} fields`
      count += children.length
    }
    for (const child of children) if (typeof child === "object") pending.push([child, depth + 1])
  }
  return count
}

/** Strings, and what opens, closes or parts; numbers and words between them do not matter here. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** The first key that an object of `text`, which is JSON, has twice. */
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

/** Reads `text`. */
export const parse = (text: string): Parsed => {
  let value: unknown
  try {
    value = longNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch (error) {
    return { _tag: endsEarly(error, text.length) ? "Truncated" : "NotJson" }
  }
  const keys = countKeys(value)
  if (typeof keys === "string") return { _tag: "Refused", reason: "too_large", detail: keys }
  if (prototypeKey.test(text)) return { _tag: "Refused", reason: "not_json", detail: "JSON with a key __proto__" }
  // Fewer keys than key ends: the rest was overwritten, or stands in strings. Only then is it worth a closer look.
  if ((text.match(keyEnd)?.length ?? 0) > keys) {
    const key = repeatedKey(text)
    if (key !== undefined) {
      return {
        _tag: "Refused",
        reason: "not_json",
        detail: `JSON with the key "${key.slice(0, 60)}" twice in one object`
      }
    }
  }
  return { _tag: "Json", value }
}
