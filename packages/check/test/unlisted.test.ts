import { assert, describe, it } from "@effect/vitest"
import { resourceTypes } from "@holdfast/core/Resource"
import { at } from "./fleet.ts"
import { backedUp, declared, folder, instance, selected, strays } from "./scope.ts"

const group = "groups: {web: {folders: b1g, labels: {env: prod}}}"

/** A folder with a member, an instance that nobody listed, and a resource without an instance. */
const seen = folder("b1g", {
  instances: [instance("i1"), instance("i2", { name: "pet", labels: {} })],
  resources: [backedUp("i1"), backedUp("i2"), backedUp("i3", { lastBackupTime: at("2026-01-02T03:04:05Z") })]
})

const both = (mode: string) => [`instance i2 in b1g: ${mode}`, `orphan i3 in b1g: ${mode}`]

describe("what nobody listed", () => {
  it.each([
    ["is reported in the folder of a group", group, both("report")],
    ["is reported where that is asked for", `folders: {b1g: {unlisted: report}}\n${group}`, both("report")],
    ["fails where that is asked for", `folders: {b1g: {unlisted: fail}}\n${group}`, both("fail")],
    ["is not looked at where it is ignored", `folders: {b1g: {unlisted: ignore}}\n${group}`, []],
    [
      "is reported of a folder that is only named",
      "folders: {b1g: {}}\nresources: {a: {instance: i1}}",
      both("report")
    ],
    [
      "is not looked at in a folder that is only ignored",
      "folders: {b1g: {unlisted: ignore}}\nresources: {a: {instance: i1}}",
      []
    ],
    [
      "is not what is declared, whatever is declared of it",
      `${group}\nresources: {a: {instance: i2, enabled: false}, b: {instance: i3}}`,
      []
    ],
    [
      "is not what another group claims",
      `groups: {web: {folders: b1g, labels: {env: prod}}, pets: {folders: b1g, match: {name: p?t}}}`,
      ["orphan i3 in b1g: report"]
    ]
  ] as const)("%s", (_, text, expected) => {
    assert.deepStrictEqual(strays(selected(declared(text), seen).unlisted), expected)
  })

  it("says what Cloud Backup knows of it", () => {
    const folders = folder("b1g", {
      instances: [instance("i1"), instance("i2"), instance("i3")],
      resources: [backedUp("i2"), backedUp("i3", { enabled: false })]
    })
    const { unlisted } = selected(declared("folders: {b1g: {unlisted: fail}}"), folders)
    assert.deepStrictEqual(
      unlisted.map(({ instance_id, name, reason, reason_code }) => [instance_id, name, reason_code, reason]),
      [
        ["i1", "vm-i1", "HF023", "No rule of the manifest covers the instance, and Cloud Backup does not know it."],
        ["i2", "vm-i2", "HF023", "No rule of the manifest covers the instance."],
        ["i3", "vm-i3", "HF023", "No rule of the manifest covers the instance, and its backup is not enabled."]
      ]
    )
  })

  it("says of an orphan when it was last backed up", () => {
    const never = folder("b1g", {
      resources: [
        backedUp("i1", { lastBackupTime: at("2026-01-02T03:04:05Z") }),
        backedUp("i2", { lastBackupTime: undefined })
      ]
    })
    assert.deepStrictEqual(
      selected(declared("folders: {b1g: {}}"), never).unlisted.map(({ name, reason }) => [name, reason]),
      [
        ["", "The instance of a backup resource is gone; its last backup is of 2026-01-02T03:04:05Z."],
        ["", "The instance of a backup resource is gone; it was never backed up."]
      ]
    )
  })

  it("is sorted by folder, kind and name, whatever the lists' order", () => {
    const of = (name: string, ...ids: ReadonlyArray<string>) =>
      folder(name, {
        instances: ids.map((id) => instance(id, { name: `vm-${9 - Number(id.at(-1))}` })),
        resources: ids.map((id) => backedUp(`x${id}`))
      })
    const manifest = declared("folders: {b1b: {}, b1a: {}}")
    const forwards = selected(manifest, of("b1a", "i1", "i2"), of("b1b", "i3", "i4")).unlisted
    assert.deepStrictEqual(
      forwards.map(({ instance_id }) => instance_id),
      ["i2", "i1", "xi1", "xi2", "i4", "i3", "xi3", "xi4"]
    )
    assert.deepStrictEqual(selected(manifest, of("b1b", "i4", "i3"), of("b1a", "i2", "i1")).unlisted, forwards)
  })
})

describe("an orphan", () => {
  const manifest = declared("folders: {b1g: {unlisted: fail}}")
  it.each([...resourceTypes, "NEWER"])("is a resource of an instance that is gone: type %s", (type) => {
    const { unlisted } = selected(manifest, folder("b1g", { resources: [backedUp("i1", { type })] }))
    assert.deepStrictEqual(strays(unlisted), type === "COMPUTE" ? ["orphan i1 in b1g: fail"] : [])
  })

  it("is none once it is deleted from Cloud Backup", () => {
    const { unlisted } = selected(manifest, folder("b1g", { resources: [backedUp("i1", { initStatus: "DELETED" })] }))
    assert.deepStrictEqual(unlisted, [])
  })
})

describe("how bad it is that nobody listed it", () => {
  const severityOf = (folders: string, rules = "") =>
    selected(declared(`folders: {b1g: {${folders}}}\n${rules}`), seen).unlisted.map(({ severity }) => severity)

  it.each([
    ["high by default", "unlisted: fail", "", "high"],
    ["what its folder says", "unlisted: fail, severity: low", "", "low"],
    ["what its rule says where the folder says nothing", "unlisted: fail", "rules: {HF023: info, HF024: info}", "info"],
    ["what its folder says rather than its rule", "severity: low", "rules: {HF023: info, HF024: info}", "low"],
    ["also where that is the default", "severity: high", "rules: {HF023: info, HF024: info}", "high"]
  ] as const)("is %s", (_, folders, rules, expected) => {
    // The instance without a rule, the member of no group, and the orphan.
    assert.deepStrictEqual(severityOf(folders, rules), [expected, expected, expected])
  })

  it("is each rule's own", () => {
    assert.deepStrictEqual(severityOf("", "rules: {HF024: low}"), ["high", "high", "low"])
  })

  it("is what a rule says in the folder of a group, too", () => {
    const manifest = declared(`${group}\nrules: {HF023: medium}`)
    assert.deepStrictEqual(
      selected(manifest, seen).unlisted.map(({ kind, severity }) => [kind, severity]),
      [
        ["instance", "medium"],
        ["orphan", "high"]
      ]
    )
  })
})
