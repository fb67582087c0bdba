import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { parseCron } from "../src/config/readCron.ts"
import { maxTicks, type Scheduled, ticksOf } from "../src/engine/ticksOf.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const job = (text: string, more: Partial<Scheduled> & { readonly timeZone?: string } = {}): Scheduled => ({
  cron: Result.getOrThrow(parseCron(text, more.timeZone ?? "UTC")),
  missed: "run",
  overlap: "skip",
  startWithinMillis: 10 * minute,
  ...more
})

const at = (text: string) => Date.parse(text)

/** The ticks between two times, as times. */
const times = (scheduled: Scheduled, from: string, now: string) =>
  ticksOf(
    { ...scheduled, overlap: "wait", startWithinMillis: 1000 * day },
    { from: at(from), now: at(now), isBusy: false }
  ).map(({ tick }) => new Date(tick).toISOString().slice(0, 16))

/** `state why` of each tick of a job that is due every hour, looked at once between 00:00 and 03:05. */
const decisions = (more: Partial<Scheduled>, { isBusy = false, now = "2026-01-01T03:05:00Z" } = {}) =>
  ticksOf(job("0 * * * *", more), { from: at("2026-01-01T00:00:00Z"), now: at(now), isBusy }).map(
    ({ state, why }) => `${state} ${why}`
  )

const nobody = "missed Nobody was there to run it in time"

describe("ticksOf", () => {
  const crons = ["*/7 * * * *", "0 * * * *", "30 2 * * *", "15,45 1-3 * * SUN", "0 0 1 * *", "*/50 1 * * * *"]
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana"]

  it.prop(
    "leaves out no tick and repeats none, however the time is divided",
    {
      cron: Schema.Literals(crons),
      timeZone: Schema.Literals(zones),
      // Around the days when clocks are set.
      start: Schema.Literals([
        "2026-03-07T20:00:00Z",
        "2026-03-28T20:00:00Z",
        "2026-10-24T20:00:00Z",
        "2026-10-31T20:00:00Z"
      ]),
      steps: Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 * hour })))
    },
    ({ cron, start, steps, timeZone }) => {
      const scheduled = job(cron, { timeZone })
      const ticksBetween = (from: number, now: number) =>
        ticksOf(scheduled, { from, now, isBusy: false }).map(({ tick }) => tick)
      const moments = [at(start)]
      for (const step of steps.slice(0, 6)) moments.push((moments.at(-1) ?? 0) + step)
      const divided = moments.slice(1).flatMap((now, index) => ticksBetween(moments[index] ?? now, now))
      const whole = ticksBetween(at(start), moments.at(-1) ?? 0)
      assert.deepStrictEqual(divided.slice(-maxTicks), whole)
      assert.deepStrictEqual(
        whole,
        [...new Set(whole)].toSorted((a, b) => a - b)
      )
    },
    { arbitrary: { runs: 200, seed: "ticks" }, timeout: 30_000 }
  )

  it.prop(
    "has one run at most where runs may not overlap, and one whenever there was a tick that may be run",
    {
      missed: Schema.Literals(["run", "skip"]),
      isBusy: Schema.Boolean,
      startWithinMillis: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 * hour })),
      length: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: day }))
    },
    ({ isBusy, length, missed, startWithinMillis }) => {
      const from = at("2026-01-01T00:10:00Z")
      const now = from + length
      const ticks = ticksOf(job("0 * * * *", { missed, startWithinMillis }), { from, now, isBusy })
      const due = ticks.filter(({ state }) => state === "due").length
      const last = ticks.at(-1)
      const mayRun = last !== undefined && (missed === "run" || now - last.tick <= startWithinMillis)
      assert.strictEqual(due, mayRun && !isBusy ? 1 : 0)
      for (const { state, why } of ticks) assert.strictEqual(state === "due" || why !== "", true)
    },
    { arbitrary: { runs: 300, seed: "one run" } }
  )

  it("runs the latest of those that nobody ran, or none", () => {
    const late = "due Run late: nobody was there to run it in time"
    const overtaken = "missed The next tick came before anybody could run it"
    const [noon, night] = ["2026-01-01T03:05:00Z", "2026-01-01T03:30:00Z"]
    assert.deepStrictEqual(decisions({}, { now: noon }), [nobody, nobody, "due "])
    assert.deepStrictEqual(decisions({}, { now: night }), [nobody, nobody, late])
    assert.deepStrictEqual(decisions({ missed: "skip" }, { now: noon }), [nobody, nobody, "due "])
    assert.deepStrictEqual(decisions({ missed: "skip" }, { now: night }), [nobody, nobody, nobody])
    assert.deepStrictEqual(decisions({ startWithinMillis: 2 * hour }), [nobody, overtaken, "due "])
    assert.deepStrictEqual(decisions({ startWithinMillis: 2 * hour, overlap: "wait" }), [nobody, "due ", "due "])
  })

  it("skips a tick while the job runs, unless it waits", () => {
    assert.deepStrictEqual(decisions({}, { isBusy: true }), [nobody, nobody, "skipped The job was still running"])
    assert.deepStrictEqual(decisions({ overlap: "wait" }, { isBusy: true }), [nobody, nobody, "due "])
  })

  it("runs a time that comes twice once, and one that is left out as much later", () => {
    const nightly = job("30 2 * * *", { timeZone: "Europe/Berlin" })
    assert.deepStrictEqual(times(nightly, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"), [
      "2026-10-25T00:30",
      "2026-10-26T01:30"
    ])
    assert.deepStrictEqual(times(nightly, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"), [
      "2026-03-29T01:30",
      "2026-03-30T00:30"
    ])
  })

  it("runs what is due every hour in each hour, also when clocks are set", () => {
    const hourly = job("30 * * * *", { timeZone: "Europe/Berlin" })
    const autumn = times(hourly, "2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z")
    assert.deepStrictEqual(autumn, ["2026-10-24T23:30", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"])
    const spring = times(hourly, "2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z")
    assert.deepStrictEqual(spring, ["2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"])
  })

  it("comes on the 31st of the months that have one, and on a 29 February", () => {
    assert.deepStrictEqual(times(job("0 3 31 * *"), "2026-01-31T12:00:00Z", "2026-06-01T00:00:00Z"), [
      "2026-03-31T03:00",
      "2026-05-31T03:00"
    ])
    assert.deepStrictEqual(times(job("0 3 29 2 *"), "2026-01-01T00:00:00Z", "2032-12-31T00:00:00Z"), [
      "2028-02-29T03:00",
      "2032-02-29T03:00"
    ])
  })

  it("records a bounded number of the ticks of a year, and says so", () => {
    const now = at("2027-01-01T00:00:00Z")
    const ticks = ticksOf(job("* * * * * *"), { from: now - 365 * day, now, isBusy: false })
    assert.strictEqual(ticks.length, maxTicks)
    const first = "2026-12-31T23:43:21.000Z"
    assert.strictEqual(
      ticks[0]?.why,
      `Nobody was there to run it in time; ticks before ${first} are not recorded one by one`
    )
    assert.deepStrictEqual(ticks.at(-1), { tick: now, state: "due", why: "" })
  })
})
