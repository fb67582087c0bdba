import { assert, describe, it } from "@effect/vitest"
import type { Declared, DesiredResource } from "@holdfast/manifest/DesiredResource"
import type { Group } from "@holdfast/manifest/Group"
import { Result } from "effect"
import { memberOf, overlaid } from "../src/mergeGroups.ts"
import { declared, together } from "./scope.ts"

/** What is said of an instance in the end; of groups that disagree, about what and which. */
type Outcome =
  | Partial<Pick<DesiredResource, "expectations" | "severity" | "owner" | "tags" | "isSeverityInherited">>
  | string

const outcomeOf = (merged: ReturnType<typeof memberOf> | ReturnType<typeof overlaid>, expected: Outcome): Outcome =>
  Result.match(merged, {
    onFailure: ({ field, groups }) => `${groups.map(({ name }) => name).join(" and ")} about ${field}`,
    onSuccess: (found) =>
      Object.fromEntries(Object.entries(found).filter(([name]) => typeof expected === "string" || name in expected))
  })

const byName = (groups: ReadonlyArray<Group>) => groups.toSorted((a, b) => (a.name < b.name ? -1 : 1))

/** Groups of these bodies, named a, b, … */
const groupsOf = (...bodies: ReadonlyArray<string>): string =>
  ["groups:", ...bodies.map((body, index) => `  ${"abc"[index]}: {folders: b1g, ${body}}`)].join("\n")

describe("a member", () => {
  const check = (text: string, expected: Outcome) =>
    assert.deepStrictEqual(outcomeOf(memberOf(byName(declared(text).groups)), expected), expected)

  it.each([
    [
      "takes what its group says over the defaults",
      "defaults: {online: true, maxBackupAge: 1d}",
      ["expect: {online: false}"],
      { expectations: { online: false, maxBackupAge: 86_400_000 } }
    ],
    [
      "takes the defaults where its group expects nothing",
      "defaults: {online: true}",
      ["owner: me"],
      { expectations: { online: true } }
    ],
    ["must have backup enabled where nothing at all is said", "", ["owner: me"], { expectations: { enabled: true } }],
    [
      "takes no defaults that must not be backed up",
      "defaults: {protected: true, online: true}",
      ["expect: {enabled: false}"],
      { expectations: { enabled: false } }
    ],
    [
      "takes none either where it says more",
      "defaults: {protected: true}",
      ["expect: {enabled: false, online: false}"],
      { expectations: { enabled: false, online: false } }
    ],
    [
      "takes owner, severity and tags in the same way",
      "defaults: {owner: ops, severity: low, tags: {a: x, b: x}}",
      ["severity: critical, tags: {b: y}"],
      { owner: "ops", severity: "critical", tags: { a: "x", b: "y" } }
    ],
    [
      "is of the severity that groups say, and of no rule's",
      "defaults: {severity: low}",
      ["severity: low"],
      { severity: "low", isSeverityInherited: undefined }
    ],
    [
      "of several groups takes what each says",
      "",
      ["expect: {online: true}, owner: me", "expect: {active: true}, severity: low, tags: {a: x}"],
      { expectations: { online: true, active: true }, owner: "me", tags: { a: "x" }, severity: "low" }
    ]
  ] as ReadonlyArray<readonly [string, string, ReadonlyArray<string>, Exclude<Outcome, string>]>)(
    "%s",
    (_, defaults, bodies, expected) => {
      const said = Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined))
      check(`${defaults}\n${groupsOf(...bodies)}`, said)
    }
  )

  it("must be enabled for a group that expects nothing, too", () => {
    check(groupsOf("expect: {online: true}", "owner: me"), { expectations: { online: true, enabled: true } })
    check(groupsOf("expect: {enabled: false}", "owner: me"), "a and b about enabled")
  })

  it("is of an inherited severity where no group says one", () => {
    const of = (text: string) => Result.getOrThrow(memberOf(declared(text).groups)).isSeverityInherited
    assert.isTrue(of(`defaults: {severity: low}\n${groupsOf("owner: me", "owner: me")}`))
    assert.isUndefined(of(groupsOf("owner: me", "severity: high")))
  })

  it.each([
    ["the same list in another order", "expect: {status: [IDLE, OTHER]}", "expect: {status: [OTHER, IDLE]}"],
    ["the same policies in another order", "expect: {policies: [x, y]}", "expect: {policies: [y, x]}"],
    ["the same duration in other words", "expect: {maxBackupAge: 24h}", "expect: {maxBackupAge: 1d}"],
    ["the same tags", "tags: {a: x, b: y}", "tags: {b: y, c: z}"],
    ["different fields", "expect: {online: true}, severity: low", "expect: {enabled: true}, owner: me"]
  ] as const)("may be said twice: %s", (_, a, b) => {
    assert.isTrue(Result.isSuccess(memberOf(declared(groupsOf(a, b)).groups)))
  })

  it.each([
    ["a flag", "expect: {online: true}", "expect: {online: false}", "a and b about online"],
    ["a limit", "expect: {maxBackupAge: 1d}", "expect: {maxBackupAge: 2d}", "a and b about maxBackupAge"],
    ["a list", "expect: {status: IDLE}", "expect: {status: [IDLE, OTHER]}", "a and b about status"],
    ["policies", "expect: {policies: [x]}", "expect: {policies: [y]}", "a and b about policies"],
    [
      "how exact policies are",
      "expect: {policies: [x]}",
      "expect: {policies: {atLeast: [x]}}",
      "a and b about policies"
    ],
    ["who is told", "owner: me", "owner: you", "a and b about owner"],
    ["how bad it is", "severity: low", "severity: high", "a and b about severity"],
    ["a tag", "tags: {tier: gold}", "tags: {tier: iron}", "a and b about tags.tier"],
    ["whether it is backed up", "expect: {enabled: false}", "expect: {enabled: true}", "a and b about enabled"],
    ["whether it is protected", "expect: {enabled: false}", "expect: {protected: true}", "a and b about enabled"],
    ["the same the other way round", "expect: {maxBackupAge: 1d}", "expect: {enabled: false}", "b and a about enabled"]
  ] as const)("is a mistake of two groups that disagree about %s", (_, a, b, expected) => {
    check(groupsOf(a, b), expected)
  })

  it("names the two that disagree of three", () => {
    check(groupsOf("owner: me", "severity: low", "severity: high"), "b and c about severity")
  })

  it("takes the defaults of a group's file for its words: two files may disagree", () => {
    const files = (first: string, second: string) =>
      together(
        declared(`defaults: {${first}}\ngroups: {a: {folders: b1g}}`, "one.yaml"),
        declared(`defaults: {${second}}\ngroups: {b: {folders: b1g}}`, "two.yaml")
      ).groups
    assert.strictEqual(outcomeOf(memberOf(files("owner: me", "owner: you")), ""), "a and b about owner")
    const agreeing = memberOf(files("owner: me, online: true", "owner: me, active: true"))
    assert.deepStrictEqual(outcomeOf(agreeing, { expectations: {} }), { expectations: { online: true, active: true } })
  })

  it("takes them so, too, where another group of the same file says otherwise", () => {
    check(
      `defaults: {maxBackupAge: 1d}\n${groupsOf("expect: {maxBackupAge: 2h}", "owner: me")}`,
      "a and b about maxBackupAge"
    )
  })
})

describe("a declared resource", () => {
  const check = (resource: string, groups: ReadonlyArray<string>, expected: Outcome, defaults = "") => {
    const manifest = declared(
      `${defaults === "" ? "" : `defaults: {${defaults}}\n`}${groupsOf(...groups)}\nresources: {r: {instance: i1${resource === "" ? "" : `, ${resource}`}}}`
    )
    const [own] = manifest.resources
    if (own === undefined) throw new Error("no resource")
    assert.deepStrictEqual(outcomeOf(overlaid(own, byName(manifest.groups)), expected), expected)
  }

  it.each([
    [
      "wins over its group, and that over the defaults",
      "online: false",
      ["expect: {online: true, active: false}"],
      "online: true, active: true, registered: true",
      { expectations: { online: false, active: false, registered: true } }
    ],
    [
      "that says nothing takes what its group says",
      "",
      ["expect: {protected: true}"],
      "",
      { expectations: { protected: true } }
    ],
    ["that nobody says anything of must be enabled", "", ["owner: me"], "", { expectations: { enabled: true } }],
    [
      "that must not be backed up takes nothing of group and defaults",
      "enabled: false",
      ["expect: {protected: true}"],
      "maxBackupAge: 1d",
      { expectations: { enabled: false } }
    ],
    [
      "of a group that must not be backed up takes no defaults",
      "",
      ["expect: {enabled: false}"],
      "protected: true",
      { expectations: { enabled: false } }
    ],
    [
      "that says how it is backed up is not denied by its group",
      "maxBackupAge: 2h",
      ["expect: {enabled: false, online: true}"],
      "",
      { expectations: { maxBackupAge: 7_200_000, online: true } }
    ],
    [
      "nor one that says that it is enabled",
      "enabled: true",
      ["expect: {enabled: false}"],
      "online: true",
      { expectations: { enabled: true, online: true } }
    ],
    [
      "takes owner, severity and tags in the same way",
      "severity: critical, tags: {c: z}",
      ["severity: medium, owner: team, tags: {b: y, c: y}"],
      "severity: low, owner: ops, tags: {a: x, b: x}",
      { severity: "critical", owner: "team", tags: { a: "x", b: "y", c: "z" } }
    ],
    ["takes its group's severity over the defaults", "", ["severity: medium"], "severity: low", { severity: "medium" }],
    [
      "of several groups takes what each says",
      "",
      ["expect: {online: true}", "expect: {active: true}"],
      "",
      { expectations: { online: true, active: true } }
    ]
  ] as ReadonlyArray<readonly [string, string, ReadonlyArray<string>, string, Outcome]>)(
    "%s",
    (_, resource, groups, defaults, expected) => {
      check(resource, groups, expected, defaults)
    }
  )

  it("settles what its groups disagree about by saying so itself", () => {
    const groups = ["expect: {maxBackupAge: 1d}, owner: me", "expect: {maxBackupAge: 2d}, owner: me"]
    check("online: true", groups, "a and b about maxBackupAge")
    check("maxBackupAge: 3d", groups, { expectations: { maxBackupAge: 259_200_000 }, owner: "me" })
    check("enabled: true", ["expect: {enabled: false}", "expect: {protected: true}"], {
      expectations: { enabled: true, protected: true }
    })
    check("owner: x, severity: low", ["owner: me, severity: high", "owner: you, severity: low"], {
      owner: "x",
      severity: "low"
    })
  })

  it("that must not be backed up need not care whether its groups agree how it would be", () => {
    check("enabled: false", ["expect: {maxBackupAge: 1d}", "expect: {maxBackupAge: 2d}"], {
      expectations: { enabled: false }
    })
  })

  it("takes the defaults of its own file, and none of its groups'", () => {
    const manifest = together(
      declared("defaults: {owner: me}\nresources: {r: {instance: i1}}", "one.yaml"),
      declared("defaults: {owner: you, online: true}\ngroups: {a: {folders: b1g}}", "two.yaml")
    )
    const [own] = manifest.resources as readonly [DesiredResource]
    const merged = overlaid(own, manifest.groups)
    const expected = { owner: "me", expectations: { enabled: true } }
    assert.deepStrictEqual(outcomeOf(merged, expected), expected)
  })

  it("has a severity of its own where it or its group says one, and an inherited one otherwise", () => {
    const of = (own: Declared, group: Declared) => {
      const [resource] = declared("resources: {r: {instance: i1}}").resources as readonly [DesiredResource]
      const [one] = declared(groupsOf("owner: me")).groups as readonly [Group]
      const merged = overlaid({ ...resource, own, defaults: { expectations: {}, severity: "low" } }, [
        { ...one, own: group }
      ])
      const { isSeverityInherited, severity } = Result.getOrThrow(merged)
      return [severity, isSeverityInherited]
    }
    const silent: Declared = { expectations: {} }
    assert.deepStrictEqual(of(silent, silent), ["low", true])
    assert.deepStrictEqual(of({ ...silent, severity: "info" }, silent), ["info", undefined])
    assert.deepStrictEqual(of(silent, { ...silent, severity: "info" }), ["info", undefined])
  })

  it("remembers who claims it", () => {
    const manifest = declared(`${groupsOf("owner: me", "owner: me")}\nresources: {r: {instance: i1}}`)
    const [own] = manifest.resources as readonly [DesiredResource]
    assert.deepStrictEqual(Result.getOrThrow(overlaid(own, manifest.groups)).groups, ["a", "b"])
    assert.deepStrictEqual(Result.getOrThrow(overlaid(own, [])).groups, [])
  })
})
