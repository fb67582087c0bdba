import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { html as pieces } from "../src/html.ts"
import { html as markup } from "../src/htmlMarkup.ts"
import { script } from "../src/htmlScript.ts"
import { style } from "../src/htmlStyle.ts"
import { verdict } from "../src/pretty.ts"
import { everything } from "./fullReport.ts"
import { parsed, textOf } from "./parsedHtml.ts"
import { denied, disabled, drifted, missing, pending, report, row, unread } from "./reports.ts"

const html = (report: CheckReport): string => [...pieces(report)].join("")
const said = (report: CheckReport): string => parsed(html(report)).text

describe("html", () => {
  it("of everything reads as agreed", async () => {
    const text = html(everything)
      .replace(style, "[STYLE]")
      .replace(script, "[SCRIPT]")
      .replaceAll(/sha256-[\w+/=]+/g, "sha256-[HASH]")
    await expect(text).toMatchFileSnapshot("snapshots/html/everything.html")
  })

  it.each([
    ["in sync", report([row("a")])],
    ["drift", report([drifted("a", [disabled]), missing("b"), pending("c"), unread("d", denied)])],
    ["drift that fails nothing", report([drifted("a", [disabled], { severity: "low" })], { fail_on: "high" })],
    ["doubt", report([row("a"), unread("b", denied)])],
    ["nothing read", report([unread("a", denied)])],
    ["an interruption", report([row("a")], { interrupted: true })],
    ["nothing declared", report([])],
    ["nothing declared, which is allowed", report([], { allowEmpty: true })],
    ["mistakes in the manifest", report([], { diagnostics: [{ severity: "error", summary: "x" }] })]
  ])("has the verdict of a terminal, of %s", (_, of) => {
    const { elements, text } = parsed(html(of))
    const line = verdict(of, { color: false }).trimEnd().split("\n").at(-1) ?? ""
    const words = line.replace(/^[✓⚠] /, "")
    assert.strictEqual(textOf(elements.find(({ tagName }) => tagName === "title")), words)
    assert.strictEqual(textOf(elements.find(({ tagName }) => tagName === "h1"))?.slice(1), words)
    assert.strictEqual(text.includes("✓"), line.startsWith("✓"))
  })

  it("says loudly what answered in the place of the cloud", () => {
    assert.include(
      said(report([row("a")], { emulator: "fleet.yaml" })),
      "Emulated by fleet.yaml: this says nothing of the cloud"
    )
    const snapshot = { path: "live.json", timestamp: "2026-03-04T03:00:00.000Z" }
    assert.include(
      said(report([row("a")], { snapshot })),
      "Compared with the snapshot live.json of 2026-03-04 03:00 UTC: this says nothing of what is now"
    )
    const resumed = { run_id: "r", timestamp: "2026-03-04T03:00:00.000Z", carried: 1 }
    assert.include(
      said(report([row("a")], { resumed })),
      "1 of 1 are carried over from the run of 2026-03-04 03:00 UTC"
    )
  })

  it("says how many are in sync and not listed, and where they are", () => {
    const text = said(report(Array.from({ length: 100_000 }, (_, index) => row(`vm-${index}`))))
    assert.include(text, "99,000 more are in sync and not listed here. The JSON report")
    assert.include(text, "vm-999 in sync")
    assert.notInclude(text, "vm-1000 in sync")
  })

  it("lists what could not be compared by its reason, and each of the rarer reasons", () => {
    const rows = Array.from({ length: 100 }, (_, index) =>
      unread(`vm-${index}`, { ...denied, detail: `no role ${index >> 1}`, message: `no role ${index >> 1}.` })
    )
    const text = said(report(rows))
    for (let index = 0; index < 100; index += 1) assert.include(text, `vm-${index} not compared`)
    for (let index = 0; index < 50; index += 1) assert.include(text, `no role ${index}.`)
    assert.strictEqual(parsed(html(report(rows))).elements.filter(({ tagName }) => tagName === "article").length, 100)
  })

  it.each([
    ["https://tracker.example/OPS-1?a=b&c=d#e", true],
    ["http://tracker.example/OPS-1", false],
    ["javascript:alert(1)", false],
    ["https:javascript:alert(1)", false],
    [" https://tracker.example/", false],
    ["https://tracker.example@evil.example/", false],
    ["https://tracker.example/\u202ecod", false],
    ['https://tracker.example/"onclick="x', false],
    ["data:text/html,<script>x</script>", false]
  ])("of the ticket %s makes a link: %s", (ticket, isLink) => {
    const [waiver] = everything.waivers.used
    const { elements, text } = parsed(
      html({
        ...everything,
        waivers: { used: [], unused: [], expired: waiver === undefined ? [] : [{ ...waiver, ticket }] }
      })
    )
    const links = elements
      .flatMap(({ attrs }) => attrs)
      .filter(({ name, value }) => name === "href" && !value.startsWith("#"))
    assert.deepStrictEqual(
      links.map(({ value }) => value),
      isLink ? [ticket] : []
    )
    assert.include(text, ticket.replace("\u202e", "\\u{202e}"))
  })
})

describe("html template", () => {
  it("escapes texts between tags and in attributes, and nests markup", () => {
    const text = `<b a="1" c='2'>&\`\u202e`
    assert.strictEqual(
      markup`<p title="${text}">${text}${markup`<i>${1}</i>`}${[markup`<br>`, markup`<br>`]}</p>`.text,
      `<p title="&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;&#96;\\u{202e}">&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;&#96;<i>\\u{202e}</i><i>1</i><br><br></p>`
    )
  })

  it("refuses a text outside of quotes in a tag, and markup within them", () => {
    assert.throws(() => markup`<p ${"onclick=x"}>`)
    assert.throws(() => markup`<p title=${"x"}>`)
    assert.throws(() => markup`<p title="${markup`<b>`}">`)
  })
})
