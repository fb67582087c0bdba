/**
 * A whole check of a hostile fleet, in every format at once: each is read by a program that is not ours, none runs anything, none is
 * broken, and none hides a machine.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { escapeText } from "@holdfast/report/Terminal"
import { Effect, Schema } from "effect"
import { start } from "../../../packages/report/test/browser.ts"
import { formats, harmless, type Reading } from "../../../packages/report/test/everyFormat.ts"
import { countsOf } from "../../../packages/report/test/reportCounts.ts"
import { reportFormats } from "../src/reportFormats.ts"
import { directory, drift, withEmulator } from "./drift.ts"
import { baselineOf, benignTexts, hostileTexts, machinesOf, manifestOf, seedOf, together } from "./hostileFleet.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(CheckReport))

/** One run: what it wrote, by the format, and all that it said. */
interface Run {
  readonly code: number | null
  readonly stderr: string
  readonly texts: Readonly<Record<string, string>>
}

/** Twice, so that the second has a baseline; with a manifest whose file is called `name`. */
const run = (texts: ReadonlyArray<string>, name: string): Effect.Effect<Run> =>
  withEmulator(seedOf(texts), (env) =>
    Effect.gen(function* () {
      const cwd = directory({ [name]: manifestOf(texts) })
      const first = yield* drift(["check", name, "--format", "json"], { cwd, env })
      writeFileSync(join(cwd, "base.json"), JSON.stringify(baselineOf(decode(first.stdout), texts)))
      const reports = reportFormats.flatMap((format) => ["--report", `${format}=${format}.out`])
      const args = ["check", name, "--verbose", "--explain", "--baseline", "base.json", ...reports]
      const { code, stderr, stdout } = yield* drift(args, { cwd, env })
      const written = reportFormats.map((format) => [format, readFileSync(join(cwd, `${format}.out`), "utf8")])
      return { code, stderr, texts: { pretty: stdout, ...Object.fromEntries(written) } }
    })
  )

/** What a file may be called. */
const fileName = `=cmd'${together(hostileTexts)
  .replace(/[/\0\p{Surrogate}]/gu, "")
  .slice(0, 120)}.yaml`

const all = ["pretty", ...reportFormats] as const

/** They name what is amiss; what is in sync is only counted. */
const nameIssuesOnly = ["sarif", "markdown", "gitlab", "github"]

let hostile: Run
let benign: Run
let browser: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  hostile = await Effect.runPromise(run(hostileTexts, fileName))
  benign = await Effect.runPromise(run(benignTexts, "benign.yaml"))
  browser = await start()
}, 240_000)
afterAll(() => browser.close())

const textOf = (of: Run, format: string): string => of.texts[format] ?? assert.fail(format)
const readingOf = (of: Run, format: string): Reading =>
  harmless(textOf(of, format), formats[format]?.read ?? assert.fail(format))

/** In any order: reports are sorted by the names of others. */
const unordered = (shape: unknown): unknown => {
  if (Array.isArray(shape)) return shape.map((item) => JSON.stringify(unordered(item))).toSorted()
  if (typeof shape !== "object" || shape === null) return shape
  return Object.entries(shape).map(([name, item]) => [name, unordered(item)])
}

describe("a check of a hostile fleet, in every format at once", { timeout: 120_000 }, () => {
  it("ends as that of any other, and says on standard error nothing that does harm", () => {
    assert.deepStrictEqual([hostile.code, benign.code], [2, 2], hostile.stderr)
    assert.strictEqual(harmless(hostile.stderr, (said) => ({ said, shape: "" })).said, hostile.stderr)
  })

  it.each(all)("is not broken: %s has the structure of a benign fleet's", (format) => {
    const [strange, plain] = [readingOf(hostile, format), readingOf(benign, format)]
    assert.deepStrictEqual(unordered(strange.shape), unordered(plain.shape))
  })

  it.each(all)("hides nothing: %s names each machine", (format) => {
    const { said } = readingOf(hostile, format)
    for (const [id, name] of machinesOf(hostileTexts)) {
      // It has no place for ids, and cuts long names.
      const isNamed = format === "github" && !id.startsWith("epdunlisted")
      assert.include(said, isNamed ? escapeText(name.slice(0, 20)) : id)
    }
    if (!nameIssuesOnly.includes(format)) assert.include(said, "epdwell")
  })

  it.each(all)("counts the same: %s", (format) => {
    const { summary } = decode(textOf(benign, "json"))
    assert.deepInclude(summary, countsOf(format, textOf(hostile, format)))
    assert.deepInclude(summary, countsOf(format, textOf(benign, format)))
  })

  it("runs nothing in a browser, and shows all", async () => {
    const { happened, page } = await browser.open(textOf(hostile, "html"))
    await page.getByRole("searchbox").fill("epddrifted00")
    await page.getByRole("status").filter({ hasText: "1 of" }).waitFor()
    assert.strictEqual(await page.evaluate("typeof owned"), "undefined")
    assert.strictEqual(await page.locator("img, iframe, base, object, form, [onerror], [onload]").count(), 0)
    const shown = String(await page.evaluate("document.body.textContent"))
    for (const [id] of machinesOf(hostileTexts)) assert.include(shown, id)
    assert.include(shown, hostileTexts.at(-1) ?? "")
    assert.deepStrictEqual(happened, [])
  })

  it.live("has no escapes but our own colours where there are any", () =>
    withEmulator(seedOf(hostileTexts), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(hostileTexts) })
        const { stderr, stdout } = yield* drift(["check", "--verbose", "--explain", "--color"], { cwd, env })
        assert.include(stdout, "\u001b[31m")
        for (const text of [stdout, stderr])
          harmless(text.replace(/\u001b\[(?:1|2|22|31|32|33|39)m/g, ""), (said) => ({ said, shape: "" }))
      })
    )
  )

  it.live("says how many machines a comment has no room for", () => {
    const texts = Array.from({ length: 12 }, (_, count) =>
      hostileTexts.slice(0, -1).map((text) => `${text}${count}`)
    ).flat()
    return withEmulator(seedOf(texts), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(texts) })
        const { code, stderr, stdout } = yield* drift(["check", "--format", "markdown"], { cwd, env })
        assert.strictEqual(code, 2, stderr)
        assert.isAtMost(stdout.length, 60_000)
        const { said } = harmless(stdout, formats.markdown?.read ?? assert.fail())
        const machines = new Set(machinesOf(texts).map(([id]) => id))
        const named = new Set([...said.matchAll(/epd[a-z]+\d+/g)].map(([id]) => id).filter((id) => machines.has(id)))
        const leftOut = [...said.matchAll(/(\d+) more are left out here/g)].map(([, count]) => Number(count))
        assert.isAbove(leftOut.length, 0)
        assert.strictEqual(
          leftOut.reduce((sum, count) => sum + count, named.size),
          machines.size
        )
      })
    )
  })
})
