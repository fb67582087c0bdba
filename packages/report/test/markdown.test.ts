import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5"
import { markdown, marker } from "../src/markdown.ts"
import { maxLength } from "../src/markdownSections.ts"
import { code, prose } from "../src/markdownText.ts"
import { escapeText } from "../src/Terminal.ts"
import { filled } from "./everyField.ts"
import { everything } from "./fullReport.ts"
import { assertHarmless } from "./hostile.ts"
import { hostileTexts } from "./hostileTexts.ts"
import { assertInert, htmlOf, seenIn } from "./parsedMarkdown.ts"
import { change, denied, disabled, drifted, missing, pending, report, row, unread } from "./reports.ts"

const textOf = (of: CheckReport): string => [...markdown(of)].join("")

/** What a reader sees, without white space and what takes no room. */
const readable = (text: string): string => text.replace(/[\s\u200b]/g, "")

const ofRules = /^docs\/rules\/HF\d{3}\.md$/

describe("markdown", () => {
  it("reads as agreed", async () => {
    await expect(textOf(everything)).toMatchFileSnapshot("snapshots/formats/everything.md")
  })

  it("begins with the mark by which a comment is found again", () => {
    assert.isTrue(textOf(everything).startsWith(`${marker}\n`))
    assert.strictEqual(marker, "<!-- holdfast-report -->")
  })

  it("links rules only", () => {
    const { links } = seenIn(textOf(everything))
    assert.isAbove(links.length, 5)
    for (const link of links) assert.match(link, ofRules)
  })

  it("says where it is not the cloud that was read, or not now", () => {
    const snapshot = { path: "live.json", timestamp: "2026-03-05T12:00:00.000Z" }
    assert.include(textOf(report([row("a")], { emulator: "fleet.yaml" })), "Emulated by fleet.yaml: this says nothing")
    assert.include(textOf(report([row("a")], { snapshot })), "this says nothing of what is now")
    const resumed = { run_id: "r", timestamp: "2026-03-05T12:00:00.000Z", carried: 1 }
    assert.include(textOf(report([row("a")], { resumed })), "1 of 1 are carried over")
  })

  it("has the tick of success exactly where all is in sync", () => {
    for (const [of, is] of [
      [report([row("a")]), true],
      [report([missing("a")]), false],
      [report([unread("a", denied)]), false],
      [report([pending("a"), row("b")]), false],
      [report([]), false],
      [report([row("a")], { interrupted: true }), false]
    ] as const) {
      assert.strictEqual(textOf(of).includes("\u2713"), is)
    }
  })

  it("of a fleet fits into a comment, the worst first, and says how many it leaves out of each kind", () => {
    const many = Array.from({ length: 3_000 }, (_, index) => [
      drifted(`vm-${index}`, [disabled]),
      pending(`new-${index}`),
      unread(`dark-${index}`, { ...denied, detail: `no role ${index}` })
    ]).flat()
    const text = textOf(report([...many, drifted("worst", [disabled], { severity: "critical" })]))
    assert.isAtMost(text.length, maxLength)
    assert.isAbove(text.length, maxLength - 6_000)
    assert.match(text, /\| --- \|\n\| critical \| `worst`/)
    const leftOut = [...text.matchAll(/^(\d+) more are left out here/gm)].map(([, count]) => Number(count))
    assert.lengthOf(leftOut, 3)
    const rows = (pattern: RegExp) => text.match(pattern)?.length ?? 0
    assert.strictEqual((leftOut[0] ?? 0) + rows(/^\| (critical|high) \|/gm), 3_001)
    assert.strictEqual((leftOut[2] ?? 0) + rows(/^- `new-/gm), 3_000)
    assert.isTrue(text.includes("\nholdfast `1.2.3`, run `00000000-"))
    assert.strictEqual(rows(/<details>/g), rows(/<\/details>/g))
  })

  it.each(["\u0000", "@", "`", "\u{e0041}", "&", "x"])("of texts of 100 kB of %j fits, too", (unit) => {
    const long = unit.repeat(100_000 / unit.length)
    const text = textOf(filled(everything, () => long))
    assert.isAtMost(text.length, maxLength)
    assertHarmless(text)
    assertInert(seenIn(text))
    const changes = Array.from({ length: 1_000 }, (_, index) =>
      change("HF007", `f${index}`, { desired: long, actual: long })
    )
    assert.include(textOf(report([drifted("a", changes)])), "and 990 more")
  })

  it("of 10,000 hostile strings shows each as it is, as prose and as code, in a table and in a list", () => {
    const texts = [...hostileTexts(10_000, 5)].filter((text) => text.length < 90)
    assert.isAbove(texts.length, 7_000)
    for (let start = 0; start < texts.length; start += 100) {
      const some = texts.slice(start, start + 100)
      const table = `| a | b |\n| --- | --- |\n${some.map((text) => `| ${prose(text)} | ${code(text)} |\n`).join("")}`
      const list = some.map((text) => `- x ${prose(text)} (${code(text)})\n`).join("")
      for (const [document, cell] of [
        [table, "td"],
        [list, "li"]
      ] as const) {
        const seen = seenIn(document)
        assert.deepStrictEqual(seen.links, [])
        assertInert(seen)
        const cells = [...htmlOf(document).matchAll(new RegExp(`<${cell}>([\\s\\S]*?)</${cell}>`, "g"))].map(
          ([, html]) => readable(contentOf(html as string))
        )
        const shown = some.flatMap((text) => {
          const sentence = readable(escapeText(text))
          const plain = escapeText(text).replaceAll("`", "\\x60").replaceAll("|", "\\x7c")
          const value = plain.trim() === "" ? "(none)" : readable(plain)
          return cell === "td" ? [sentence, value] : [`x${sentence}(${value})`]
        })
        assert.deepStrictEqual(cells, shown)
      }
    }
  }, 120_000)
})

/** The text of an HTML fragment. */
const contentOf = (html: string): string => {
  const text = (node: DefaultTreeAdapterTypes.ChildNode): string =>
    "value" in node ? node.value : "childNodes" in node ? node.childNodes.map(text).join("") : ""
  return parseFragment(html).childNodes.map(text).join("")
}
