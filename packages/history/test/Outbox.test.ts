import { assert, describe, it } from "@effect/vitest"
import type { WaiverReport } from "@holdfast/check/CheckReport"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Database } from "../src/Database.ts"
import { Outbox } from "../src/Outbox.ts"
import type { OutboxMessage } from "../src/RunStore.ts"
import { retain } from "../src/retain.ts"
import * as SqlOutbox from "../src/SqlOutbox.ts"
import { databases } from "./support/databases.ts"
import { drifted, report, row } from "./support/reports.ts"
import { day, hour, type Kit, layerAt, october, onEmpty } from "./support/store.ts"

const message = (id: string, more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  id,
  channel: "ops",
  job: "nightly",
  event: "drift_opened",
  payload: { text: `\u0000 ${id} \ud800` },
  notBefore: october,
  ...more
})

const some = { channels: ["ops"], limit: 10, leaseMillis: 60_000 }

describe.each(databases())("Outbox on $name", ({ address }) => {
  const on = onEmpty(address)
  const withOutbox = (
    title: string,
    test: (outbox: Outbox["Service"], kit: Kit) => Effect.Effect<void, unknown, Database | SqlClient>
  ) => on(title, (kit) => Effect.flatMap(Outbox, (outbox) => test(outbox, kit)).pipe(Effect.provide(SqlOutbox.layer)))

  withOutbox("gives a message to one replica at a time, as it was written, and once it is sent to nobody", (outbox) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outbox.add([message("a"), message("b")]), 2)
      assert.strictEqual(yield* outbox.add([message("a")]), 0)
      const taken = yield* outbox.lease(some)
      assert.deepStrictEqual(
        taken.map(({ id, payload }) => [id, payload]),
        [
          ["a", { text: "\u0000 a \ud800" }],
          ["b", { text: "\u0000 b \ud800" }]
        ]
      )
      assert.isEmpty(yield* outbox.lease(some))
      for (const each of taken) assert.isTrue(yield* outbox.sent(each))
      assert.deepStrictEqual(yield* outbox.waiting, { count: 0, since: null })
    })
  )

  withOutbox("gives it to another once the lease is over, and takes nothing more from the first", (outbox, { hands }) =>
    Effect.gen(function* () {
      yield* outbox.add([message("a")])
      const [zombie] = yield* outbox.lease(some)
      hands.time += 60_000
      const [heir] = yield* outbox.lease(some)
      if (zombie === undefined || heir === undefined) return assert.fail("nothing was taken")
      assert.deepStrictEqual([zombie.attempts, heir.attempts], [1, 2])
      assert.isFalse(yield* outbox.sent(zombie))
      assert.isFalse(yield* outbox.failed(zombie, "late", 0))
      assert.isFalse(yield* outbox.giveUp(zombie, "late"))
      assert.isTrue(yield* outbox.sent(heir))
    })
  )

  withOutbox("waits: for its time, after a failure, and with others for each other's channels", (outbox, { hands }) =>
    Effect.gen(function* () {
      yield* outbox.add([message("a", { notBefore: october + hour }), message("b", { channel: "mail" })])
      assert.isEmpty(yield* outbox.lease(some))
      hands.time = october + hour
      const [first] = yield* outbox.lease(some)
      assert.strictEqual(first?.id, "a")
      if (first !== undefined) yield* outbox.failed(first, "refused", 5_000)
      hands.time += 4_999
      assert.isEmpty(yield* outbox.lease(some))
      hands.time += 1
      assert.strictEqual((yield* outbox.lease(some))[0]?.attempts, 2)
      assert.deepStrictEqual(yield* outbox.waiting, { count: 2, since: october })
    })
  )

  withOutbox("keeps in sight what was given up, and what nobody serves", (outbox, { hands, history }) =>
    Effect.gen(function* () {
      const before = yield* history.version
      yield* outbox.add([message("a"), message("b", { channel: "gone" }), message("c")])
      const [a, c] = yield* outbox.lease(some)
      if (a !== undefined) yield* outbox.giveUp(a, "refused for a day")
      if (c !== undefined) yield* outbox.dropped(c)
      assert.notStrictEqual(yield* history.version, before)
      hands.time += day + 1
      assert.deepStrictEqual(
        (yield* outbox.giveUpOverdue(day)).map(({ channel, id }) => [id, channel]),
        [["b", "gone"]]
      )
      const told = yield* outbox.givenUp(10)
      assert.deepStrictEqual(
        told.map(({ id }) => id),
        ["b", "a"]
      )
      assert.strictEqual(told[1]?.lastError, "refused for a day")
      assert.isEmpty(yield* outbox.lease({ ...some, channels: ["ops", "gone"] }))
    })
  )

  withOutbox("tells what has happened since", (outbox, { run }) =>
    Effect.gen(function* () {
      const runId = yield* run(october, report([drifted("epd1"), drifted("epd2")]))
      const sql = yield* SqlClient
      const findings = yield* sql<{ finding_id: string; instance_id: string }>`SELECT * FROM findings`
      const idOf = (instance: string) => findings.find(({ instance_id }) => instance_id === instance)?.finding_id ?? ""
      const ids = [idOf("epd1"), idOf("epd2")]
      assert.deepStrictEqual(yield* outbox.since(ids, { job: "nightly", runId }), {
        over: new Set<string>(),
        hasTold: false
      })
      yield* run(october + day, report([row("epd1"), drifted("epd2")]))
      assert.deepStrictEqual(yield* outbox.since(ids, { job: "nightly", runId }), {
        over: new Set([idOf("epd1")]),
        hasTold: true
      })
    })
  )

  withOutbox("finds ticks that were missed, and waivers that are about to end", (outbox, { hands, run, store }) =>
    Effect.gen(function* () {
      const ticks = [1, 2].map((number) => ({ tick: october + number, state: "missed" as const, why: "nobody" }))
      yield* store.addTicks("nightly", ticks, october + 2)
      assert.deepStrictEqual(yield* outbox.missed(hour), [
        { job: "nightly", recordedAt: october, ticks: ticks.map(({ tick, why }) => ({ tick, why })) }
      ])
      const waiver = (until: string): WaiverReport => ({
        kind: "resource",
        target: "a",
        fields: null,
        until,
        reason: "known",
        approved_by: null,
        ticket: null,
        accepts: [],
        source: { path: "backup.yaml", line: 1, column: 1 }
      })
      const waivers = { used: [waiver("2026-10-09")], unused: [waiver("2026-12-31")], expired: [waiver("2026-09-30")] }
      yield* run(october + hour, report([row("epd1")], { waivers }))
      assert.deepStrictEqual(
        (yield* outbox.ending(14 * day)).map(({ until_at }) => until_at),
        ["2026-10-10T00:00:00.000Z"]
      )
      hands.time = october + 2 * day
      assert.isEmpty(yield* outbox.missed(hour))
    })
  )

  withOutbox("is kept long enough that what is found again is not sent again", (outbox, { hands }) =>
    Effect.gen(function* () {
      yield* outbox.add([message("a"), message("b", { event: "waiver_ends" })])
      for (const each of yield* outbox.lease(some)) yield* outbox.sent(each)
      hands.time += 50 * day
      assert.strictEqual((yield* retain({ rowsMillis: day })).messages, 1)
      assert.strictEqual(yield* outbox.add([message("b")]), 0)
      hands.time += 51 * day
      assert.strictEqual((yield* retain({ rowsMillis: day })).messages, 1)
    })
  )

  it.live("gives each of many messages to one of many takers", () =>
    Effect.gen(function* () {
      const at = yield* Effect.promise(address)
      const all = Array.from({ length: 60 }, (_, index) => message(`m-${index}`, { notBefore: 0 }))
      yield* Effect.gen(function* () {
        const outbox = yield* Outbox
        yield* outbox.add(all)
        const takers = Array.from({ length: 4 }, () =>
          Effect.gen(function* () {
            const ids: Array<string> = []
            for (;;) {
              const taken = yield* outbox.lease({ ...some, limit: 3 })
              if (taken.length === 0) return ids
              for (const each of taken) {
                ids.push(each.id)
                yield* outbox.sent(each)
              }
            }
          })
        )
        const ids = (yield* Effect.all(takers, { concurrency: "unbounded" })).flat()
        assert.deepStrictEqual(ids.toSorted(), all.map(({ id }) => id).toSorted())
      }).pipe(Effect.provide(SqlOutbox.layer), Effect.provide(layerAt(at)))
    })
  )
})
