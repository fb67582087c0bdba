import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import type { Page } from "playwright-core"
import { periodHtml } from "../src/periodHtml.ts"
import { start } from "./browser.ts"
import { hostileHtml } from "./hostileHtml.ts"
import { october, octoberHolding, quiet, unknown } from "./periods.ts"

const html = (of: typeof october): string => [...periodHtml(of)].join("")

let browser: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  browser = await start()
}, 120_000)
afterAll(() => browser.close())

const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const found: axe.AxeResults = await page.evaluate("axe.run()")
  assert.isAbove(found.passes.length, 15)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)
}

describe("the HTML of a period in a browser", { timeout: 60_000 }, () => {
  it("is shown without a complaint, loads nothing, and its links lead somewhere", async () => {
    const { happened, page } = await browser.open(html(october))
    const links = await page.locator("a[href^='#']").evaluateAll((all) => all.map((each) => each.getAttribute("href")))
    assert.isAbove(links.length, 5)
    for (const link of links) assert.strictEqual(await page.locator(link ?? "none").count(), 1, link ?? "")
    assert.deepStrictEqual(happened, [])
  })

  it.each([320, 360, 1280])("needs no scrolling sideways at %i pixels", async (width) => {
    const { page } = await browser.open(html(octoberHolding(() => `a-very-long-name-${"x".repeat(300)}`)), {
      viewport: { width, height: 800 }
    })
    assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), width)
  })

  it.each([
    ["light", october],
    ["dark", october],
    ["light", quiet],
    ["dark", unknown]
  ] as const)("keeps nobody out in the %s theme", async (colorScheme, of) => {
    const { page } = await browser.open(html(of), { colorScheme })
    assert.deepStrictEqual(await violations(page), [])
    await page.setViewportSize({ width: 360, height: 800 })
    assert.deepStrictEqual(await violations(page), [])
  })

  it.each(Object.entries(hostileHtml))("runs nothing of %s", async (_, text) => {
    const { happened, page } = await browser.open(html(octoberHolding(() => text)))
    assert.strictEqual(await page.evaluate("typeof owned"), "undefined")
    assert.strictEqual(await page.locator("img, iframe, base, object, form, [onerror], [onload]").count(), 0)
    assert.deepStrictEqual(happened, [])
  })
})
