import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Database } from "@holdfast/history/Database"
import { Outbox } from "@holdfast/history/Outbox"
import { RunStore } from "@holdfast/history/RunStore"
import * as SqlOutbox from "@holdfast/history/SqlOutbox"
import * as SqlRunStore from "@holdfast/history/SqlRunStore"
import { Effect, Layer, Logger } from "effect"
import { drifted, report, row } from "../../../packages/history/test/support/reports.ts"
import type { Alerts, Channel } from "../src/alerts/AlertsConfig.ts"
import { announce } from "../src/alerts/announce.ts"
import { deliver, look, retryMillis } from "../src/alerts/Delivery.ts"
import { alertsOf, channel } from "./alertData.ts"
import { webhook } from "./receivers.ts"

const hour = 3_600_000
const day = 24 * hour
const october = Date.UTC(2026, 9, 1)

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-delivery-"))
  process.env.HOLDFAST_TEST_SECRET = "verysecret"
})
afterAll(() => {
  delete process.env.HOLDFAST_TEST_SECRET
  rmSync(directory, { recursive: true, force: true })
})

/** A server, the channel that leads to it, a history whose clock the test sets, and what is logged. */
const kit = Effect.fnUntraced(function* (
  answer: Parameters<typeof webhook>[0],
  more: Partial<Channel> = {},
  rest: Partial<Alerts> = {}
) {
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => webhook(answer)),
    ({ close }) => Effect.promise(close)
  )
  const hands = { time: october }
  const target = { kind: "webhook", url: server.url, secret: { env: "HOLDFAST_TEST_SECRET" } } as const
  const alerts = alertsOf([channel("siem", { target, ...more })], rest)
  const database = Database.layer(join(directory, `${crypto.randomUUID()}.sqlite`), {
    now: Effect.sync(() => hands.time)
  })
  const context = yield* Layer.build(
    Layer.mergeAll(SqlRunStore.layer, SqlOutbox.layer, NodeFileSystem.layer).pipe(Layer.provideMerge(database))
  )
  const logged: Array<string> = []
  const logger = Logger.make(({ message }) => logged.push(String(message)))
  const here = <A, E>(effect: Effect.Effect<A, E, Outbox | RunStore | NodeFileSystemServices>) =>
    effect.pipe(Effect.provide(context), Effect.provide(Logger.layer([logger])))
  const run = (at: number, of: CheckReport) =>
    here(
      Effect.gen(function* () {
        const store = yield* RunStore
        hands.time = at
        yield* store.addTicks("nightly", [{ tick: at, state: "due", why: "" }], at)
        const due = (yield* store.due)[0]
        const fence = yield* store.begin(due?.runId ?? "", { timeLimitMillis: hour })
        if (fence === undefined) return assert.fail("the run did not begin")
        yield* store.finish(fence, of, announce(alerts))
      })
    )
  const outbox = yield* here(Effect.map(Outbox, (service) => service))
  const round = here(deliver(alerts))
  const bodies = () => server.received.map(({ body }) => JSON.parse(body))
  return { server, hands, alerts, run, here, outbox, round, look: here(look(alerts)), logged, bodies }
})

type NodeFileSystemServices = Layer.Success<typeof NodeFileSystem.layer>

const fine: Parameters<typeof webhook>[0] = (response) => response.end()
const broken: Parameters<typeof webhook>[0] = (response) => {
  response.statusCode = 500
  response.end()
}

describe("delivery", () => {
  it.live("sends what a run found, once", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { bodies, outbox, round, run } = yield* kit(fine)
        yield* run(october, report([drifted("epd1"), row("epd2")]))
        assert.strictEqual(yield* round, 1)
        assert.strictEqual(yield* round, 0)
        assert.deepStrictEqual(
          bodies().map(({ event, opened }) => [event, opened.count]),
          [["drift_opened", 1]]
        )
        assert.deepStrictEqual(yield* outbox.waiting, { count: 0, since: null })
        // The same drift again is no news, its end is.
        yield* run(october + day, report([drifted("epd1"), row("epd2")]))
        yield* run(october + 2 * day, report([row("epd1"), row("epd2")]))
        yield* round
        assert.deepStrictEqual(
          bodies().map(({ event }) => event),
          ["drift_opened", "drift_resolved"]
        )
      })
    )
  )

  it.live("tries again under the same key, a little later each time, and logs no secret", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { hands, logged, round, run, server } = yield* kit((response, count) =>
          count < 4 ? broken(response, count) : response.end()
        )
        yield* run(october, report([drifted("epd1")]))
        for (let attempt = 1; attempt <= 4; attempt++) {
          assert.strictEqual(yield* round, 1)
          if (attempt < 4) assert.strictEqual(yield* round, 0)
          hands.time += retryMillis(attempt, 1)
        }
        assert.strictEqual(yield* round, 0)
        assert.lengthOf(server.received, 4)
        assert.strictEqual(new Set(server.received.map(({ headers }) => headers["idempotency-key"])).size, 1)
        assert.include(logged.join("\n"), "answered with status 500; it is tried again in")
        assert.notInclude(logged.join("\n"), "verysecret")
      })
    )
  )

  it.live("gives up after a day, and says so", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { hands, logged, outbox, round, run } = yield* kit(broken)
        yield* run(october, report([drifted("epd1")]))
        let rounds = 0
        while ((yield* outbox.waiting).count > 0) {
          yield* round
          hands.time += 15 * 60_000
          if (++rounds > 200) return assert.fail("it never gives up")
        }
        assert.isAbove(hands.time, october + day)
        const [given] = yield* outbox.givenUp(10)
        assert.deepInclude(given, { channel: "siem", event: "drift_opened" })
        assert.match(given?.lastError ?? "", /^127\.0\.0\.1:\d+ answered with status 500$/)
        assert.include(logged.at(-1), "An alert was given up")
      })
    )
  )

  it.live("holds back in quiet hours, and does not announce what is over when they end", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const quietHours = { from: 22 * 60, to: 7 * 60, timeZone: "UTC" }
        const { bodies, hands, outbox, round, run } = yield* kit(fine, { quietHours })
        yield* run(october + 23 * hour, report([drifted("epd1"), drifted("epd2")]))
        assert.strictEqual(yield* round, 0)
        yield* run(
          october + 24 * hour,
          report([row("epd1"), drifted("epd2"), drifted("epd3", { severity: "critical" })])
        )
        // What is critical waits for nobody.
        assert.strictEqual(yield* round, 1)
        assert.deepStrictEqual(
          bodies().map(({ severity }) => severity),
          ["critical"]
        )
        yield* run(october + 25 * hour, report([row("epd1"), drifted("epd2"), drifted("epd3")]))
        hands.time = october + day + 7 * hour
        yield* round
        const [, late] = bodies()
        assert.strictEqual(late.opened.count, 1)
        assert.strictEqual(late.opened.items[0].instance_id, "epd2")
        assert.strictEqual((yield* outbox.waiting).count, 0)
      })
    )
  )

  it.live("drops what is wholly over", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const quietHours = { from: 22 * 60, to: 7 * 60, timeZone: "UTC" }
        const { bodies, hands, logged, round, run } = yield* kit(
          fine,
          { quietHours },
          {
            routes: [{ channels: ["siem"], events: ["drift_opened"] }]
          }
        )
        yield* run(october + 23 * hour, report([drifted("epd1")]))
        yield* run(october + 24 * hour, report([row("epd1")]))
        hands.time = october + day + 8 * hour
        assert.strictEqual(yield* round, 1)
        assert.isEmpty(bodies())
        assert.include(logged.join(), "what it announced is over")
      })
    )
  )

  it.live("tells once of missed runs and of waivers about to end, however often it looks", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { bodies, hands, here, look, round, run } = yield* kit(fine)
        const waiver = {
          kind: "resource" as const,
          target: "billing-db",
          fields: null,
          until: "2026-10-14",
          reason: "The window moves.",
          approved_by: "cto",
          ticket: null,
          accepts: ["billing-db"],
          source: { path: "backup.yaml", line: 1, column: 1 }
        }
        yield* run(october, report([row("epd1")], { waivers: { used: [waiver], unused: [], expired: [] } }))
        const ticks = [1, 2].map((number) => ({ tick: october + number, state: "missed" as const, why: "nobody ran" }))
        yield* here(Effect.flatMap(RunStore, (store) => store.addTicks("nightly", ticks, october + 2)))
        for (let times = 0; times < 3; times++) {
          yield* look
          hands.time += hour
        }
        yield* round
        assert.deepStrictEqual(
          bodies()
            .map(({ event }) => event)
            .toSorted(),
          ["run_missed", "waiver_ends"]
        )
        hands.time = october + 11 * day
        yield* look
        yield* round
        yield* look
        yield* round
        assert.deepStrictEqual(
          bodies().flatMap(({ waivers }) => waivers.items.map(({ days }: { days: number }) => days)),
          [14, 3]
        )
      })
    )
  )

  it.live("waits between attempts for at most a quarter of an hour, or as long as the server asks", () =>
    Effect.sync(() => {
      for (let attempts = 1; attempts < 100; attempts++) {
        assert.isAtLeast(retryMillis(attempts, 0), 5_000)
        assert.isAtMost(retryMillis(attempts, 0.999), 15 * 60_000)
        assert.isAtLeast(retryMillis(attempts, 0), retryMillis(Math.max(1, attempts - 1), 0))
      }
      assert.strictEqual(retryMillis(1, 0.5, hour), hour)
    })
  )
})
