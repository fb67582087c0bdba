import { assert, describe, it } from "@effect/vitest"
import type { RunChanges } from "@holdfast/history/RunStore"
import type { Severity } from "@holdfast/manifest/Expectations"
import type { Alerts } from "../src/alerts/AlertsConfig.ts"
import { announce, announceMissed, announceWaivers } from "../src/alerts/announce.ts"
import { quietUntil } from "../src/alerts/quietHours.ts"
import { recall } from "../src/alerts/recall.ts"
import { alertOf, alertsOf, changes, channel, finding, gone, now, run, waiverSeen } from "./alertData.ts"

const ops = alertsOf([channel("ops")])

/** The events of each message. */
const told = (of: Partial<RunChanges>, alerts: Alerts = ops) =>
  announce(alerts)(changes(of), now).map((message) => [message.channel, ...alertOf(message).events].join(" "))

describe("announce", () => {
  it("says nothing where nothing is new", () => {
    assert.deepStrictEqual(told({}), [])
    assert.deepStrictEqual(told({ run: run({ verdict: "drifted" }), couldNotTell: 1, couldNotTellBefore: 0 }), [])
  })

  it("tells one channel in one message what came and what went", () => {
    const [message, ...others] = announce(ops)(
      changes({ opened: [finding("a"), finding("b", { severity: "critical" })], resolved: [gone("c")] }),
      now
    )
    assert.isEmpty(others)
    const alert = alertOf(message ?? assert.fail())
    assert.deepStrictEqual(alert.events, ["drift_opened", "drift_resolved"])
    assert.deepStrictEqual(
      alert.opened.items.map(({ finding_id }) => finding_id),
      ["b", "a"]
    )
    assert.deepStrictEqual([alert.severity, alert.resolved.count], ["critical", 1])
  })

  it("tells nobody of what is waived, could not be compared, or gave way to another finding", () => {
    const opened = [finding("a", { waived: true }), finding("b", { kind: "not_compared" })]
    assert.deepStrictEqual(
      told({ opened, resolved: [gone("c", { resolution: "changed" }), gone("d", { waived: true })] }),
      []
    )
  })

  it("tells of drift whose waiver has ended", () => {
    const [message] = announce(ops)(changes({ unwaived: [finding("a")] }), now)
    assert.isTrue(alertOf(message ?? assert.fail()).opened.items[0]?.waiver_ended)
  })

  it("tells of runs that could not tell once there are so many in a row, once, and when they can again", () => {
    const series = [1, 2, 3, 4].map((couldNotTell) => told({ couldNotTell, couldNotTellBefore: couldNotTell - 1 }))
    assert.deepStrictEqual(series, [[], [], ["ops could_not_tell"], []])
    assert.deepStrictEqual(told({ couldNotTellBefore: 2 }), [])
    assert.deepStrictEqual(told({ couldNotTellBefore: 4 }), ["ops could_tell_again"])
  })

  it("tells of a run that failed, not of the next one that fails, and of the first that does not", () => {
    const failed = run({ state: "failed", verdict: "error", summary: null, why: "No credentials" })
    assert.deepStrictEqual(told({ run: failed, couldNotTell: 1 }), ["ops run_failed"])
    assert.deepStrictEqual(told({ run: failed, previous: failed, couldNotTell: 2, couldNotTellBefore: 1 }), [])
    assert.deepStrictEqual(told({ previous: failed, couldNotTellBefore: 1, failedBefore: 1 }), ["ops could_tell_again"])
    // Also where runs that could not tell came between.
    assert.deepStrictEqual(told({ couldNotTellBefore: 2, failedBefore: 1 }), ["ops could_tell_again"])
  })

  it("leads drift by owner, severity, job and event", () => {
    const channels = ["platform", "worst", "other", "gone"].map((name) => channel(name))
    const routed = alertsOf(channels, {
      routes: [
        { channels: ["platform"], owners: ["platform"] },
        { channels: ["worst"], severity: "high" },
        { channels: ["other"], jobs: ["hourly"] },
        { channels: ["gone"], events: ["drift_resolved"] }
      ]
    })
    const opened = [finding("a", { owner: "platform", severity: "low" }), finding("b", { severity: "critical" })]
    const messages = announce(routed)(changes({ opened, resolved: [gone("c", { severity: "low" })] }), now)
    const heard = messages.map((message) => {
      const { events, opened, resolved } = alertOf(message)
      return [
        message.channel,
        events.join("+"),
        ...[...opened.items, ...resolved.items].map(({ finding_id }) => finding_id)
      ]
    })
    assert.deepStrictEqual(heard, [
      ["platform", "drift_opened", "a"],
      ["worst", "drift_opened", "b"],
      ["gone", "drift_resolved", "c"]
    ])
    // A run that told nothing may hide anything, and is nobody's alone.
    assert.deepStrictEqual(told({ couldNotTell: 3, couldNotTellBefore: 2 }, routed), ["worst could_not_tell"])
  })

  it("gives the same news the same id, and any other another", () => {
    const idsOf = (of: Partial<RunChanges>, at = now, alerts = ops) =>
      announce(alerts)(changes(of), at).map(({ id }) => id)
    const opened = [finding("a")]
    const [id = ""] = idsOf({ opened })
    assert.match(id, /^[0-9a-f]{40}$/)
    assert.deepStrictEqual(idsOf({ opened }, now + 5_000), [id])
    const others = [
      ...idsOf({ opened, run: run({ run_id: "0200-run" }) }),
      ...idsOf({ opened, resolved: [gone("b")] }),
      ...idsOf({ opened, run: run({ job: "hourly" }) }),
      ...idsOf({ opened }, now, alertsOf([channel("dev")]))
    ]
    assert.strictEqual(new Set([id, ...others]).size, 5)
  })

  it("lists a hundred of many, the worst of them, and counts all", () => {
    const severities: ReadonlyArray<Severity> = ["low", "critical", "medium"]
    const opened = Array.from({ length: 3_000 }, (_, index) =>
      finding(String(index).padStart(4, "0"), { severity: severities[index % 3] ?? "low" })
    )
    const [message] = announce(ops)(changes({ opened }), now)
    const alert = alertOf(message ?? assert.fail())
    assert.deepStrictEqual([alert.opened.count, alert.opened.items.length], [3_000, 100])
    assert.isTrue(alert.opened.items.every(({ severity }) => severity === "critical"))
    assert.isBelow(JSON.stringify(message).length, 100_000)
  })

  it("links to the run", () => {
    const [message] = announce(alertsOf([channel("ops")], { link: "https://holdfast.example" }))(
      changes({ opened: [finding("a")] }),
      now
    )
    assert.strictEqual(alertOf(message ?? assert.fail()).link, "https://holdfast.example/runs/0199-run")
  })
})

describe("quiet hours", () => {
  const moscow = { from: 22 * 60, to: 7 * 60, timeZone: "Europe/Moscow" }
  const at = (text: string) => Date.parse(text)
  const until = (text: string, quiet = moscow) => new Date(quietUntil(at(text), quiet)).toISOString()

  it("delay to their end, by the clock of their time zone", () => {
    assert.strictEqual(until("2026-10-12T12:00:00Z"), "2026-10-12T12:00:00.000Z")
    assert.strictEqual(until("2026-10-12T18:59:59Z"), "2026-10-12T18:59:59.000Z")
    assert.strictEqual(until("2026-10-12T19:00:00Z"), "2026-10-13T04:00:00.000Z")
    assert.strictEqual(until("2026-10-13T03:59:00Z"), "2026-10-13T04:00:00.000Z")
    assert.strictEqual(until("2026-10-13T04:00:00Z"), "2026-10-13T04:00:00.000Z")
    const lunch = { from: 12 * 60, to: 13 * 60, timeZone: "UTC" }
    assert.strictEqual(until("2026-10-12T12:30:00Z", lunch), "2026-10-12T13:00:00.000Z")
  })

  it("are as long as the night is, also when clocks change", () => {
    const berlin = { from: 22 * 60, to: 7 * 60, timeZone: "Europe/Berlin" }
    assert.strictEqual(until("2026-10-24T21:00:00Z", berlin), "2026-10-25T06:00:00.000Z")
    assert.strictEqual(until("2026-03-28T22:00:00Z", berlin), "2026-03-29T05:00:00.000Z")
    const oneHour = { from: 60, to: 150, timeZone: "Europe/Berlin" }
    for (let minute = 0; minute < 48 * 60; minute += 7) {
      const moment = at("2026-10-24T12:00:00Z") + minute * 60_000
      assert.isAtLeast(quietUntil(moment, oneHour), moment)
      assert.isAtMost(quietUntil(moment, oneHour), moment + 3 * 3_600_000)
    }
  })

  it("hold back all but what is critical", () => {
    const quiet = alertsOf([channel("ops", { quietHours: moscow })])
    const night = at("2026-10-12T20:00:00Z")
    const notBefore = (of: Partial<RunChanges>) => announce(quiet)(changes(of), night)[0]?.notBefore
    assert.strictEqual(notBefore({ opened: [finding("a")] }), at("2026-10-13T04:00:00Z"))
    assert.strictEqual(notBefore({ opened: [finding("a", { severity: "critical" })] }), night)
    assert.strictEqual(notBefore({ resolved: [gone("a", { severity: "critical" })] }), at("2026-10-13T04:00:00Z"))
    assert.strictEqual(notBefore({ couldNotTell: 3, couldNotTellBefore: 2 }), at("2026-10-13T04:00:00Z"))
  })
})

describe("recall", () => {
  const alert = (of: Partial<RunChanges>) => alertOf(announce(ops)(changes(of), now)[0] ?? assert.fail())
  const since = (over: ReadonlyArray<string>, hasTold = false) => ({ over: new Set(over), hasTold })

  it("leaves out what is over, and says nothing where nothing is left", () => {
    const opened = alert({ opened: [finding("a"), finding("b")] })
    assert.deepInclude(recall(opened, since(["a"]))?.opened, { count: 1 })
    assert.isUndefined(recall(opened, since(["a", "b"])))
    assert.deepStrictEqual(recall(opened, since([])), opened)
  })

  it("keeps what else there is to say", () => {
    const both = alert({ opened: [finding("a")], resolved: [gone("c")] })
    assert.deepInclude(recall(both, since(["a"])), { event: "drift_resolved", events: ["drift_resolved"] })
  })

  it("does not say that a job cannot tell once it can", () => {
    const silent = alert({ couldNotTell: 3, couldNotTellBefore: 2 })
    assert.isUndefined(recall(silent, since([], true)))
    assert.deepStrictEqual(recall(silent, since([])), silent)
  })
})

describe("what no run tells", () => {
  it("is told of missed ticks once for all that were recorded together", () => {
    const ticks = [1, 2, 3].map((day) => ({ tick: Date.UTC(2026, 9, day, 3), why: "nobody was running" }))
    const missed = { job: "nightly", recordedAt: now, ticks }
    const [message, ...others] = announceMissed(ops, missed, now)
    assert.isEmpty(others)
    const alert = alertOf(message ?? assert.fail())
    assert.deepStrictEqual(
      [alert.event, alert.missed.count, alert.missed.items[0]?.tick],
      ["run_missed", 3, "2026-10-03T03:00:00.000Z"]
    )
    assert.strictEqual(announceMissed(ops, { ...missed, ticks: ticks.toReversed() }, now + 1)[0]?.id, message?.id)
  })

  it("is told of waivers as they pass each threshold, together of those that end together", () => {
    const until = "2026-10-27T00:00:00.000Z"
    const waivers = [waiverSeen("a", until), waiverSeen("b", until), waiverSeen("c", "2027-01-01T00:00:00.000Z")]
    const at = (days: number) => Date.parse(until) - days * 86_400_000
    const idsAt = (days: number) => announceWaivers(ops, waivers, at(days)).map(({ id }) => id)
    assert.deepStrictEqual(idsAt(15), [])
    assert.lengthOf(idsAt(14), 1)
    assert.deepStrictEqual(idsAt(4), idsAt(14))
    assert.notDeepEqual(idsAt(3), idsAt(14))
    assert.deepStrictEqual(idsAt(0), [])
    const [message] = announceWaivers(ops, waivers, at(14))
    const alert = alertOf(message ?? assert.fail())
    assert.deepStrictEqual(
      alert.waivers.items.map(({ days, waiver_id }) => [waiver_id, days]),
      [
        ["a", 14],
        ["b", 14]
      ]
    )
  })
})
