import { assert, describe, it } from "@effect/vitest"
import { compare } from "../src/compare.ts"
import { ago, at, checkAll, day, desired, found, hour, minute, now, verdict } from "./fleet.ts"

describe("compare: ages", () => {
  checkAll([
    ["in sync at exactly the limit", { maxBackupAge: 2 * hour }, { lastBackupTime: ago(2 * hour) }, "in_sync"],
    ["too old 1 ms later", { maxBackupAge: 2 * hour }, { lastBackupTime: ago(2 * hour + 1) }, "drifted HF010"],
    [
      "in sync 1 ns before the limit",
      { maxBackupAge: 2 * hour },
      { lastBackupTime: at("2026-03-05T10:00:00.000000001Z") },
      "in_sync"
    ],
    [
      "too old 1 ns after the limit",
      { maxBackupAge: 2 * hour },
      { lastBackupTime: at("2026-03-05T09:59:59.999999999Z") },
      "drifted HF010"
    ],
    [
      "in sync at the limit, east of Greenwich",
      { maxBackupAge: 2 * hour },
      { lastBackupTime: at("2026-03-05T13:00:00+03:00") },
      "in_sync"
    ],
    [
      "too old, east of Greenwich",
      { maxBackupAge: 2 * hour },
      { lastBackupTime: at("2026-03-05T12:59:59.999+03:00") },
      "drifted HF010"
    ],
    [
      "in sync at the limit, west of Greenwich",
      { maxBackupAge: 2 * hour },
      { lastBackupTime: at("2026-03-05T04:30:00-05:30") },
      "in_sync"
    ],
    [
      "too old, west of Greenwich",
      { maxBackupAge: 2 * hour },
      { lastBackupTime: at("2026-03-05T04:29:59.999-05:30") },
      "drifted HF010"
    ],
    ["never in the year 1", { maxBackupAge: day }, { lastBackupTime: at("0001-01-01T00:00:00Z") }, "drifted HF009"],
    ["never at the epoch", { protected: true }, { lastBackupTime: at("1970-01-01T00:00:00Z") }, "drifted HF009"],
    [
      "not compared where any time lies in the future",
      { nextBackupWithin: day },
      { updatedAt: ago(-10 * hour) },
      "not_compared ClockSkew"
    ],
    ["no question where no time is declared", { enabled: true }, { updatedAt: ago(-10 * hour) }, "in_sync"],
    [
      "in sync where the clock is ahead by the limit",
      { maxBackupAge: hour },
      { lastBackupTime: ago(-5 * minute) },
      "in_sync"
    ],
    [
      "not compared 1 ms further ahead",
      { maxBackupAge: hour },
      { lastBackupTime: ago(-5 * minute - 1) },
      "not_compared ClockSkew"
    ],
    ["not reckoned where no age is declared", { enabled: true }, { lastBackupTime: ago(-day) }, "in_sync"],
    [
      "drift beside a clock that is wrong",
      { maxBackupAge: hour, online: true },
      { lastBackupTime: ago(-day), online: false },
      "drifted HF003"
    ]
  ])

  it("are given in whole seconds, with the limit", () => {
    const [change] = compare(
      desired({ maxBackupAge: 2 * hour }),
      found({ lastBackupTime: ago(3 * hour + 1999) }),
      now
    ).changes
    assert.deepStrictEqual([change?.age_seconds, change?.limit_seconds], [3 * 3600 + 1, 2 * 3600])
  })

  it.each([
    [{ maxBackupAge: 5 * day }, { lastBackupTime: ago(5 * day + 59 * minute) }, "5d", "more than 5d"],
    [{ maxBackupAge: 2 * hour }, { lastBackupTime: ago(2 * hour + 1) }, "2h", "more than 2h"],
    [{ nextBackupWithin: day }, { nextBackupTime: ago(-day - 1) }, "24h", "more than 24h"]
  ])("are told apart from their limit also where they pass it by little: %j", (declared, fields, limit, actual) => {
    const { changes, reason } = compare(desired(declared), found(fields), now)
    assert.deepStrictEqual(
      changes.map((change) => [change.desired, change.actual]),
      [[limit, actual]]
    )
    assert.include(reason, actual)
  })

  it("say when the last backup was", () => {
    const { reason } = compare(desired({ maxBackupAge: 26 * hour }), found({ lastBackupTime: ago(31 * hour) }), now)
    assert.strictEqual(reason, "The last backup is too old: 31h (2026-03-04T05:00:00.000Z), at most 26h is allowed.")
  })
})

describe("compare: a first backup", () => {
  const never = { lastBackupTime: undefined }
  checkAll([
    [
      "is awaited for as long as its age may be",
      { maxBackupAge: 2 * hour },
      { ...never, createdAt: ago(2 * hour) },
      "pending HF009"
    ],
    ["is late 1 ms later", { maxBackupAge: 2 * hour }, { ...never, createdAt: ago(2 * hour + 1) }, "drifted HF009"],
    ["is awaited for a day where protected", { protected: true }, { ...never, createdAt: ago(day) }, "pending HF009"],
    ["is late where protected 1 ms later", { protected: true }, { ...never, createdAt: ago(day + 1) }, "drifted HF009"],
    [
      "is late where protected and the age is shorter",
      { protected: true, maxBackupAge: hour },
      { ...never, createdAt: ago(2 * hour) },
      "drifted HF009"
    ],
    [
      "is late where nothing says since when it is awaited",
      { maxBackupAge: day },
      { ...never, createdAt: undefined },
      "drifted HF009"
    ],
    ["is not asked for where nothing declares it", { enabled: true }, { ...never, createdAt: undefined }, "in_sync"],
    [
      "that is awaited does not hide drift",
      { maxBackupAge: day, online: true },
      { ...never, createdAt: ago(hour), online: false },
      "drifted HF003 HF009"
    ]
  ])

  it("that was never made has another reason than one that is too old", () => {
    const { reason } = compare(desired({ maxBackupAge: hour }), found({ ...never, createdAt: ago(4 * day) }), now)
    assert.strictEqual(reason, "The instance has never been backed up (it exists for 4d).")
  })
})

describe("compare: the next backup", () => {
  checkAll([
    ["is near enough at exactly the limit", { nextBackupWithin: day }, { nextBackupTime: ago(-day) }, "in_sync"],
    ["is too far away 1 ms later", { nextBackupWithin: day }, { nextBackupTime: ago(-day - 1) }, "drifted HF012"],
    ["is late within the slack", { nextBackupWithin: day }, { nextBackupTime: ago(15 * minute) }, "in_sync"],
    [
      "is overdue 1 ms after the slack",
      { nextBackupWithin: day },
      { nextBackupTime: ago(15 * minute + 1) },
      "drifted HF013"
    ],
    [
      "is not overdue while a backup runs",
      { nextBackupWithin: day },
      { nextBackupTime: ago(20 * minute), status: "BACKUPING" },
      "in_sync"
    ],
    [
      "is excused for a day by a backup that runs",
      { nextBackupWithin: day },
      { nextBackupTime: ago(day), status: "BACKUPING" },
      "in_sync"
    ],
    [
      "is overdue 1 ms later, whatever runs",
      { nextBackupWithin: day },
      { nextBackupTime: ago(day + 1), status: "BACKUPING" },
      "drifted HF013"
    ],
    [
      "is overdue during a recovery",
      { nextBackupWithin: day },
      { nextBackupTime: ago(20 * minute), status: "RECOVERING" },
      "drifted HF013"
    ],
    [
      "is awaited while the instance registers",
      { nextBackupWithin: day },
      { nextBackupTime: undefined, initStatus: "REGISTERING", createdAt: ago(minute) },
      "pending HF011"
    ]
  ])

  it("is not in sync when overdue by a month, also where a backup is said to run", () => {
    const fields = { nextBackupTime: ago(30 * day), lastBackupTime: ago(31 * day), status: "BACKUPING" }
    assert.notStrictEqual(verdict({ nextBackupWithin: day }, found(fields)), "in_sync")
  })
})
