import { assert, describe, it } from "@effect/vitest"
import type { Expectations } from "@holdfast/manifest/Expectations"
import { compare } from "../src/compare.ts"
import { type Live, notRead } from "../src/Live.ts"
import { type RuleCode, rules } from "../src/Rule.ts"
import { ago, day, desired, type Fields, found, hour, minute, now, second, verdict } from "./fleet.ts"

/** For each rule: what is declared, what breaks it and what keeps it; the change's field, desired and actual. */
const byRule: ReadonlyArray<
  readonly [code: RuleCode, declared: Expectations, broken: Fields, kept: Fields, change: readonly unknown[]]
> = [
  ["HF001", { enabled: true }, { enabled: false }, { enabled: true }, ["enabled", true, false]],
  ["HF002", { enabled: false }, { enabled: true }, { enabled: false }, ["enabled", false, true]],
  ["HF003", { online: true }, { online: false }, { online: true }, ["online", true, false]],
  ["HF004", { online: false }, { online: true }, { online: false }, ["online", false, true]],
  ["HF005", { active: true }, { isActive: false }, { isActive: true }, ["active", true, false]],
  [
    "HF006",
    { registered: true },
    { initStatus: "FAILED_REGISTRATION" },
    { initStatus: "REGISTRED" },
    ["registered", true, false]
  ],
  [
    "HF007",
    { status: ["IDLE", "BACKUPING"] },
    { status: "FAILED" },
    { status: "BACKUPING" },
    ["status", ["IDLE", "BACKUPING"], "FAILED"]
  ],
  ["HF008", { type: ["COMPUTE"] }, { type: "BMS" }, { type: "COMPUTE" }, ["type", ["COMPUTE"], "BMS"]],
  [
    "HF009",
    { maxBackupAge: 26 * hour },
    { lastBackupTime: undefined },
    { lastBackupTime: ago(hour) },
    ["maxBackupAge", "26h", null]
  ],
  [
    "HF010",
    { maxBackupAge: 26 * hour },
    { lastBackupTime: ago(31 * hour + 5 * minute) },
    { lastBackupTime: ago(25 * hour) },
    ["maxBackupAge", "26h", "31h 5m"]
  ],
  [
    "HF011",
    { nextBackupWithin: day },
    { nextBackupTime: undefined },
    { nextBackupTime: ago(-hour) },
    ["nextBackupWithin", "24h", null]
  ],
  [
    "HF012",
    { nextBackupWithin: day },
    { nextBackupTime: ago(-30 * hour) },
    { nextBackupTime: ago(-23 * hour) },
    ["nextBackupWithin", "24h", "30h"]
  ],
  [
    "HF013",
    { nextBackupWithin: day },
    { nextBackupTime: ago(2 * hour) },
    { nextBackupTime: ago(minute) },
    ["nextBackupWithin", "24h", "-2h"]
  ],
  [
    "HF014",
    { protected: true },
    { status: "FAILED", statusDetails: "disk full" },
    { status: "OTHER", statusDetails: "disk full" },
    ["protected", true, "disk full"]
  ],
  [
    "HF015",
    { protected: true },
    { status: "OTHER", statusDetails: "no_policies_applied" },
    { status: "IDLE", statusDetails: "" },
    ["protected", true, "no_policies_applied"]
  ],
  ["HF017", { active: false }, { isActive: true }, { isActive: false }, ["active", false, true]],
  [
    "HF018",
    { registered: false },
    { initStatus: "REGISTRED" },
    { initStatus: "FAILED_REGISTRATION" },
    ["registered", false, true]
  ]
]

describe("compare", () => {
  describe("the rules", () => {
    it.each(byRule as Array<(typeof byRule)[number]>)(
      "%s finds what breaks it",
      (code, declared, broken, _, expected) => {
        const report = compare(desired(declared, { severity: "critical" }), found(broken), now)
        assert.strictEqual(report.state, "drifted")
        assert.strictEqual(report.reason_code, code)
        assert.strictEqual(report.changes.length, 1)
        const change = report.changes[0] as (typeof report.changes)[number]
        assert.deepStrictEqual([change.field, change.desired, change.actual], expected as Array<never>)
        assert.deepStrictEqual(
          [change.reason_code, change.remedy, change.severity],
          [code, rules[code].remedy, "critical"]
        )
        assert.strictEqual(report.reason, change.reason)
        assert.isTrue(change.reason.toLowerCase().startsWith(rules[code].title.toLowerCase()), change.reason)
      }
    )

    it.each(byRule as Array<(typeof byRule)[number]>)("%s is silent where it is kept", (_, declared, __, kept) => {
      const report = compare(desired(declared), found(kept), now)
      assert.deepStrictEqual(
        [report.state, report.reason_code, report.changes, report.error],
        ["in_sync", "in_sync", [], null]
      )
    })

    it("are all in the table but those that no resource shows", () => {
      const others = ["HF016", "HF019", "HF020", "HF021", "HF022", "HF023", "HF024"]
      assert.deepStrictEqual([...byRule.map(([code]) => code), ...others].toSorted(), Object.keys(rules).toSorted())
    })

    it("are reported together, those of the manifest's first field first", () => {
      const expectations = { protected: true, maxBackupAge: hour, status: ["IDLE"] } as const
      const fields = { enabled: false, online: false, status: "FAILED", lastBackupTime: ago(day) }
      assert.strictEqual(verdict(expectations, found(fields)), "drifted HF001 HF003 HF007 HF010 HF014")
    })
  })

  it("names the status and its details, and says what keeps an instance from being registered", () => {
    const reasonOf = (expectations: Expectations, fields: Fields) =>
      compare(desired(expectations), found(fields), now).reason
    assert.strictEqual(
      reasonOf({ status: ["IDLE"] }, { status: "OTHER", statusDetails: "no_policies_applied" }),
      "The status is not one of those allowed (OTHER: no_policies_applied)."
    )
    assert.strictEqual(
      reasonOf({ registered: true }, { initStatus: "FAILED_REGISTRATION", metadata: "no route" }),
      "The instance is not registered in Cloud Backup (FAILED_REGISTRATION: no route)."
    )
    assert.strictEqual(
      reasonOf({ registered: true }, { initStatus: "INIT_STATUS_UNSPECIFIED", metadata: "null" }),
      "The instance is not registered in Cloud Backup (INIT_STATUS_UNSPECIFIED)."
    )
    assert.strictEqual(reasonOf({ enabled: true }, {}), "It is as declared; the last backup is 1h old.")
    assert.strictEqual(reasonOf({ enabled: true }, { lastBackupTime: undefined }), "It is as declared.")
  })

  it("keeps address, instance, severity and place of the declaration", () => {
    const declared = desired({ enabled: true }, { address: "billing", severity: "low" })
    const lives: ReadonlyArray<Live> = [found({}), { _tag: "NotFound" }, notRead("Interrupted", "x", "y")]
    for (const live of lives) {
      const { address, instance_id, severity, source } = compare(declared, live, now + second)
      assert.deepStrictEqual(
        { address, instance_id, severity, source },
        { address: "billing", instance_id: declared.instance, severity: "low", source: declared.source }
      )
    }
  })

  it("does not hold an unknown enum value of a field that is not declared against a resource", () => {
    const newer = { status: "NEWER", initStatus: "NEWER", type: "NEWER" }
    assert.strictEqual(verdict({ enabled: true, online: true, maxBackupAge: day }, found(newer)), "in_sync")
  })
})
