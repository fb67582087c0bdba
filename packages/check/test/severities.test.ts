import { assert, describe, it } from "@effect/vitest"
import type { DesiredResource } from "@holdfast/manifest/DesiredResource"
import type { Severity } from "@holdfast/manifest/Expectations"
import { severities } from "../src/CheckReport.ts"
import { compare, severityOf, worstOf } from "../src/compare.ts"
import { ago, day, found, minute, now } from "./fleet.ts"
import { backedUp, declared, folder, instance, rowsOf, selected, severitiesOf } from "./scope.ts"

/** The row of the resource of `text`, and the severities of its changes. */
const judged = (text: string, live: Parameters<typeof compare>[1]) => {
  const manifest = declared(text)
  const [resource] = manifest.resources as readonly [DesiredResource]
  const { changes, severity } = compare(resource, live, now, severitiesOf(manifest))
  return [severity, ...changes.map(({ reason_code, severity }) => `${reason_code} ${severity}`)]
}

const offlineAndOld = found({ online: false, lastBackupTime: ago(2 * day) })
const both = "online: true, maxBackupAge: 1d"
const web = (more = "") => `resources: {web: {instance: i1, ${both}${more}}}`

describe("how bad drift is", () => {
  it.each([
    ["high where nobody says", web(), ["high", "HF003 high", "HF010 high"]],
    ["what the defaults say", `defaults: {severity: low}\n${web()}`, ["low", "HF003 low", "HF010 low"]],
    [
      "what the resource says",
      `defaults: {severity: low}\n${web(", severity: info")}`,
      ["info", "HF003 info", "HF010 info"]
    ],
    ["what its rule says", `rules: {HF010: critical}\n${web()}`, ["critical", "HF003 high", "HF010 critical"]],
    [
      "what its rule says rather than the defaults",
      `defaults: {severity: high}\nrules: {HF003: low, HF010: info}\n${web()}`,
      ["low", "HF003 low", "HF010 info"]
    ],
    [
      "what the resource says rather than its rule",
      `rules: {HF003: low}\n${web(", severity: medium")}`,
      ["medium", "HF003 medium", "HF010 medium"]
    ],
    [
      "the same where it says what the defaults say",
      `defaults: {severity: medium}\nrules: {HF003: low}\n${web(", severity: medium")}`,
      ["medium", "HF003 medium", "HF010 medium"]
    ],
    ["not of a rule that found nothing", `rules: {HF001: critical}\n${web()}`, ["high", "HF003 high", "HF010 high"]]
  ] as const)("is %s", (_, text, expected) => {
    assert.deepStrictEqual(judged(text, offlineAndOld), [...expected])
  })

  it("is as bad as its worst drift, and no worse for what is only pending", () => {
    const text = `rules: {HF003: low, HF009: critical}\n${web()}`
    const neverAndOffline = found({ online: false, lastBackupTime: undefined, createdAt: ago(minute) })
    assert.deepStrictEqual(judged(text, neverAndOffline), ["low", "HF003 low", "HF009 critical"])
    const pending = found({ lastBackupTime: undefined, createdAt: ago(minute) })
    assert.deepStrictEqual(judged(text, pending), ["high", "HF009 critical"])
  })

  it("is what the rule says where Cloud Backup does not know it, or knows it no more", () => {
    for (const live of [{ _tag: "NotFound" } as const, found({ initStatus: "DELETED" })]) {
      assert.deepStrictEqual(judged(`rules: {HF016: critical}\n${web()}`, live), ["critical"])
      assert.deepStrictEqual(judged(`rules: {HF016: critical}\n${web(", severity: low")}`, live), ["low"])
    }
  })

  it("is of a member what its group says, then its rule, then the defaults", () => {
    const of = (group: string, rules: string) => {
      const manifest = declared(`defaults: {severity: low}\nrules: {${rules}}\ngroups: {g: {folders: b1g${group}}}`)
      const seen = folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1", { enabled: false })] })
      return rowsOf(manifest, selected(manifest, seen)).map(({ severity }) => severity)
    }
    assert.deepStrictEqual(of("", ""), ["low"])
    assert.deepStrictEqual(of("", "HF001: info"), ["info"])
    assert.deepStrictEqual(of(", severity: critical", "HF001: info"), ["critical"])
  })

  it("is of a declared member what it says, then its group, then its rule", () => {
    const of = (own: string, group: string) => {
      const manifest = declared(
        `rules: {HF001: info}\ngroups: {g: {folders: b1g${group}}}\nresources: {r: {instance: i1${own}}}`
      )
      const seen = folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1", { enabled: false })] })
      return rowsOf(manifest, selected(manifest, seen)).map(({ severity }) => severity)
    }
    assert.deepStrictEqual(of("", ""), ["info"])
    assert.deepStrictEqual(of("", ", severity: medium"), ["medium"])
    assert.deepStrictEqual(of(", severity: critical", ", severity: medium"), ["critical"])
  })
})

describe("severityOf", () => {
  const rules = new Map([["HF010", "info" as Severity]] as const)
  it.each([
    [{ severity: "low" }, "HF010", "low"],
    [{ severity: "low", isSeverityInherited: false }, "HF010", "low"],
    [{ severity: "low", isSeverityInherited: true }, "HF010", "info"],
    [{ severity: "low", isSeverityInherited: true }, "HF009", "low"]
  ] as const)("of %j and %s is %s", (desired, code, expected) => {
    assert.strictEqual(severityOf(desired, code, rules), expected)
  })
})

describe("worstOf", () => {
  it("is the worst, in whatever order", () => {
    assert.strictEqual(worstOf(["low", "critical", "high"]), "critical")
    assert.strictEqual(worstOf([...severities].toReversed()), "critical")
    assert.strictEqual(worstOf(["info"]), "info")
    assert.isUndefined(worstOf([]))
  })
})
