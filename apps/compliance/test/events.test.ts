import { type ClientRequest, get } from "node:http"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { parsed } from "../../../packages/report/test/parsedHtml.ts"
import { report } from "../../../packages/report/test/reports.ts"
import { job, running } from "./support/dashboard.ts"
import { day, fillMonth, fleet, run } from "./support/months.ts"

/** What one hears who listens. */
interface Listener {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** All that has come. */
  readonly heard: () => string
  readonly request: ClientRequest
}

const listen = (url: string): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const request = get(`${url}/events`, { headers: { accept: "text/event-stream" }, agent: false }, (response) => {
      let heard = ""
      response.on("data", (chunk) => {
        heard += chunk
      })
      response.on("error", () => {})
      resolve({ status: response.statusCode ?? 0, headers: response.headers, heard: () => heard, request })
    })
    request.on("error", reject)
  })

const until = async (is: () => boolean | Promise<boolean>) => {
  for (let left = 200; left > 0; left -= 1) {
    if (await is()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail("it did not happen in ten seconds")
}

describe("events", { timeout: 60_000 }, () => {
  const { ask, url, write } = running({ jobs: [job("nightly")] }, (hands) =>
    run(hands, "nightly", Date.now() - day, report(fleet(0)))
  )

  it("tell the version at once, and again when it changes", async () => {
    const { headers, heard, request, status } = await listen(url())
    assert.strictEqual(status, 200)
    assert.strictEqual(headers["content-type"], "text/event-stream")
    assert.strictEqual(headers["cache-control"], "no-store")
    await until(() => heard() !== "")
    assert.match(heard(), /^event: version\ndata: "[\w-]+"\n\n$/)
    const page = (await ask("/")).body
    assert.include(page, `data-version=${/data: (.*)/.exec(heard())?.[1]}`)
    await write((hands) => run(hands, "nightly", Date.now() - day / 2, report(fleet(1))))
    await until(() => heard().match(/event: version/g)?.length === 2)
    const [first, second] = [...heard().matchAll(/data: (.*)/g)].map(([, version]) => version)
    assert.notStrictEqual(first, second)
    request.destroy()
  })

  it("are told to so many at once, and to others when those have gone", async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => listen(url())))
    assert.isTrue(all.every(({ status }) => status === 200))
    const one = await listen(url())
    assert.strictEqual(one.status, 503)
    assert.strictEqual(one.headers["retry-after"], "30")
    assert.strictEqual((await ask("/")).status, 200)
    for (const { request } of all) request.destroy()
    await until(async () => {
      const { request, status } = await listen(url())
      request.destroy()
      return status === 200
    })
  })
})

describe("a history that cannot be read", { timeout: 60_000 }, () => {
  const { ask, path } = running({ jobs: [job("nightly")] }, (hands) => fillMonth(hands, Date.now()))

  it("is no page of yesterday, and nothing green", async () => {
    const { headers } = await ask("/")
    // Somebody else has been at the database.
    const other = new DatabaseSync(path())
    other.exec("ALTER TABLE news RENAME TO olds; ALTER TABLE runs RENAME TO walks")
    other.close()
    for (const path of ["/", "/jobs/nightly", "/findings", "/waivers"]) {
      const answer = await ask(path, { headers: { "if-none-match": headers.etag ?? "" } })
      assert.strictEqual(answer.status, 500, path)
      const { text } = parsed(answer.body)
      assert.notInclude(text, "✓")
      assert.match(text, /History cannot be read/)
    }
    const { body, status } = await ask("/api/v1/jobs", { headers: { accept: "application/json" } })
    assert.strictEqual(status, 500)
    assert.match(JSON.parse(body).remedy, /\w+/)
    // What shows nothing of it is there.
    assert.strictEqual((await ask("/nothing")).status, 404)
  })
})
