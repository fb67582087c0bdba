import { readFileSync } from "node:fs"
import { start } from "../../../packages/report/test/browser.ts"
import { type Figures, median } from "../measure.ts"
import type { Result } from "../scenario.ts"

const rounds = 3

/** What is typed, key by key. */
const keys = ["w", "we", "web", "web-", "web-9", "web-99", "web-999", "web-9999"]

/** How long it takes from the key to the frame that shows what was found, in milliseconds; the script waits 120 of them. */
const search = (text: string): string => `(async () => {
  const word = document.getElementById("q")
  const said = document.querySelector("#find output")
  const answered = new Promise((resolve) => {
    const observer = new MutationObserver(() => { observer.disconnect(); resolve() })
    observer.observe(said, { childList: true })
  })
  const startedAt = performance.now()
  word.value = ${JSON.stringify(text)}
  word.dispatchEvent(new Event("input"))
  await answered
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  return performance.now() - startedAt
})()`

const scroll = `(async () => {
  const startedAt = performance.now()
  scrollTo({ top: document.documentElement.scrollHeight / 2, behavior: "instant" })
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  return performance.now() - startedAt
})()`

/** An HTML report in Chromium: until it is there whole, to scroll to its middle, and to search it. */
export const browsing = async (file: string): Promise<Result> => {
  const browser = await start()
  const opened: Array<number> = []
  const scrolled: Array<number> = []
  const first: Array<number> = []
  const later: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    const { page } = await browser.open(readFileSync(file, "utf8"), { viewport: { width: 1280, height: 900 } })
    const timed = async (code: string) => Number(await page.evaluate(code))
    opened.push(await timed("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    scrolled.push(await timed(scroll))
    for (const [index, text] of keys.entries()) (index === 0 ? first : later).push(await timed(search(text)))
    await page.context().close()
  }
  await browser.close()
  const atMost = (name: string, figures: Figures, limit: number, aim: number) =>
    ({ name, value: median(figures), limit, aim, direction: "at most" }) as const
  return {
    scenario: "the HTML report of 100,000 findings in Chromium",
    unit: "ms",
    figures: {
      "until it is there whole": opened,
      "to scroll to its middle": scrolled,
      "to search, the first key": first,
      "to search, each further key": later
    },
    ratios: [
      atMost("until it is there whole, ms", opened, 6_000, 3_000),
      atMost("each further key, ms", later, 500, 300)
    ]
  }
}
