/** Thousands of strings made of what could do harm somewhere, and reports that hold them in every field. */
import { type CheckReport, states } from "@holdfast/check/CheckReport"
import { everything } from "./fullReport.ts"
import { hostile } from "./hostile.ts"

/** Of formats that people read: Markdown, HTML, spreadsheets, workflow commands. */
const payloads = [
  "@octocat",
  "@org/team",
  "a@b.example",
  "mailto:a@b.example",
  "#123",
  "owner/repo#1",
  "GH-7",
  "!42",
  "[text](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "[x]: https://evil.example",
  "[^1]",
  "<https://evil.example>",
  "https://evil.example/?q=1",
  "www.evil.example",
  "ftp://evil.example",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "</details>",
  "<!-- holdfast-report -->",
  "-->",
  "&lt;b&gt;",
  "&#64;",
  "**bold**",
  "_it_",
  "~~gone~~",
  "`",
  "``",
  "```\n",
  "\\",
  "\\|",
  "|",
  "| --- |",
  "\n# heading\n",
  "\n\n---\n",
  "\n- item",
  "\n> [!NOTE]\n",
  "$`x`$",
  "$$x$$",
  ":white_check_mark:",
  ":+1:",
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  '=HYPERLINK("https://evil.example")',
  "\t=1",
  "\r=1",
  ";=1",
  ';"=1',
  "\uff1d1",
  '"',
  '""',
  ",",
  "%0A::error::x",
  "%25",
  "%",
  "\r\n",
  "\u0000",
  "\ufeff",
  "\u{1f4be}",
  "сервер",
  "名前"
]

const pieces = [...Object.values(hostile).filter((text) => text.length < 100), ...payloads, " ", "a", "1", ":", "x y"]

/** The same strings for the same seed: one to four pieces each. */
export function* hostileTexts(count: number, seed: number): Iterable<string> {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  for (let index = 0; index < count; index++) {
    yield Array.from({ length: 1 + below(4) }, () => pieces[below(pieces.length)]).join("")
  }
}

/** One row of each kind: what is rendered ten thousand times. */
export const few: CheckReport = {
  ...everything,
  resources: states.flatMap((wanted) => everything.resources.filter(({ state }) => state === wanted).slice(0, 1)),
  unlisted: everything.unlisted.slice(1, 2),
  reads: []
}

/** What is no text of others, but one of a few words. */
const closed = new Set(["state", "severity", "mode", "kind", "baseline", "fail_on"])

type TextOf = (path: string) => string

const replaced = (value: unknown, path: string, textOf: TextOf): unknown => {
  if (typeof value === "string") return closed.has(path.slice(path.lastIndexOf(".") + 1)) ? value : textOf(path)
  if (Array.isArray(value)) return value.map((item, index) => replaced(item, `${path}.${index}`, textOf))
  if (typeof value !== "object" || value === null) return value
  const isRecord = /\.(tags|variables)$/.test(path)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      isRecord ? textOf(`${path}.key`) : key,
      replaced(item, `${path}.${key}`, textOf)
    ])
  )
}

/** A report with the strings of `textOf` in the place of each text that others can write. */
export const reportHolding = (
  report: CheckReport,
  decode: (value: unknown) => CheckReport,
  textOf: TextOf
): CheckReport => decode(replaced(report, "", textOf))
