import { assert, describe, it } from "@effect/vitest"
import { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { Outbox } from "@holdfast/history/Outbox"
import { Figures, Finding, Run, TrendPoint, WaiverSeen } from "@holdfast/history/Run"
import { Effect, Schema } from "effect"
import { parsed, textOf } from "../../../packages/report/test/parsedHtml.ts"
import { report } from "../../../packages/report/test/reports.ts"
import { Instance, Job } from "../src/api/Api.ts"
import { job, running } from "./support/dashboard.ts"
import { day, fillMonth, fleet, id, run } from "./support/months.ts"

const jobs = [job("nightly"), job("staging"), job("lab"), job("new-job")]
const { ask, write } = running({ jobs }, (hands) => fillMonth(hands, Date.now()))

const json = async (path: string) => JSON.parse((await ask(path, { headers: { accept: "application/json" } })).body)

/** The values of an answer, which are as their schema has them and nothing else. */
const values = async <A>(path: string, schema: Schema.Codec<A, unknown>) => {
  const strict = Schema.decodeUnknownSync(
    Schema.Struct({ items: Schema.Array(schema), next: Schema.optionalKey(Schema.NullOr(Schema.String)) }),
    {
      onExcessProperty: "error"
    }
  )
  return strict(await json(path))
}

/** All parts of a list, asked for so many at a time. */
const whole = async <A>(path: string, schema: Schema.Codec<A, unknown>, limit: number): Promise<ReadonlyArray<A>> => {
  const items: Array<A> = []
  for (let after = ""; ; ) {
    const part = await values(
      `${path}limit=${limit}${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`,
      schema
    )
    items.push(...part.items)
    if (part.next === null || part.next === undefined) return items
    assert.strictEqual(part.items.length, limit)
    after = part.next
  }
}

const lastRun = async (): Promise<Run> => {
  const [last] = (await values("/api/v1/runs?job=nightly&limit=1", Run)).items
  return last ?? assert.fail("no run")
}

describe("the dashboard", { timeout: 60_000 }, () => {
  it.each([
    ["/", "✗3 of 5 jobs need attention, 1 could not tell all; 1 in sync"],
    ["/jobs/nightly", "✗nightly: Drift: 39 of 42 in sync, 1 drifted, 1 pending, 1 waived"],
    ["/jobs/nightly?state=missed", "✗nightly: Drift: 39 of 42 in sync, 1 drifted, 1 pending, 1 waived"],
    ["/jobs/staging", "✓staging: In sync: all 2 as declared"],
    ["/jobs/new-job", "⚠new-job: It has not run yet: nothing is known"],
    ["/jobs/staging-weekly", /^✗staging-weekly: Missed: nobody ran the tick of /],
    [`/instances/${id("billing-db")}`, `✓${id("billing-db")}: in sync`],
    [`/instances/${id("cache")}`, `✗${id("cache")}: not as declared`],
    [`/instances/${id("lab-1")}`, `⚠${id("lab-1")}: what is known of it is old`],
    [`/instances/${id("archive")}`, `⚠${id("archive")}: waived`],
    ["/findings", "Findings"],
    ["/findings?state=open&severity=high&kind=&job=nightly&waived=false&owner=&instance=", "Findings"],
    ["/waivers", "⚠Waivers: 1 to end within 14 days"],
    ["/waivers?job=nightly", "⚠Waivers: 1 to end within 14 days"]
  ])("shows %s", async (path, heading) => {
    const { body, headers, status } = await ask(path)
    assert.strictEqual(status, 200)
    assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
    const { elements } = parsed(body)
    const said = textOf(elements.find(({ tagName }) => tagName === "h1"))
    if (heading instanceof RegExp) assert.match(said, heading)
    else assert.strictEqual(said, heading)
  })

  it("leads to nothing that is not there", async () => {
    const seen = new Set<string>()
    const open = ["/"]
    const broken: Array<string> = []
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path) || seen.size > 120) continue
      seen.add(path)
      const { body, headers, status } = await ask(path, { headers: { accept: "*/*" } })
      if (status !== 200) broken.push(`${status} ${path}`)
      if (!String(headers["content-type"]).startsWith("text/html")) continue
      for (const { attrs } of parsed(body).elements) {
        for (const { name, value } of attrs) {
          if ((name === "href" || name === "src") && value.startsWith("/")) open.push(value.replace(/#.*/, ""))
        }
      }
    }
    assert.deepStrictEqual(broken, [])
    assert.isAbove(seen.size, 40)
  })

  it("shows a run by the states of its resources, and those that are asked for", async () => {
    const { run_id } = await lastRun()
    const first = parsed((await ask(`/runs/${run_id}`)).body).text
    assert.include(first, "Drifted 1~ cache drifted (high)")
    assert.include(first, "In sync 39List them")
    const chosen = parsed((await ask(`/runs/${run_id}?state=in_sync&text=web-3&owner=platform`)).body).text
    assert.include(chosen, "web-3 in sync")
    assert.include(chosen, "web-36 in sync")
    assert.notInclude(chosen, "cache")
    assert.include(parsed((await ask(`/runs/${run_id}?text=nothing`)).body).text, "No resource is as asked for.")
  })

  it("shows the whole report of a run, which runs under its own policy", async () => {
    const { run_id } = await lastRun()
    const { body, headers } = await ask(`/runs/${run_id}/report`)
    assert.include(parsed(body).text, "Drift: 1 drifted, 0 missing, 1 waived, 1 pending, 0 not compared of 42")
    const inside = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(body)?.[1]?.replaceAll("&#39;", "'")
    assert.strictEqual(headers["content-security-policy"], `${inside}; frame-ancestors 'none'`)
  })

  it("shows the states of an instance over time, and when nobody could tell", async () => {
    const { elements, text } = parsed((await ask(`/instances/${id("billing-db")}`)).body)
    assert.include(text, "not known: missed")
    const strip = elements.flatMap(({ attrs }) =>
      attrs.filter(({ value }) => value.startsWith("Its last")).map(({ value }) => value)
    )
    assert.deepStrictEqual(strip, ["Its last 30 ticks: 14 in sync, 15 drifted, 1 not known: missed"])
  })

  it("says of alerts that they did not arrive", async () => {
    assert.notInclude((await ask("/")).body, "did not arrive")
    await write((hands) =>
      Effect.gen(function* () {
        const outbox = yield* Outbox
        const message = { channel: "<ops>", job: "nightly", event: "drift_opened", payload: {}, notBefore: hands.time }
        yield* outbox.add([
          { ...message, id: "1" },
          { ...message, id: "2", channel: "mail", notBefore: hands.time - day }
        ])
        const [taken] = yield* outbox.lease({ channels: ["<ops>"], limit: 1, leaseMillis: 1000 })
        if (taken !== undefined) yield* outbox.giveUp(taken, "410 Gone")
      })
    )
    const { text } = parsed((await ask("/")).body)
    assert.match(
      text,
      /1 alert did not arrive in 7 days. The last, drift_opened of nightly to the channel <ops>, was given up/
    )
    assert.match(text, /1 alert waits to be sent, the first for 24h/)
  })

  it("leads from an id to its page", async () => {
    const { headers, status } = await ask(`/instances?id=%20${id("cache")}`)
    assert.deepStrictEqual([status, headers.location], [303, `/instances/${id("cache")}`])
    assert.strictEqual((await ask("/instances?id=")).headers.location, "/")
  })

  it("gives lists in parts that make a whole", async () => {
    const hrefs = new Set<string>()
    for (let path: string | undefined = "/jobs/nightly?limit=7"; path !== undefined; ) {
      const { elements } = parsed((await ask(path)).body)
      const links: ReadonlyArray<{ readonly [name: string]: string }> = elements.map(({ attrs }) =>
        Object.fromEntries(attrs.map(({ name, value }) => [name, value]))
      )
      for (const { href = "" } of links) if (/^\/runs\/[^/?]+$/.test(href)) hrefs.add(href)
      path = links.find(({ rel }) => rel === "next")?.href
    }
    assert.strictEqual(hrefs.size, 30)
  })

  it.each<[string, string, { readonly accept?: string }, number]>([
    ["GET", "/nothing", {}, 404],
    ["GET", "/login", {}, 404],
    ["GET", "/?x=1", {}, 400],
    ["GET", `/instances/${id("cache")}?state=open`, {}, 400],
    ["GET", "/jobs/nothing", {}, 404],
    ["GET", "/runs/nothing", {}, 404],
    ["GET", "/runs/nothing/report", {}, 404],
    ["GET", "/instances/nothing", {}, 404],
    ["GET", "/findings?severity=worst", {}, 400],
    ["GET", "/findings?sate=open", {}, 400],
    ["GET", "/findings?state=open&state=ended", {}, 400],
    ["GET", "/findings?limit=0", {}, 400],
    ["GET", "/findings?limit=1001", {}, 400],
    ["GET", "/findings?limit=1.5", {}, 400],
    ["GET", "/findings?after=nonsense", {}, 400],
    ["GET", "/runs/%ff", {}, 404],
    ["GET", "/", { accept: "application/json" }, 406],
    ["GET", "/", { accept: "text/html;q=0" }, 406],
    ["POST", "/", {}, 405],
    ["PUT", "/api/v1/jobs", {}, 405],
    ["DELETE", "/runs/x", {}, 405],
    ["OPTIONS", "/api/v1/jobs", {}, 405],
    ["GET", "/logout", {}, 405],
    ["GET", "/api/v1/nothing", {}, 404],
    ["GET", "/api/v1/runs/nothing", {}, 404],
    ["GET", "/api/v1/runs/nothing/rows", {}, 404],
    ["GET", "/api/v1/instances/nothing", {}, 404],
    ["GET", "/api/v1/runs?sate=due", {}, 400],
    ["GET", "/api/v1/jobs?job=nightly", {}, 400],
    ["GET", "/api/v1/runs?limit=x", {}, 400],
    ["GET", "/api/v1/runs?after=nonsense", {}, 400],
    ["GET", "/api/v1/trend?from=2026-02-31", {}, 400],
    ["GET", "/api/v1/trend?from=2026-11-02&to=2026-11-01", {}, 400],
    ["GET", "/api/v1/jobs", { accept: "text/html" }, 406],
    ["GET", "/api/v1/jobs", { accept: "application/xml, application/json;q=0" }, 406],
    ["GET", "/events", { accept: "text/html" }, 406],
    ["GET", "//evil.example/", {}, 404]
  ])("answers %s %s (%j) with %i, and what to do", async (method, path, headers, status) => {
    const accept = path.startsWith("/api/") ? "application/json" : "text/html,*/*;q=0.8"
    const answer = await ask(path, { method, headers: { accept, ...headers } })
    assert.strictEqual(answer.status, status)
    if (status === 405) assert.match(answer.headers.allow ?? "", /^(GET, HEAD|POST)$/)
    if (path.startsWith("/api/") || headers.accept === "application/json" || headers.accept === "text/html;q=0") {
      assert.strictEqual(answer.headers["content-type"], "application/problem+json")
      const problem = JSON.parse(answer.body)
      assert.deepInclude(problem, { type: "about:blank", status })
      for (const part of [problem.title, problem.detail, problem.remedy]) assert.match(part, /\w+/)
    } else {
      const { text } = parsed(answer.body)
      assert.notInclude(text, "✓")
      assert.match(text, /⚠/)
    }
    assert.strictEqual(answer.headers["cache-control"], "no-store")
  })

  it("says of every answer what a browser may do with it, and lets no other site read it", async () => {
    for (const path of ["/", "/nothing", "/login", "/api/v1/jobs", "/api/v1/nothing", "/findings?x=1"]) {
      const { headers } = await ask(path, { headers: { accept: "*/*", origin: "http://evil.example" } })
      const own = await ask(path, { headers: { accept: "*/*" } })
      for (const all of [headers, own.headers]) {
        assert.match(String(all["content-security-policy"]), /^default-src 'none';.*frame-ancestors 'none'$/)
        assert.notMatch(String(all["content-security-policy"]), /unsafe|\*|data:(?!;)|https?:/)
        assert.strictEqual(all["x-content-type-options"], "nosniff")
        assert.strictEqual(all["referrer-policy"], "same-origin")
        assert.match(String(all["cache-control"]), /^(no-store|private, no-cache)$/)
        assert.isUndefined(all["access-control-allow-origin"])
        assert.isUndefined(all["set-cookie"])
      }
    }
  })

  it("keeps what pages load for ever, by an address of its contents", async () => {
    const found = [...(await ask("/")).body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "")
    assert.strictEqual(found.length, 2)
    for (const path of found) {
      const { headers, status } = await ask(path, { headers: { accept: "*/*" } })
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["cache-control"], "public, max-age=31536000, immutable")
    }
  })

  it("says 304 until history changes, and says nothing but headers to HEAD", async () => {
    const paths = ["/", "/findings?state=open", "/api/v1/runs", "/api/v1/jobs", "/api/v1/openapi.json"]
    const tags: Array<string> = []
    for (const path of paths) {
      const headers = { accept: "*/*" }
      const first = await ask(path, { headers })
      const etag = first.headers.etag ?? assert.fail(`${path} has no ETag`)
      assert.strictEqual(first.headers["cache-control"], "private, no-cache")
      const again = await ask(path, { headers: { ...headers, "if-none-match": `"other", ${etag}` } })
      assert.deepStrictEqual([again.status, again.body, again.headers.etag], [304, "", etag])
      const head = await ask(path, { method: "HEAD", headers })
      assert.deepStrictEqual([head.status, head.body, head.headers.etag], [200, "", etag])
      assert.isFalse(tags.includes(etag))
      tags.push(etag)
    }
    await write((hands) => run(hands, "extra", Date.now() - day, report(fleet(0))))
    for (const [index, path] of paths.entries()) {
      const { status } = await ask(path, { headers: { accept: "*/*", "if-none-match": tags[index] ?? "" } })
      assert.strictEqual(status, 200, path)
    }
  })
})

describe("the API", { timeout: 60_000 }, () => {
  it("gives the values of history, by their schemas", async () => {
    const runs = await values("/api/v1/runs?job=nightly&limit=1000", Run)
    assert.strictEqual(runs.items.length, 30)
    const { items } = await values("/api/v1/jobs", Job)
    assert.deepStrictEqual(
      items.filter(({ job }) => job === "staging").map(({ standing }) => standing),
      [{ tone: "good", words: "In sync: all 2 as declared" }]
    )
    const { run_id } = await lastRun()
    const of = await json(`/api/v1/runs/${run_id}`)
    assert.strictEqual(Schema.decodeUnknownSync(Run)(of.run).run_id, run_id)
    assert.isAbove(of.counts.length, 5)
    const whole = Schema.decodeUnknownSync(CheckReport)(await json(`/api/v1/runs/${run_id}/report`))
    assert.strictEqual(whole.resources.length, 42)
    const story = Schema.decodeUnknownSync(Instance)(await json(`/api/v1/instances/${id("archive")}`))
    assert.strictEqual(story.waivers.length, 1)
    assert.strictEqual(story.runs.filter(({ job }) => job === "nightly").length, 29)
    assert.strictEqual((await values("/api/v1/waivers?job=nightly", WaiverSeen)).items.length, 1)
    assert.strictEqual((await values("/api/v1/trend?job=nightly", TrendPoint)).items.length, 29)
    const { repaired } = Schema.decodeUnknownSync(Figures)(await json("/api/v1/figures"))
    assert.strictEqual(repaired, 6)
  })

  it("gives lists in parts that make a whole, without a doublet", async () => {
    const runs = await whole("/api/v1/runs?job=nightly&", Run, 4)
    assert.strictEqual(new Set(runs.map(({ run_id }) => run_id)).size, 30)
    const { run_id } = await lastRun()
    const rows = await whole(`/api/v1/runs/${run_id}/rows?`, ResourceReport, 5)
    assert.strictEqual(new Set(rows.map(({ address }) => address)).size, 42)
    const findings = await whole("/api/v1/findings?job=nightly&", Finding, 2)
    const all = (await values("/api/v1/findings?job=nightly&limit=1000", Finding)).items
    assert.deepStrictEqual(findings, all)
    const open = await whole("/api/v1/findings?job=nightly&state=open&waived=false&", Finding, 1)
    assert.deepStrictEqual(
      open.map(({ address }) => address),
      ["cache"]
    )
  })

  it("says what it is in its document", async () => {
    const document = await json("/api/v1/openapi.json")
    assert.strictEqual(document.openapi, "3.1.0")
    assert.deepStrictEqual(Object.keys(document.paths), [
      "/api/v1/jobs",
      "/api/v1/runs",
      "/api/v1/runs/{run}",
      "/api/v1/runs/{run}/rows",
      "/api/v1/runs/{run}/report",
      "/api/v1/findings",
      "/api/v1/figures",
      "/api/v1/instances/{instance}",
      "/api/v1/waivers",
      "/api/v1/trend"
    ])
    for (const path of Object.values<{ get: { responses: object; summary: string } }>(document.paths)) {
      assert.deepStrictEqual(Object.keys(path.get.responses), ["200", "400", "401", "404", "429", "500", "503"])
      assert.match(path.get.summary, /^[A-Z]/)
    }
  })
})
