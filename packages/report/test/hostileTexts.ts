/** Thousands of strings made of what could do harm somewhere. */
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
