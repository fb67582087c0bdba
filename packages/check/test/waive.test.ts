import { assert, describe, it } from "@effect/vitest"
import type { Expectations } from "@holdfast/manifest/Expectations"
import type { ResourceReport } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import { type Live, notRead } from "../src/Live.ts"
import { inOrder, waive } from "../src/waive.ts"
import { ago, day, desired, found, minute, now, resource } from "./fleet.ts"
import { declared, folder, instance, selected } from "./scope.ts"

/** The row of `web-1`, instance `i1`, a member of `web`. */
const row = (expectations: Expectations, live: Live, address = "web-1", id = "i1"): ResourceReport =>
  compare(desired(expectations, { address, instance: id, groups: ["web"] }), live, now)

const protectedRow = (fields: Parameters<typeof found>[0]) => row({ protected: true, maxBackupAge: day }, found(fields))

const rows = {
  inSync: protectedRow({}),
  offline: protectedRow({ online: false }),
  offlineAndOld: protectedRow({ online: false, lastBackupTime: ago(2 * day) }),
  failed: protectedRow({ status: "FAILED" }),
  missing: row({ protected: true }, { _tag: "NotFound" }),
  fresh: row({ protected: true }, { _tag: "NotFound", createdAt: ago(minute) }),
  registering: row({ registered: true }, found({ initStatus: "REGISTERING", createdAt: ago(minute) })),
  offlineAndNew: protectedRow({ online: false, lastBackupTime: undefined, createdAt: ago(minute) }),
  halfRead: row(
    { online: true, policies: { names: ["daily"], isExact: false } },
    {
      _tag: "Found",
      resource: resource({ online: false }),
      policies: notRead("PermissionDenied", "no role", "Grant it.")
    }
  ),
  unread: row({ protected: true }, notRead("PermissionDenied", "no role", "Grant it."))
}

/** Waivers as a manifest has them: each of `web-1` until next year unless it says otherwise. */
const waiversOf = (...bodies: ReadonlyArray<string>) =>
  declared(
    `waivers:\n${bodies
      .map((body) => {
        const target = /\b(resource|group|instance):/.test(body) ? "" : "resource: web-1, "
        const until = body.includes("until:") ? "" : "until: 2026-12-31, "
        const reason = body.includes("reason:") ? "" : "reason: moving, "
        return `  - {${target}${until}${reason}${body}}`
      })
      .join("\n")}`
  ).waivers

const yesterday = "until: 2026-03-04"

/** What becomes of a row: its state, what is left of its drift, and what was accepted. */
const waived = (one: ResourceReport, ...bodies: ReadonlyArray<string>): string => {
  const { resources } = waive(waiversOf(...bodies), { resources: [one], unlisted: [] }, now)
  const [{ changes, state } = one] = resources
  const marked = changes.map(
    (change) => `${change.waived === true ? "-" : ""}${change.field}${change.pending === true ? "…" : ""}`
  )
  return [state, ...marked].join(" ")
}

type Case = readonly [fact: string, row: ResourceReport, waivers: ReadonlyArray<string>, outcome: string]

const cases: ReadonlyArray<Case> = [
  ["accepts all drift without fields", rows.offlineAndOld, [""], "waived -online -maxBackupAge"],
  ["accepts nothing that was not compared beside its drift", rows.halfRead, [""], "not_compared -online"],
  ["leaves drift beside what was not compared", rows.halfRead, ["fields: [policies]"], "drifted online"],
  [
    "accepts the fields that it names",
    rows.offlineAndOld,
    ["fields: [online, maxBackupAge]"],
    "waived -online -maxBackupAge"
  ],
  ["leaves the others drift", rows.offlineAndOld, ["fields: online"], "drifted -online maxBackupAge"],
  ["accepts nothing by other fields", rows.offline, ["fields: [maxBackupAge, missing, unlisted]"], "drifted online"],
  ["of a flag accepts it where `protected` asks for it", rows.offline, ["fields: online"], "waived -online"],
  ["of `protected` accepts what only that asks for", rows.failed, ["fields: protected"], "waived -protected"],
  ["of `protected` does not accept a flag", rows.offline, ["fields: protected"], "drifted online"],
  [
    "goes together with another",
    rows.offlineAndOld,
    ["fields: online", "fields: maxBackupAge"],
    "waived -online -maxBackupAge"
  ],
  ["accepts by the instance", rows.offline, ["instance: i1"], "waived -online"],
  ["accepts by the group", rows.offline, ["group: web"], "waived -online"],
  [
    "of another resource, instance or group accepts nothing",
    rows.offline,
    ["resource: web-2", "instance: i2", "group: db"],
    "drifted online"
  ],
  [
    "of a group of the resource's name accepts nothing",
    rows.offline,
    ["group: web-1", "resource: web"],
    "drifted online"
  ],
  ["accepts that it is missing without fields", rows.missing, [""], "waived"],
  ["accepts that it is missing by that name", rows.missing, ["fields: missing"], "waived"],
  ["does not accept that it is missing by fields", rows.missing, ["fields: [protected, enabled, unlisted]"], "missing"],
  ["that has expired accepts nothing", rows.offline, [yesterday], "drifted online"],
  ["that has expired leaves what another accepts", rows.offline, [yesterday, ""], "waived -online"],
  ["never touches what is in sync", rows.inSync, [""], "in_sync"],
  ["never touches what was not compared", rows.unread, ["", "instance: i1", "group: web"], "not_compared"],
  ["accepts a pending change as it would its drift", rows.registering, ["fields: registered"], "waived -registered…"],
  ["leaves pending what it does not name", rows.registering, ["fields: online"], "pending registered…"],
  [
    "of all drift leaves what is pending beside it",
    rows.offlineAndNew,
    ["fields: online"],
    "pending -online maxBackupAge…"
  ],
  [
    "of what is pending leaves the drift beside it",
    rows.offlineAndNew,
    ["fields: maxBackupAge"],
    "drifted online -maxBackupAge…"
  ],
  ["accepts that a new machine is not known yet", rows.fresh, ["fields: missing"], "waived"]
]

describe("a waiver", () => {
  it.each(cases as Array<Case>)("%s", (_, one, bodies, expected) => {
    assert.strictEqual(waived(one, ...bodies), expected)
  })

  const only = (one: ResourceReport, ...bodies: ReadonlyArray<string>) =>
    waive(waiversOf(...bodies), { resources: [one], unlisted: [] }, now)

  it("says in the row until when and why, and what is accepted", () => {
    const [accepted] = only(rows.offline, "reason: no agent yet, until: 2026-06-30").resources
    assert.strictEqual(accepted?.reason, "Accepted until 2026-06-30: no agent yet. The backup agent is offline.")
    assert.deepStrictEqual([accepted?.reason_code, accepted?.severity], ["HF003", "high"])
  })

  it("is named in the row only where it accepts something of it", () => {
    const [accepted] = only(
      rows.offline,
      "fields: online, reason: a",
      "fields: active, reason: b",
      `${yesterday}, reason: c`
    ).resources
    assert.strictEqual(accepted?.reason, "Accepted until 2026-12-31: a. The backup agent is offline.")
  })

  it("leaves a row the reason, the rule and the severity of what is left", () => {
    const severe: ResourceReport = {
      ...rows.offlineAndOld,
      severity: "critical",
      changes: rows.offlineAndOld.changes.map((change) => ({
        ...change,
        severity: change.field === "online" ? "critical" : "low"
      }))
    }
    const [left] = only(severe, "fields: online").resources
    assert.deepStrictEqual([left?.state, left?.severity, left?.reason_code], ["drifted", "low", "HF010"])
    assert.match(left?.reason ?? "", /^The last backup is too old: .* is allowed\.$/)
    const [pending] = only(rows.offlineAndNew, "fields: online").resources
    assert.deepStrictEqual([pending?.state, pending?.reason_code], ["pending", "pending"])
    assert.match(pending?.reason ?? "", /^The instance has never been backed up/)
  })

  it("ends with its last day in UTC, or at its time", () => {
    const at = (until: string, time: number) =>
      waive(waiversOf(`until: ${until}`), { resources: [rows.offline], unlisted: [] }, time).resources[0]?.state
    const midnight = Date.UTC(2026, 2, 6)
    assert.deepStrictEqual([at("2026-03-05", midnight - 1), at("2026-03-05", midnight)], ["waived", "drifted"])
    const noon = "'2026-03-05T12:00:00Z'"
    assert.deepStrictEqual([at(noon, now - 1), at(noon, now)], ["waived", "drifted"])
  })
})

describe("what waivers did", () => {
  const all = { resources: [rows.offline, { ...rows.missing, address: "web-2", instance_id: "i2" }], unlisted: [] }
  const did = (...bodies: ReadonlyArray<string>) => {
    const { expired, unused, used } = waive(waiversOf(...bodies), all, now)
    const told = (some: typeof used) =>
      some.map(({ accepts, kind, target }) => `${kind} ${target}: ${accepts.join(" ")}`)
    return { used: told(used), unused: told(unused), expired: told(expired) }
  }

  it("is what each accepts, what none needs, and what the expired would accept", () => {
    assert.deepStrictEqual(
      did("group: web", "instance: i9", "fields: active", yesterday, `instance: i8, ${yesterday}`),
      {
        used: ["group web: web-1 web-2"],
        unused: ["instance i9: ", "resource web-1: "],
        expired: ["resource web-1: web-1", "instance i8: "]
      }
    )
  })

  it("is told of each of several for one row", () => {
    assert.deepStrictEqual(did("instance: i1", "resource: web-1, fields: online", "group: web, fields: missing").used, [
      "instance i1: web-1",
      "resource web-1: web-1",
      "group web: web-2"
    ])
  })

  it("carries what the manifest says of it, and its fields in the order of the documentation", () => {
    const body = "fields: [missing, online], approvedBy: cto, ticket: T-1, reason: moving"
    const { used } = waive(waiversOf(body), all, now)
    assert.deepStrictEqual(used, [
      {
        kind: "resource",
        target: "web-1",
        fields: ["online", "missing"],
        until: "2026-12-31",
        reason: "moving",
        approved_by: "cto",
        ticket: "T-1",
        accepts: ["web-1"],
        source: { path: "backup.yaml", line: 3, column: 6 }
      }
    ])
  })

  it("stands in the order of the files, whatever the order in which they were read", () => {
    const [a, b, c] = waiversOf("instance: i1", "resource: web-1", "group: web")
    const given = [a, b, c].flatMap((waiver) => waiver ?? [])
    assert.deepStrictEqual(waive(inOrder(given.toReversed()), all, now), waive(given, all, now))
  })

  it("is nothing without waivers", () => {
    assert.deepStrictEqual(waive([], all, now), { ...all, used: [], unused: [], expired: [] })
  })
})

describe("a waiver of what nobody listed", () => {
  const { unlisted } = selected(
    declared("folders: {b1g: {unlisted: fail}}"),
    folder("b1g", { instances: [instance("i1"), instance("i2")] })
  )
  const accepted = (...bodies: ReadonlyArray<string>) => {
    const after = waive(waiversOf(...bodies), { resources: [], unlisted }, now)
    return after.unlisted.filter((one) => one.waived).map(({ instance_id }) => instance_id)
  }

  it.each([
    ["accepts it by its instance", ["instance: i1"], ["i1"]],
    ["accepts it by that name", ["instance: i1, fields: unlisted"], ["i1"]],
    ["accepts nothing by other fields", ["instance: i1, fields: [missing, enabled]"], []],
    ["accepts nothing by resource or group", ["resource: vm-i1", "group: web"], []],
    ["accepts nothing once it has expired", [`instance: i1, ${yesterday}`], []]
  ] as const)("%s", (_, bodies, expected) => {
    assert.deepStrictEqual(accepted(...bodies), [...expected])
  })

  it("counts as used, and leaves the row as it is otherwise", () => {
    const after = waive(waiversOf("instance: i1"), { resources: [], unlisted }, now)
    assert.deepStrictEqual(after.used[0]?.accepts, ["i1"])
    assert.deepStrictEqual(after.unlisted[0], { ...unlisted[0], waived: true })
  })
})
