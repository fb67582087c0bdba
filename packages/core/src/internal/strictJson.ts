/**
 * JSON as an API writes it: what two readers could understand differently, or what would cost more than any real answer, is
 * refused. `JSON.parse` takes the last of two equal keys without a word.
 */
import { survey } from "./surveyJson.ts"

/** What a text is. */
export type Parsed =
  | { readonly _tag: "Json"; readonly value: unknown }
  /** It would be JSON if it went on. */
  | { readonly _tag: "Truncated" }
  | { readonly _tag: "NotJson" }
  /** Whether or not it is JSON, no honest writer sent it. */
  | { readonly _tag: "Refused"; readonly reason: "not_json" | "too_large"; readonly detail: string }

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

/** What is wrong with the keys of `text`, which is JSON. */
const flawOfKeys = (text: string): string | undefined => {
  const open: Array<Set<string> | undefined> = []
  let last = ""
  for (const [part] of text.matchAll(token)) {
    if (part === "{") open.push(new Set())
    else if (part === "[") open.push(undefined)
    else if (part === "}" || part === "]") open.pop()
    else if (part === ":") {
      const keys = open.at(-1)
      const key: string = JSON.parse(last)
      if (key === "__proto__") return "JSON with a key __proto__"
      if (keys?.has(key) === true) return `JSON with the key "${key.slice(0, 60)}" twice in one object`
      keys?.add(key)
    }
    last = part
  }
  return undefined
}

/** Only a list or an object can be too much; a page or a text that is no JSON has no values to count. */
const hasParts = /^\s*[{[]/

const plain = { hasLongNumber: false, isDoubtful: false }

/** Reads `text`. */
export const parse = (text: string): Parsed => {
  const seen = hasParts.test(text) ? survey(text) : { _tag: "Fit" as const, ...plain }
  if (seen._tag === "Excessive") return { _tag: "Refused", reason: "too_large", detail: seen.detail }
  let value: unknown
  try {
    value = seen.hasLongNumber ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch (error) {
    return { _tag: endsEarly(error, text.length) ? "Truncated" : "NotJson" }
  }
  const flaw = seen.isDoubtful ? flawOfKeys(text) : undefined
  return flaw === undefined ? { _tag: "Json", value } : { _tag: "Refused", reason: "not_json", detail: flaw }
}
