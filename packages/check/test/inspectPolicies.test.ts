import { assert, describe, it } from "@effect/vitest"
import { Policy, PolicyApplication, PolicySettings, Scheduling } from "@holdfast/core/Policy"
import type { PolicySet } from "@holdfast/manifest/Expectations"
import { compare } from "../src/compare.ts"
import { inspectPolicies } from "../src/inspectPolicies.ts"
import { type AppliedPolicy, notRead } from "../src/Live.ts"
import { ago, day, desired, hour, minute, now, resource } from "./fleet.ts"

const scheduled = (enabled: boolean) => new PolicySettings({ scheduling: new Scheduling({ enabled }) })

/** A policy that is applied and works, unless its parts say otherwise. */
const applied = (
  name: string,
  policy: Partial<ConstructorParameters<typeof Policy>[0]> = {},
  application: Partial<ConstructorParameters<typeof PolicyApplication>[0]> = {}
): AppliedPolicy => ({
  policy: new Policy({
    id: `cdg${name}`,
    name,
    enabled: true,
    settings: scheduled(true),
    folderId: "b1g",
    ...policy
  }),
  application: new PolicyApplication({
    policyId: `cdg${name}`,
    computeInstanceId: "i1",
    enabled: true,
    status: "OK",
    isProcessing: false,
    createdAt: ago(90 * day),
    ...application
  })
})

/** One of which only the policy itself is known, as where the service does not tell the folder. */
const bare = (name: string, policy: Parameters<typeof applied>[1] = {}): AppliedPolicy => ({
  policy: applied(name, policy).policy
})

const exactly = (...names: ReadonlyArray<string>): PolicySet => ({ names, isExact: true })
const atLeast = (...names: ReadonlyArray<string>): PolicySet => ({ names, isExact: false })

const binding = (name: string, since?: number) =>
  applied(
    name,
    {},
    { isProcessing: true, status: "RUNNING", ...(since === undefined ? {} : { createdAt: ago(since) }) }
  )

const { createdAt: _, ...undated } = applied("daily").application as PolicyApplication
const bindingSinceWhoKnows: AppliedPolicy = {
  policy: applied("daily").policy,
  application: new PolicyApplication({ ...undated, isProcessing: true })
}

type Case = readonly [
  fact: string,
  wanted: PolicySet,
  found: ReadonlyArray<AppliedPolicy>,
  findings: ReadonlyArray<string>
]

const cases: ReadonlyArray<Case> = [
  ["one that is applied by name", exactly("daily"), [applied("daily")], []],
  ["one that is applied by id", exactly("cdgdaily"), [applied("daily")], []],
  ["one that has no name", exactly("cdgdaily"), [applied("daily", { name: "" })], []],
  ["one by name and the same by id", exactly("daily", "cdgdaily"), [applied("daily")], []],
  ["two", exactly("daily", "weekly"), [applied("weekly"), applied("daily")], []],
  ["none", exactly("daily"), [], ["HF019 daily"]],
  ["another", exactly("daily"), [applied("weekly")], ["HF019 daily", "HF020 weekly"]],
  ["another beside it", exactly("daily"), [applied("weekly"), applied("daily")], ["HF020 weekly"]],
  ["another without a name", exactly("daily"), [applied("daily"), applied("x", { name: "" })], ["HF020 cdgx"]],
  ["another beside it, where at least it is wanted", atLeast("daily"), [applied("weekly"), applied("daily")], []],
  ["one of two", atLeast("daily", "weekly"), [applied("weekly")], ["HF019 daily"]],
  ["a name in other letters", atLeast("Daily"), [applied("daily")], ["HF019 Daily"]],
  ["being bound", atLeast("daily"), [binding("daily", 10 * minute)], ["HF019 daily (it is being bound), pending"]],
  ["being bound for an hour", atLeast("daily"), [binding("daily", hour)], ["HF019 daily (it is being bound), pending"]],
  ["being bound for longer", atLeast("daily"), [binding("daily", hour + 1)], ["HF019 daily (it is being bound)"]],
  [
    "being bound since nobody knows when",
    atLeast("daily"),
    [bindingSinceWhoKnows],
    ["HF019 daily (it is being bound), pending"]
  ],
  ["being bound since tomorrow", atLeast("daily"), [binding("daily", -day)], ["HF019 daily (it is being bound)"]],
  ["bound, and being bound again", atLeast("daily"), [applied("daily"), binding("daily", day)], []],
  ["another that is being bound", exactly("daily"), [applied("daily"), binding("weekly", day)], []],
  ["a disabled policy", atLeast("daily"), [applied("daily", { enabled: false })], ["HF021 daily"]],
  [
    "a disabled application",
    atLeast("daily"),
    [applied("daily", {}, { enabled: false })],
    ["HF021 daily (for this instance)"]
  ],
  [
    "an application of status DISABLED",
    atLeast("daily"),
    [applied("daily", {}, { status: "DISABLED" })],
    ["HF021 daily (for this instance)"]
  ],
  ["both disabled", atLeast("daily"), [applied("daily", { enabled: false }, { enabled: false })], ["HF021 daily"]],
  ["an application that runs", atLeast("daily"), [applied("daily", {}, { status: "RUNNING" })], []],
  ["an application of a status of the future", atLeast("daily"), [applied("daily", {}, { status: "NEWER" })], []],
  ["a disabled schedule", atLeast("daily"), [applied("daily", { settings: scheduled(false) })], ["HF022 daily"]],
  [
    "everything disabled",
    atLeast("daily"),
    [applied("daily", { enabled: false, settings: scheduled(false) })],
    ["HF021 daily", "HF022 daily"]
  ],
  ["a policy that tells no schedule", atLeast("daily"), [applied("daily", { settings: new PolicySettings({}) })], []],
  ["another that is disabled", atLeast("daily"), [applied("daily"), applied("weekly", { enabled: false })], []],
  [
    "one that works among two of the name",
    exactly("daily"),
    [applied("a", { name: "daily", enabled: false }), applied("b", { name: "daily" })],
    []
  ],
  ["only that it is applied", exactly("daily"), [bare("daily")], []],
  ["only that it is applied, and disabled", exactly("daily"), [bare("daily", { enabled: false })], ["HF021 daily"]]
]

describe("inspectPolicies", () => {
  it.each(cases as Array<Case>)("finds of %s what is wrong", (_, wanted, found, expected) => {
    const findings = inspectPolicies(wanted, found, now)
    assert.deepStrictEqual(
      findings.map(
        ({ code, isPending, reason }) =>
          `${code} ${reason.slice(reason.indexOf(": ") + 2, -1)}${isPending === true ? ", pending" : ""}`
      ),
      [...expected]
    )
    for (const { desired, field } of findings) assert.deepStrictEqual([field, desired], ["policies", [...wanted.names]])
  })

  it("tells what is applied, each once and in order, without what is being bound", () => {
    const found = [applied("weekly"), applied("daily"), applied("z", { name: "daily" }), binding("new", minute)]
    assert.deepStrictEqual(inspectPolicies(exactly("none"), found, now)[0]?.actual, ["daily", "weekly"])
  })

  it("finds the same in whatever order policies are listed", () => {
    const found = [
      applied("b", { name: "daily", enabled: false }),
      applied("a", { name: "daily", settings: scheduled(false) }),
      applied("y"),
      applied("x")
    ]
    const findings = inspectPolicies(exactly("daily"), found, now)
    assert.deepStrictEqual(
      findings.map(({ code }) => code),
      ["HF022", "HF020", "HF020"]
    )
    assert.deepStrictEqual(inspectPolicies(exactly("daily"), found.toReversed(), now), findings)
  })
})

describe("compare, of policies", () => {
  const judge = (
    policies: ReadonlyArray<AppliedPolicy> | typeof unread | undefined,
    fields: Parameters<typeof resource>[0] = {}
  ) => {
    const found = { _tag: "Found" as const, resource: resource(fields) }
    const live = policies === undefined ? found : { ...found, policies }
    const { changes, error, state } = compare(desired({ enabled: true, policies: atLeast("daily") }), live, now)
    return [state, ...changes.map(({ reason_code }) => reason_code), ...(error === null ? [] : [error.tag])].join(" ")
  }
  const unread = notRead("PermissionDenied", "no role", "Grant it.")

  it.each([
    ["in sync", [applied("daily")], {}, "in_sync"],
    ["drift", [], {}, "drifted HF019"],
    ["pending", [binding("daily", minute)], {}, "pending HF019"],
    ["drift beside what is pending", [binding("daily", minute)], { enabled: false }, "drifted HF001 HF019"],
    ["not compared where they were not read", unread, {}, "not_compared PermissionDenied"],
    ["not compared where they were not asked for", undefined, {}, "not_compared NotRead"],
    ["drift where they were not read, and that is known", unread, { enabled: false }, "drifted HF001"],
    [
      "not compared rather than pending",
      unread,
      { initStatus: "REGISTERING", createdAt: ago(minute), enabled: false },
      "not_compared PermissionDenied"
    ]
  ] as const)("is %s", (_, policies, fields, expected) => {
    assert.strictEqual(judge(policies, fields), expected)
  })

  it("needs none where they are not declared", () => {
    const live = { _tag: "Found" as const, resource: resource(), policies: unread }
    assert.strictEqual(compare(desired({ enabled: true }), live, now).state, "in_sync")
  })

  it("has nothing to say of a machine that must not be backed up", () => {
    const live = { _tag: "Found" as const, resource: resource({ enabled: false }), policies: [applied("daily")] }
    assert.strictEqual(compare(desired({ enabled: false }), live, now).state, "in_sync")
  })

  it("says of drift that not all of it was compared", () => {
    const of = (policies: ReadonlyArray<AppliedPolicy> | typeof unread) => {
      const live = { _tag: "Found" as const, resource: resource({ enabled: false }), policies }
      return compare(desired({ enabled: true, policies: atLeast("daily") }), live, now)
    }
    assert.deepInclude(of(unread), { state: "drifted", doubt: unread.error })
    assert.notProperty(of([applied("daily")]), "doubt")
  })
})
