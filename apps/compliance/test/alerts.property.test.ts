import { assert, describe, it } from "@effect/vitest"
import { findingKinds, resolutions } from "@holdfast/history/Run"
import { severities } from "@holdfast/manifest/Expectations"
import { Arbitrary, Schema } from "effect"
import { events, type Route } from "../src/alerts/AlertsConfig.ts"
import { announce } from "../src/alerts/announce.ts"
import { quietUntil } from "../src/alerts/quietHours.ts"
import { recall } from "../src/alerts/recall.ts"
import { alertOf, alertsOf, changes, channel, finding, gone, now, run } from "./alertData.ts"

const natural = (below: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: below - 1 }))
const several = (most: number) => Schema.Array(natural(100_000)).check(Schema.isMaxLength(most))

/** Any number, as far from its neighbours' as can be: those that a schema draws are mostly small. */
const mixed = (number: number, index = 0): number => {
  let hash = Math.imul(number + 7_919 * index + 1, 0x9e3779b1) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) >>> 0
  return (hash ^ (hash >>> 15)) >>> 1
}

const pick = <A>(all: ReadonlyArray<A>, number: number): A => all[number % all.length] as A

const partsOf = (number: number) => ({
  kind: pick(findingKinds, number >> 1),
  severity: pick(severities, number >> 3),
  owner: pick(["platform", "web", null], number >> 5),
  waived: number % 4 === 0
})

const channels = ["a", "b", "c"]

const routeOf = (number: number): Route => ({
  channels: channels.filter((_, index) => (number >> index) % 2 === 1),
  ...(number % 3 === 0 ? { severity: pick(severities, number >> 4) } : {}),
  ...(number % 5 === 0 ? { owners: [pick(["platform", "web"], number >> 6)] } : {}),
  ...(number % 7 === 0 ? { events: [pick(events, number >> 7)] } : {}),
  ...(number % 11 === 0 ? { jobs: [pick(["nightly", "hourly"], number >> 8)] } : {})
})

const any = Arbitrary.schema(
  Schema.Struct({
    opened: several(20),
    unwaived: several(5),
    resolved: several(20),
    routes: several(5),
    streak: natural(6),
    before: natural(6),
    failed: natural(4)
  })
)

/** What a run changed, and who is to hear of it. */
const caseOf = (parts: typeof any extends Arbitrary.Arbitrary<infer A> ? A : never) => {
  const alerts = alertsOf(
    channels.map((name) =>
      channel(name, name === "c" ? { quietHours: { from: 0, to: 24 * 60 - 1, timeZone: "UTC" } } : {})
    ),
    { routes: parts.routes.map((number, index) => routeOf(mixed(number, index))) }
  )
  const failed = run({ state: "failed", verdict: "error", summary: null })
  const of = changes({
    run: parts.failed % 2 === 1 ? failed : run(),
    previous: parts.failed > 1 ? failed : run({ run_id: "0198-run" }),
    opened: parts.opened.map((number, index) => finding(`o${index}`, partsOf(mixed(number, index)))),
    unwaived: parts.unwaived.map((number, index) =>
      finding(`u${index}`, { ...partsOf(mixed(number, index)), waived: false })
    ),
    resolved: parts.resolved.map((number, index) =>
      gone(`r${index}`, { ...partsOf(mixed(number, index)), resolution: pick(resolutions, mixed(number, index) >> 7) })
    ),
    couldNotTell: parts.streak,
    couldNotTellBefore: parts.before
  })
  return { alerts, of }
}

describe("what is announced of any run", () => {
  it.prop(
    "is one message a channel at most, the same again, and of nothing that is waived or was not compared",
    [any],
    ([parts]) => {
      const { alerts, of } = caseOf(parts)
      const messages = announce(alerts)(of, now)
      assert.deepStrictEqual(announce(alerts)(of, now), messages)
      assert.strictEqual(new Set(messages.map((message) => message.channel)).size, messages.length)
      assert.strictEqual(new Set(messages.map(({ id }) => id)).size, messages.length)
      const known = new Map([...of.opened, ...of.unwaived, ...of.resolved].map((each) => [each.finding_id, each]))
      for (const message of messages) {
        const alert = alertOf(message)
        assert.isNotEmpty(alert.events)
        assert.isAtLeast(message.notBefore, now)
        for (const item of [...alert.opened.items, ...alert.resolved.items]) {
          const { kind, resolution, waived } = known.get(item.finding_id) ?? assert.fail("made up")
          assert.isFalse(waived)
          assert.notStrictEqual(kind, "not_compared")
          assert.notStrictEqual(resolution, "changed")
        }
        assert.strictEqual(alert.events.includes("drift_opened"), alert.opened.count > 0)
        assert.strictEqual(alert.events.includes("drift_resolved"), alert.resolved.count > 0)
        if (message.channel === "c" && message.notBefore === now) assert.strictEqual(alert.severity, "critical")
      }
    },
    { arbitrary: { runs: 2_000, seed: "announce" } }
  )

  it.prop(
    "leaves out nothing that a route without limits asks for",
    [any],
    ([parts]) => {
      const { alerts, of } = caseOf({ ...parts, routes: [] })
      const all = { ...alerts, routes: [{ channels: ["a"] }] }
      const isNews = ({ kind, waived }: (typeof of.opened)[number]) => kind !== "not_compared" && !waived
      const opened = [...of.opened, ...of.unwaived].filter(isNews)
      const resolved = of.resolved.filter((each) => isNews(each) && each.resolution !== "changed")
      const [message] = announce(all)(of, now)
      if (message === undefined) return assert.isEmpty([...opened, ...resolved])
      const alert = alertOf(message)
      assert.deepStrictEqual([alert.opened.count, alert.resolved.count], [opened.length, resolved.length])
    },
    { arbitrary: { runs: 1_000, seed: "all" } }
  )

  it.prop(
    "is recalled by as much as is over, and no more",
    [any, Arbitrary.schema(Schema.Int)],
    ([parts, bits]) => {
      const { alerts, of } = caseOf(parts)
      for (const message of announce(alerts)(of, now)) {
        const alert = alertOf(message)
        const over = new Set(
          alert.opened.items.flatMap(({ finding_id }, index) => ((bits >> index) % 2 ? finding_id : []))
        )
        const left = recall(alert, { over, hasTold: false })
        if (left === undefined) {
          assert.deepStrictEqual(alert.events, ["drift_opened"])
          assert.strictEqual(over.size, alert.opened.count)
        } else {
          assert.strictEqual(left.opened.count, alert.opened.count - over.size)
          assert.isTrue(left.opened.items.every(({ finding_id }) => !over.has(finding_id)))
          assert.deepStrictEqual(left.resolved, alert.resolved)
        }
      }
    },
    { arbitrary: { runs: 1_000, seed: "recall" } }
  )
})

const zones = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]

/** The minute of the day in a time zone, as another program computes it. */
const minuteIn = (timeZone: string, millis: number): number => {
  const text = new Date(millis).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" })
  const [hour = 0, minute = 0] = text.split(":").map(Number)
  return hour * 60 + minute
}

describe("quiet hours of any kind", () => {
  it.prop(
    "end when they do, by the clock on the wall, and never later than that clock's change",
    [Arbitrary.schema(natural(2 ** 31))],
    ([seed]) => {
      const at = mixed(seed) % (2 * 366 * 1440)
      const [from, to, zone] = [mixed(seed, 1) % 1440, mixed(seed, 2) % 1440, mixed(seed, 3)]
      const timeZone = pick(zones, zone)
      // Minutes of two years, of which the clocks change in some.
      const moment = Date.UTC(2025, 0, 1) + at * 60_000
      const isQuiet = (millis: number) => {
        const minute = minuteIn(timeZone, millis)
        return from < to ? minute >= from && minute < to : from > to && (minute >= from || minute < to)
      }
      const until = quietUntil(moment, { from, to, timeZone })
      if (!isQuiet(moment)) return assert.strictEqual(until, moment)
      assert.isAbove(until, moment)
      assert.isFalse(isQuiet(until))
      assert.isAtMost(until - moment, 25 * 3_600_000)
      // What is skipped, or comes twice, is an hour at most.
      for (let millis = moment; millis < until - 3_600_000; millis += 20 * 60_000) assert.isTrue(isQuiet(millis))
    },
    { arbitrary: { runs: 3_000, seed: "quiet" } }
  )
})
