import { assert, describe, it } from "@effect/vitest"
import { PermissionDenied, ResourceNotFound } from "@holdfast/core/CloudBackupError"
import type { Expectations } from "@holdfast/manifest/Expectations"
import { compare } from "../src/compare.ts"
import { fromError, type Live, notRead } from "../src/Live.ts"
import { ago, checkAll, day, desired, hour, minute, now, resource } from "./fleet.ts"

describe("compare: a registration under way", () => {
  const registering = { initStatus: "REGISTERING", createdAt: ago(minute) }
  const bare = { ...registering, enabled: false, online: false, isActive: false, lastBackupTime: undefined }
  checkAll([
    ["is pending", { registered: true }, registering, "pending HF006"],
    ["is pending up to an hour", { registered: true }, { ...registering, createdAt: ago(hour) }, "pending HF006"],
    ["is drift 1 ms later", { registered: true }, { ...registering, createdAt: ago(hour + 1) }, "drifted HF006"],
    [
      "counts from the last change where the creation is not told",
      { registered: true },
      { ...registering, createdAt: undefined, updatedAt: ago(hour) },
      "pending HF006"
    ],
    [
      "is stuck after its time, however often it changes",
      { registered: true },
      { ...registering, createdAt: ago(90 * day), updatedAt: ago(minute) },
      "drifted HF006"
    ],
    [
      "is drift where nothing says when it began",
      { registered: true },
      { ...registering, updatedAt: undefined, createdAt: undefined },
      "drifted HF006"
    ],
    [
      "is drift where it claims to be of the future",
      { registered: true },
      { ...registering, createdAt: ago(-day) },
      "drifted HF006"
    ],
    ["explains what only comes with it", { protected: true }, bare, "pending HF001 HF003 HF005 HF006 HF009"],
    [
      "explains nothing once it is stuck",
      { protected: true },
      { ...bare, createdAt: ago(2 * hour) },
      "drifted HF001 HF003 HF005 HF006 HF009"
    ],
    ["is as declared where none is wanted", { registered: false }, registering, "in_sync"],
    [
      "does not explain an agent that must be offline",
      { online: false },
      { ...registering, online: true },
      "drifted HF004"
    ],
    [
      "does not explain backups that must not be made",
      { enabled: false, registered: true },
      registering,
      "drifted HF002 HF006"
    ],
    [
      "does not explain a failure",
      { protected: true },
      { ...bare, status: "FAILED" },
      "drifted HF001 HF003 HF005 HF006 HF009 HF014"
    ],
    [
      "does not explain a backup that is too old",
      { maxBackupAge: hour },
      { ...registering, lastBackupTime: ago(day) },
      "drifted HF010"
    ],
    [
      "that has failed is drift at once",
      { registered: true },
      { initStatus: "FAILED_REGISTRATION", updatedAt: ago(0) },
      "drifted HF006"
    ],
    ["is nothing to a declaration that it does not touch", { enabled: true }, registering, "in_sync"]
  ])

  it("asks for patience rather than for a second registration", () => {
    const live: Live = { _tag: "Found", resource: resource(registering) }
    const [change] = compare(desired({ registered: true }), live, now).changes
    assert.match(change?.remedy ?? "", /^Check again later/)
  })

  it("explains that no policy is applied yet", () => {
    const fields = { ...bare, status: "OTHER", statusDetails: "no_policies_applied" }
    const report = compare(desired({ protected: true }), { _tag: "Found", resource: resource(fields) }, now)
    assert.strictEqual(report.state, "pending")
  })

  it("lists what is pending beside what is not, and gives the reasons of the latter alone", () => {
    const fields = { ...registering, statusDetails: "disk full", status: "FAILED" }
    const live: Live = { _tag: "Found", resource: resource(fields) }
    const report = compare(desired({ protected: true }), live, now)
    assert.deepStrictEqual(
      report.changes.map(({ reason_code }) => reason_code),
      ["HF006", "HF014"]
    )
    assert.deepStrictEqual([report.state, report.reason_code], ["drifted", "HF014"])
    assert.strictEqual(report.reason, "The resource is in failure: disk full.")
  })
})

describe("compare: an instance that Cloud Backup does not know", () => {
  const absent: ReadonlyArray<readonly [Expectations, string]> = [
    [{ enabled: false }, "in_sync"],
    [{ enabled: false, online: false, active: false, registered: false }, "in_sync"],
    [{ registered: false }, "in_sync"],
    [{ online: false }, "missing"],
    [{ active: false }, "missing"],
    [{ enabled: true }, "missing"],
    [{ protected: true }, "missing"],
    [{ enabled: false, protected: true }, "missing"],
    [{ enabled: false, online: true }, "missing"],
    [{ enabled: false, active: true }, "missing"],
    [{ enabled: false, registered: true }, "missing"],
    [{ enabled: false, maxBackupAge: day }, "missing"],
    [{ enabled: false, nextBackupWithin: day }, "missing"],
    [{ enabled: false, status: ["IDLE"] }, "missing"],
    [{ enabled: false, type: ["COMPUTE"] }, "missing"]
  ]
  for (const [expectations, state] of absent) {
    it(`is ${state} where ${JSON.stringify(expectations)} is declared, also after its registration was deleted`, () => {
      const deleted: Live = { _tag: "Found", resource: resource({ initStatus: "DELETED" }) }
      for (const live of [{ _tag: "NotFound" } as const, deleted]) {
        const report = compare(desired(expectations), live, now)
        assert.deepStrictEqual([report.state, report.changes, report.error], [state as typeof report.state, [], null])
        assert.strictEqual(report.reason_code, state === "missing" ? "HF016" : "in_sync")
      }
    })
  }

  it("is what a ResourceNotFound means, and no other error", () => {
    const request = { method: "GET", url: "https://backup.example/x", detail: "no", attempts: 1, status: 404 }
    assert.deepStrictEqual(fromError(new ResourceNotFound(request)), { _tag: "NotFound" })
    assert.strictEqual(fromError(new PermissionDenied({ ...request, status: 403 }))._tag, "NotRead")
  })
})

describe("compare: values newer than this program", () => {
  checkAll([
    ["a status that is compared", { status: ["IDLE"] }, { status: "NEWER" }, "not_compared UnknownValue"],
    ["a status that is allowed by its name", { status: ["NEWER"] }, { status: "NEWER" }, "in_sync"],
    ["a status where protected", { protected: true }, { status: "NEWER" }, "not_compared UnknownValue"],
    ["a type that is compared", { type: ["COMPUTE"] }, { type: "NEWER" }, "not_compared UnknownValue"],
    ["a type that is allowed by its name", { type: ["NEWER"] }, { type: "NEWER" }, "in_sync"],
    [
      "a type that the service does not send",
      { type: ["COMPUTE"] },
      { type: "RESOURCE_TYPE_UNSPECIFIED" },
      "not_compared UnknownValue"
    ],
    [
      "a status that is allowed beside protected",
      { protected: true, status: ["NEWER"] },
      { status: "NEWER" },
      "in_sync"
    ],
    [
      "a failure that is allowed beside protected",
      { protected: true, status: ["FAILED"] },
      { status: "FAILED" },
      "in_sync"
    ],
    ["a registration that is wanted", { registered: true }, { initStatus: "NEWER" }, "not_compared UnknownValue"],
    ["a registration that is not wanted", { registered: false }, { initStatus: "NEWER" }, "not_compared UnknownValue"],
    ["a registration where protected", { protected: true }, { initStatus: "NEWER" }, "not_compared UnknownValue"],
    ["a type that nothing declares", { protected: true }, { type: "NEWER" }, "in_sync"],
    [
      "drift beside them is drift",
      { status: ["IDLE"], enabled: true },
      { status: "NEWER", enabled: false },
      "drifted HF001"
    ],
    [
      "they win over what is pending",
      { type: ["BMS"], maxBackupAge: day },
      { type: "NEWER", lastBackupTime: undefined, createdAt: ago(hour) },
      "not_compared UnknownValue"
    ]
  ])

  it("are named, with what to do", () => {
    const { error, reason } = compare(
      desired({ type: ["BMS"] }),
      { _tag: "Found", resource: resource({ type: "TAPE" }) },
      now
    )
    assert.strictEqual(reason, "It could not be compared: type is TAPE, which tells this version nothing.")
    assert.strictEqual(error?.remedy, "Update Holdfast.")
  })
})

describe("compare: protected", () => {
  checkAll([
    ["is in sync where all of it is there", { protected: true }, {}, "in_sync"],
    ["takes enabled", { protected: true }, { enabled: false }, "drifted HF001"],
    ["takes online", { protected: true }, { online: false }, "drifted HF003"],
    ["takes active", { protected: true }, { isActive: false }, "drifted HF005"],
    ["takes registered", { protected: true }, { initStatus: "INIT_STATUS_UNSPECIFIED" }, "drifted HF006"],
    ["takes a last backup", { protected: true }, { lastBackupTime: undefined }, "drifted HF009"],
    [
      "finds the documented resource that is enabled and online, yet without a policy",
      { protected: true },
      {
        initStatus: "INIT_STATUS_UNSPECIFIED",
        status: "OTHER",
        statusDetails: "no_policies_applied",
        lastBackupTime: undefined
      },
      "drifted HF006 HF009 HF015"
    ],
    [
      "finds the missing policy among other details",
      { protected: true },
      { status: "OTHER", statusDetails: "agent: no_policies_applied (2)" },
      "drifted HF015"
    ],
    ["allows any age of the last backup", { protected: true }, { lastBackupTime: ago(300 * day) }, "in_sync"],
    [
      "takes the age that is declared beside it",
      { protected: true, maxBackupAge: day },
      { lastBackupTime: ago(2 * day) },
      "drifted HF010"
    ],
    [
      "lets an offline agent pass where that is declared",
      { protected: true, online: false },
      { online: false },
      "in_sync"
    ],
    ["holds an online agent against one declared offline", { protected: true, online: false }, {}, "drifted HF004"],
    [
      "lets an inactive instance pass where that is declared",
      { protected: true, active: false },
      { isActive: false },
      "in_sync"
    ],
    [
      "leaves failures and policies alone where it is not declared",
      { enabled: true },
      { status: "FAILED", statusDetails: "no_policies_applied" },
      "in_sync"
    ]
  ])
})

describe("compare: what was not read", () => {
  const unread = notRead("DeadlineExceeded", "the run's time limit ended", "Allow more time.")
  const declarations: ReadonlyArray<Expectations> = [{}, { enabled: false }, { enabled: true }, { protected: true }]
  it.each(declarations as Array<Expectations>)("is not compared, whatever is declared: %j", (expectations) => {
    const report = compare(desired(expectations), unread, now)
    assert.deepStrictEqual([report.state, report.reason_code, report.changes], ["not_compared", "DeadlineExceeded", []])
    assert.strictEqual(report.reason, "It could not be compared: the run's time limit ended.")
  })

  it("keeps the whole error", () => {
    const error = new PermissionDenied({
      method: "GET",
      url: "https://backup.example/x",
      detail: "no role",
      attempts: 2,
      status: 403,
      grpcCode: 7,
      requestId: "r-1"
    })
    assert.deepStrictEqual(compare(desired({ enabled: true }), fromError(error), now).error, {
      tag: "PermissionDenied",
      message: error.message,
      detail: "no role",
      remedy: error.remedy,
      status: 403,
      grpc_code: 7,
      request_id: "r-1",
      retryable: false,
      attempts: 2
    })
  })
})
