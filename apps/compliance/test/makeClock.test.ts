import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { History } from "@holdfast/history/History"
import { Effect, Logger, Result } from "effect"
import { Hands, layerAt } from "../../../packages/history/test/support/store.ts"
import type { Job } from "../src/config/ComplianceConfig.ts"
import { parseCron } from "../src/config/readCron.ts"
import { makeClock } from "../src/engine/makeClock.ts"

const minute = 60_000
const hour = 60 * minute

const hourly: Job = {
  name: "hourly",
  cron: Result.getOrThrow(parseCron("0 * * * *", "UTC")),
  cronText: "0 * * * *",
  timeZone: "UTC",
  manifests: ["backup.yaml"],
  variables: new Map(),
  retryPolicy: "patient",
  timeoutMillis: hour,
  failOn: "info",
  allowEmpty: false,
  missed: "run",
  overlap: "skip",
  startWithinMillis: 10 * minute,
  source: { path: "compliance.yaml", line: 1, column: 1 }
}

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-clock-"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const at = (time: string) => Date.parse(`2026-10-01T${time}:00Z`)

/** The clock of a replica that has just been started. */
const replica = makeClock(new Map([["hourly", hourly]]), {
  planFirst: () => Effect.succeed(true),
  openRun: () => Effect.succeed(undefined)
})

const onHistory = <A, E>(
  use: (
    hands: Hands,
    ticks: Effect.Effect<ReadonlyArray<string>>
  ) => Effect.Effect<A, E, Effect.Services<typeof replica>>
) =>
  Effect.gen(function* () {
    const hands = new Hands()
    yield* Effect.gen(function* () {
      const history = yield* History
      const ticks = Effect.map(Effect.orDie(history.runs({ limit: 1_000 })), ({ items }) =>
        items.map(({ state, tick }) => `${tick.slice(11, 16)} ${state}`).toReversed()
      )
      yield* use(hands, ticks)
    }).pipe(Effect.provide(layerAt(join(directory, `${crypto.randomUUID()}.sqlite`), hands)))
  })

describe("the clock of a replica", () => {
  it.live("goes on from there when the time is set back, and adds no tick twice", () =>
    onHistory((hands, ticks) =>
      Effect.gen(function* () {
        hands.time = at("00:30")
        const { tick } = yield* replica
        for (const time of ["00:31", "01:00", "01:01", "00:59", "01:00", "01:30", "02:00"]) {
          hands.time = at(time)
          yield* tick
        }
        assert.deepStrictEqual(yield* ticks, ["01:00 due", "02:00 skipped"])
      })
    )
  )

  it.live("is not kept waiting by a time that was far ahead when it was written, nor is one that starts then", () =>
    onHistory((hands, ticks) =>
      Effect.gen(function* () {
        hands.time = at("00:30")
        const { tick } = yield* replica
        yield* tick
        // A virtual machine that wakes with a wrong time, for a moment.
        hands.time = at("00:45") + 30 * 24 * hour
        yield* (yield* replica).tick
        assert.isAbove((yield* ticks).length, 700)
        for (const time of ["00:46", "01:00"]) {
          hands.time = at(time)
          yield* (yield* replica).tick
        }
        // All are down for a while.
        hands.time = at("03:01")
        yield* (yield* replica).tick
        const [first, ...others] = yield* ticks
        assert.deepStrictEqual([first, others.slice(0, 2)], ["01:00 skipped", ["02:00 missed", "03:00 skipped"]])
      })
    )
  )

  it.live("says of ticks that another replica has added nothing", () => {
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => logged.push(String(message)))
    return onHistory((hands, ticks) =>
      Effect.gen(function* () {
        hands.time = at("00:30")
        const [one, other] = [yield* replica, yield* replica]
        yield* one.tick
        yield* other.tick
        hands.time = at("03:01")
        yield* one.tick
        const said = logged.length
        yield* other.tick
        assert.strictEqual(said, 1)
        assert.include(
          logged[0] ?? "",
          "2 ticks from 2026-10-01T01:00:00.000Z to 2026-10-01T02:00:00.000Z are missed: Nobody was there"
        )
        assert.lengthOf(logged, said)
        assert.deepStrictEqual(yield* ticks, ["01:00 missed", "02:00 missed", "03:00 due"])
      }).pipe(Effect.provide(Logger.layer([logger])))
    )
  })
})
