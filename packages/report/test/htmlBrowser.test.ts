import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import axe from "axe-core"
import type { Page } from "playwright-core"
import { html as pieces } from "../src/html.ts"
import { start } from "./browser.ts"
import { everything } from "./fullReport.ts"
import { hostile } from "./hostile.ts"
import { hostileHtml, put, visible } from "./hostileHtml.ts"
import { denied, disabled, drifted, report, row, unread } from "./reports.ts"

const html = (report: CheckReport): string => [...pieces(report)].join("")

let browser: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  browser = await start()
}, 120_000)
afterAll(() => browser.close())

/** The entries that can be seen. */
const entries = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator(".e").evaluateAll((all) => all.filter((each) => each.checkVisibility()).map((each) => each.textContent))

const search = async (page: Page, words: string, said: string) => {
  await page.getByRole("searchbox").fill(words)
  await page
    .getByRole("status")
    .filter({ hasText: new RegExp(`^${said}`) })
    .waitFor()
}

const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const found: axe.AxeResults = await page.evaluate("axe.run()")
  assert.isAbove(found.passes.length, 20)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)
}

describe("an HTML report in a browser", { timeout: 60_000 }, () => {
  it("is shown without a complaint, and loads nothing", async () => {
    const { happened, page } = await browser.open(html(everything))
    assert.strictEqual(
      await page.title(),
      "Drift: 2 drifted, 1 missing, 1 waived, 1 pending, 3 not compared of 10; 3 unlisted"
    )
    // The policy is at work: what it does not name is refused.
    await page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert.include(happened.splice(0).join(), "Content Security Policy")
    assert.deepStrictEqual(happened, [])
  })

  it("finds entries by all words of a search, in any field, and says how many", async () => {
    const { happened, page } = await browser.open(html(everything))
    assert.strictEqual(await page.getByRole("status").textContent(), "15 entries")
    await search(page, "PLATFORM hf010", "1 of 15 entries")
    assert.deepStrictEqual(
      (await entries(page)).filter((text) => text.includes("drifted")),
      ["~ billing-db drifted (critical, known)"]
    )
    assert.isFalse(await page.getByRole("heading", { name: "Unlisted", level: 2 }).isVisible())
    // A reason belongs to each of the entries below it.
    await search(page, "permissiondenied", "2 of 15 entries")
    assert.isFalse(await page.getByRole("heading", { name: "ConnectionFailed" }).isVisible())
    // What is folded is unfolded where something is found in it.
    await search(page, "app-2", "1 of 15 entries")
    assert.include(await entries(page), "app-2 in sync")
    await search(page, "no such thing", "Nothing matches, of 15 entries")
    await search(page, "", "15 entries")
    assert.isTrue(await page.getByRole("heading", { name: "Unlisted", level: 2 }).isVisible())
    assert.deepStrictEqual(happened, [])
  })

  it("shows and hides kinds of entries, also of those found", async () => {
    const { page } = await browser.open(html(everything))
    await page.getByLabel("Critical").uncheck()
    await page.getByRole("status").filter({ hasText: "14 of 15 entries" }).waitFor()
    assert.isFalse((await entries(page)).some((text) => text.includes("billing-db")))
    await search(page, "hf009", "1 of 15 entries")
    await page.getByLabel("High").uncheck()
    await page.getByRole("status").filter({ hasText: "Nothing matches" }).waitFor()
    assert.isFalse(await page.getByRole("heading", { name: "Drift", exact: false, level: 2 }).isVisible())
    await page.getByLabel("High").check()
    await page.getByRole("status").filter({ hasText: "1 of 15 entries" }).waitFor()
  })

  it("can be worked with the keyboard", async () => {
    const { page } = await browser.open(html(everything))
    await page.getByRole("searchbox").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.getByRole("status").filter({ hasText: "14 of 15 entries" }).waitFor()
    assert.notStrictEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none")
  })

  it("says everything without its script", async () => {
    const { happened, page } = await browser.open(html(everything), { javaScriptEnabled: false })
    assert.isFalse(await page.getByRole("searchbox").isVisible())
    for (const name of ["billing-db", "cache", "new-vm", "api-2", "queue", "forgotten", "scratch", "mail"]) {
      assert.isTrue(await page.locator(".e").filter({ hasText: name }).first().isVisible(), name)
    }
    await page.getByText("List all 2").click()
    assert.isTrue(await page.locator(".e").filter({ hasText: "app-2" }).isVisible())
    assert.deepStrictEqual(happened, [])
  })

  it("prints what is folded, and no search", async () => {
    const { page } = await browser.open(html(everything))
    await page.emulateMedia({ media: "print" })
    assert.isTrue(await page.locator(".e").filter({ hasText: "app-2" }).isVisible())
    assert.isFalse(await page.getByRole("searchbox").isVisible())
  })

  it("cuts off nothing on paper, where nobody can scroll", async () => {
    const { page } = await browser.open(html(put(everything, () => `a-very-long-name-${"x".repeat(300)}`)), {
      viewport: { width: 700, height: 1000 }
    })
    const isCut = "[...document.querySelectorAll('.scroll')].map((el) => el.scrollWidth > el.clientWidth)"
    assert.deepStrictEqual(await page.evaluate(isCut), [true, true, true])
    await page.emulateMedia({ media: "print" })
    assert.deepStrictEqual(await page.evaluate(isCut), [false, false, false])
  })

  it.each([320, 360, 1280])("needs no scrolling sideways at %i pixels", async (width) => {
    const { page } = await browser.open(html(put(everything, () => `a-very-long-name-${"x".repeat(300)}`)), {
      viewport: { width, height: 800 }
    })
    assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), width)
  })

  it.each([
    ["light", everything],
    ["dark", everything],
    ["light", report([row("a")])],
    ["dark", report([], { diagnostics: [{ severity: "error", summary: "x" }] })],
    ["dark", report([row("a")], { emulator: "fleet.yaml", interrupted: true })]
  ] as const)("keeps nobody out in the %s theme", async (colorScheme, of) => {
    const { page } = await browser.open(html(of), { colorScheme })
    assert.deepStrictEqual(await violations(page), [])
    await page.setViewportSize({ width: 360, height: 800 })
    assert.deepStrictEqual(await violations(page), [])
  })

  it.each(Object.entries({ ...hostileHtml, ...hostile }).filter(([, text]) => text.length < 1000))(
    "runs nothing of %s, and shows it",
    async (_, text) => {
      const { happened, page } = await browser.open(html(put(everything, () => text)))
      const shown = String(await page.evaluate("document.body.textContent"))
      assert.include(shown, visible(text))
      await page.mouse.move(300, 300)
      await page.getByRole("searchbox").fill("x")
      assert.strictEqual(await page.evaluate("typeof owned"), "undefined")
      assert.strictEqual(await page.locator("img, iframe, base, object, form, [onerror], [onload]").count(), 0)
      assert.deepStrictEqual(happened, [])
    }
  )

  it("shows a text of a megabyte", async () => {
    const text = `<img src=x onerror=alert(1)>${"0123456789".repeat(100_000)}`
    const { happened, page } = await browser.open(
      html(put(everything, (index) => (index % 20 === 0 ? text : "benign")))
    )
    assert.include(String(await page.evaluate("document.body.textContent")), text)
    assert.deepStrictEqual(happened, [])
  })

  it("shows and searches 20,000 entries, of which most are out of view", async () => {
    const size = 20_000
    const rows = Array.from({ length: size }, (_, index) =>
      index % 2 === 0 ? drifted(`vm-${index}`, [disabled]) : unread(`vm-${index}`, denied)
    )
    const { happened, page } = await browser.open(html(report(rows)))
    assert.strictEqual(await page.getByRole("status").textContent(), "20,000 entries")
    const names = rows.map(({ address }) => address)
    const shown = async () => (await entries(page)).map((text) => /vm-\d+/.exec(text)?.[0] ?? text).toSorted()
    // Matches here and there, in one block, in others, and in all: each search finds what the one before has hidden.
    for (const word of ["77", "vm-7777", "vm-19", ""]) {
      const expected = names.filter((name) => name.includes(word))
      const count = expected.length.toLocaleString("en")
      await search(page, word, word === "" ? "20,000 entries" : `${count} of 20,000 entries`)
      assert.deepStrictEqual(await shown(), expected.toSorted())
    }
    const last = page.locator(".e").filter({ hasText: "vm-19998" })
    await last.scrollIntoViewIfNeeded()
    assert.isTrue(await last.isVisible())
    assert.deepStrictEqual(happened, [])
  })
})
