import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import { ManagedRuntime } from "effect"
import type { BrowserContextOptions, Page } from "playwright-core"
import { start } from "../../../packages/report/test/browser.ts"
import { report } from "../../../packages/report/test/reports.ts"
import { Dashboard } from "../src/server/Dashboard.ts"
import { dashboard, job, running } from "./support/dashboard.ts"
import { day, fillMonth, fleet, id, pass, run } from "./support/months.ts"
import { tokenFiles } from "./support/tokens.ts"

const secret = "0123456789abcdef0123456789abcdef"
const token = tokenFiles()
const jobs = [job("nightly"), job("staging"), job("lab"), job("new-job")]
const { ask, url, write } = running({ jobs }, (hands) => fillMonth(hands, Date.now()))

let browser: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  browser = await start()
}, 120_000)
afterAll(() => browser.close())

/** Opens a page of the dashboard, which asks nobody else for anything. */
const visit = (path: string, options?: BrowserContextOptions) =>
  browser.visit(`${url()}${path}`, options, (requested) => requested.startsWith(`${url()}/`))

const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // The policy of the page lets no script in that it did not bring: as a debugger, axe is none of it.
  const client = await page.context().newCDPSession(page)
  await client.send("Runtime.evaluate", { expression: axe.source })
  const { result } = await client.send("Runtime.evaluate", {
    expression: "axe.run().then((found) => JSON.stringify(found))",
    awaitPromise: true,
    returnByValue: true
  })
  const found: axe.AxeResults = JSON.parse(String(result.value))
  assert.isAbove(found.passes.length, 20)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)
}

const lastRun = async (): Promise<string> => {
  const { body } = await ask("/api/v1/runs?job=nightly&limit=1", { headers: { accept: "application/json" } })
  return JSON.parse(body).items[0].run_id
}

const places = async () => {
  const run = await lastRun()
  return ["/", "/jobs/nightly", `/runs/${run}`, `/runs/${run}?state=in_sync`, `/instances/${id("archive")}`].concat([
    "/findings?state=open",
    "/findings",
    "/waivers",
    "/nothing",
    "/jobs/new-job"
  ])
}

describe("the dashboard in a browser", { timeout: 120_000 }, () => {
  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390]
  ] as const)(
    "is shown without a complaint in the %s theme at %i pixels, and keeps nobody out",
    async (colorScheme, width) => {
      for (const path of await places()) {
        const { happened, page } = await visit(path, { colorScheme, viewport: { width, height: 844 } })
        assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), width, path)
        assert.deepStrictEqual(await violations(page), [], path)
        const isExpected = (each: string) => path === "/nothing" && each.includes("404 (Not Found)")
        assert.deepStrictEqual(
          happened.filter((each) => !isExpected(each)),
          [],
          path
        )
        await page.context().close()
      }
    }
  )

  it("runs no script of a page, and asks nobody else, as its policy says", async () => {
    const { happened, page } = await visit("/")
    await page.evaluate("document.body.setAttribute('onclick', 'window.owned = 1'); document.body.click()")
    await page.evaluate(
      "const script = document.createElement('script'); script.textContent = 'window.owned = 1'; document.body.append(script)"
    )
    await page.evaluate("fetch('http://127.0.0.1:1/').catch(() => {})")
    await page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert.strictEqual(await page.evaluate("typeof owned"), "undefined")
    const refused = happened.filter((each) => each.includes("Content Security Policy")).join("\n")
    for (const kind of ["inline event handler", "inline script", "127.0.0.1:1", "inline style"]) {
      assert.include(refused, kind)
    }
  })

  it("filters by forms, whose answers are in the address, without a script", async () => {
    const { happened, page } = await visit("/findings", { javaScriptEnabled: false })
    await page.getByLabel("State").selectOption("ended")
    await page.getByLabel("Kind").selectOption("missing")
    await page.getByLabel("Owner").fill("web")
    await page.getByRole("button", { name: "Show" }).click()
    assert.include(page.url(), "state=ended")
    assert.include(page.url(), "kind=missing")
    assert.strictEqual(await page.getByLabel("State").inputValue(), "ended")
    assert.deepStrictEqual(
      [...new Set(await page.locator("article .e").allTextContents())],
      ["queue ended, missing, medium"]
    )
    await page.getByRole("searchbox", { name: "Instance id" }).fill(id("billing-db"))
    await page.getByRole("button", { name: "Open" }).click()
    assert.strictEqual(new URL(page.url()).pathname, `/instances/${id("billing-db")}`)
    await page.getByText("Overview").first().click()
    await page.getByRole("link", { name: "nightly" }).first().click()
    assert.match((await page.locator("h1").textContent()) ?? "", /nightly: Drift/)
    assert.deepStrictEqual(happened, [])
  })

  it("shows a run's whole report, whose search works under its policy", async () => {
    const { happened, page } = await visit(`/runs/${await lastRun()}`)
    await page.getByRole("link", { name: "HTML" }).click()
    await page.getByRole("searchbox").fill("cache")
    await page.getByRole("status").filter({ hasText: "1 of 42 entries" }).waitFor()
    assert.deepStrictEqual(happened, [])
  })

  it("signs in by the form, and out again", async () => {
    const server = ManagedRuntime.make(dashboard({ server: { tokens: [token("team", secret)] } }))
    const { url } = await server.runPromise(Dashboard)
    const { happened, page } = await browser.visit(`${url}/waivers`, {}, () => true)
    assert.include(happened.splice(0).join(), "401 (Unauthorized)")
    assert.deepStrictEqual(await violations(page), [])
    await page.getByLabel("Token").fill("wrong")
    await page.getByRole("button", { name: "Sign in" }).click()
    assert.match((await page.getByRole("alert").textContent()) ?? "", /The token is wrong/)
    assert.deepStrictEqual(await violations(page), [])
    await page.getByLabel("Token").fill(secret)
    await page.getByRole("button", { name: "Sign in" }).click()
    assert.strictEqual(new URL(page.url()).pathname, "/waivers")
    assert.include(await page.locator("header").textContent(), "Signed in as team")
    assert.deepStrictEqual(await violations(page), [])
    assert.strictEqual(await page.evaluate("document.cookie"), "")
    await page.getByRole("button", { name: "Sign out" }).click()
    assert.strictEqual(new URL(page.url()).pathname, "/login")
    await page.goto(url)
    assert.strictEqual(await page.locator("h1").textContent(), "Sign in")
    assert.deepStrictEqual(
      happened.filter((each) => !each.includes("401 (Unauthorized)")),
      []
    )
    await server.dispose()
  })

  it("can be worked with the keyboard", async () => {
    const { page } = await visit("/")
    await page.keyboard.press("Tab")
    assert.strictEqual(await page.evaluate("document.activeElement.textContent"), "To the contents")
    await page.keyboard.press("Enter")
    assert.strictEqual(await page.evaluate("document.activeElement.id"), "main")
    await page.keyboard.press("Tab")
    assert.notStrictEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none")
  })

  it("shows what is new by itself, and keeps what is open and what is being written", async () => {
    const { happened, page } = await visit("/")
    await page.getByText("The days as a table").click()
    assert.notInclude(await page.locator("#jobs").textContent(), "hourly")
    await write((hands) => run(hands, "hourly", Date.now() - day, report(fleet(0))))
    await page.locator("#jobs").getByText("hourly").waitFor({ timeout: 10_000 })
    assert.isTrue(await page.getByText("Resources by day").isVisible())
    const findings = await visit("/findings")
    await findings.page.getByLabel("Owner").fill("pla")
    await write((hands) => pass(hands, "hourly", { tick: Date.now() - day / 2, state: "missed", why: "x" }))
    await page.locator("#jobs").getByText("Missed: nobody ran").nth(1).waitFor({ timeout: 10_000 })
    assert.strictEqual(await findings.page.getByLabel("Owner").inputValue(), "pla")
    assert.deepStrictEqual([...happened, ...findings.happened], [])
  })

  it("says so where the server is gone", async () => {
    const server = ManagedRuntime.make(dashboard())
    const { url } = await server.runPromise(Dashboard)
    const { page } = await browser.visit(url, {}, () => true)
    assert.match((await page.locator("h1").textContent()) ?? "", /Nothing is known/)
    const before = performance.now()
    await server.dispose()
    // Pages that listen do not keep the server from stopping.
    assert.isBelow(performance.now() - before, 4000)
    await page.getByRole("status").filter({ hasText: "No connection to the server" }).waitFor({ timeout: 15_000 })
  })
})
