import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect, Schema } from "effect"
import { directory, drift, healthy, withEmulator } from "./drift.ts"
import { elsewhere, folderOf, policy, web } from "./groupFleet.ts"

type Encoded = typeof Seed.Seed.Encoded
type Faults = NonNullable<Encoded["faults"]>

const decode = (text: string) => Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))

const withPolicies = "groups: {web: {folders: b1g, labels: {env: prod}, expect: {policies: [daily]}}}"
const database = (enabled: boolean) => healthy("epddb", { folderId: "b1h", enabled })
const daily = [policy("cdgdaily", ["epd1", "epd2", "epd3"])]

interface Case {
  readonly fact: string
  readonly manifest: string
  readonly seed?: Partial<Encoded>
  readonly faults?: Faults
  readonly args?: ReadonlyArray<string>
  readonly code: number
  readonly says: ReadonlyArray<string>
  readonly never?: ReadonlyArray<string>
}

const forbidden = (on: "instances" | "list" | "policies" | "applications"): Faults => [{ fault: "forbidden", on }]
const isDb = { resources: [...folderOf(3).resources, database(true)] }
const isDrifted = { resources: [...folderOf(3).resources, database(false)] }

/** What is denied is not compared: 3, and 2 where something else is drift. */
const deniedCases: ReadonlyArray<Case> = (
  [
    ["the instances of a folder", "instances", web, "? not compared: web/* (b1g)", "compute.viewer"],
    [
      "the resources of a folder",
      "list",
      web,
      "? not compared: b1g",
      "web/vm-1 (epd1), web/vm-2 (epd2), web/vm-3 (epd3)"
    ],
    [
      "the policies of a folder",
      "policies",
      withPolicies,
      "? not compared: web/vm-1 (epd1), web/vm-2 (epd2)",
      "backup.viewer"
    ],
    [
      "who a policy is applied to",
      "applications",
      withPolicies,
      "? not compared: web/vm-1 (epd1), web/vm-2 (epd2)",
      "backup.viewer"
    ]
  ] as const
).flatMap(([what, on, manifest, ...says]) => [
  {
    fact: `${what} that may not be read are not compared: 3`,
    manifest: `${manifest}\n${elsewhere}`,
    seed: { ...isDb, policies: daily },
    faults: forbidden(on),
    code: 3,
    says: [...says, "PermissionDenied", "⚠ Could not tell: no drift seen"],
    never: ["In sync"]
  },
  {
    fact: `${what} that may not be read do not hide other drift: 2`,
    manifest: `${manifest}\n${elsewhere}`,
    seed: { ...isDrifted, policies: daily },
    faults: forbidden(on),
    code: 2,
    says: [...says, "~ db", "Drift: 1 drifted"],
    never: ["In sync"]
  },
  {
    fact: `${what} that may not be read, and nothing else, are nothing compared: 1`,
    manifest,
    seed: { policies: daily },
    faults: forbidden(on),
    code: 1,
    says: [...says, "nothing could be compared"],
    never: ["In sync"]
  }
])

const stray = folderOf(3, (index) => (index === 3 ? { labels: { env: "test" } } : {}))
const noLabel = "groups: {web: {folders: b1g, labels: {env: stage}}}"

const cases: ReadonlyArray<Case> = [
  ...deniedCases,
  {
    fact: "a group whose members are as declared is 0",
    manifest: web,
    code: 0,
    says: ["✓ In sync: all 3 are as declared"]
  },
  {
    fact: "a group that matches nothing is 1",
    manifest: noLabel,
    code: 1,
    says: ['✗ The group "web" has no member', "--allow-empty", "Error: nothing was checked"],
    never: ["In sync"]
  },
  {
    fact: "a group that matches nothing beside one that is in sync is 1",
    manifest: "groups: {web: {folders: b1g, labels: {env: stage}}, all: {folders: b1g}}",
    code: 1,
    says: ['✗ The group "web" has no member', "Error: 0 drifted"],
    never: ["In sync"]
  },
  {
    fact: "a group that matches nothing is 0 with --allow-empty",
    manifest: noLabel,
    args: ["--allow-empty"],
    code: 0,
    says: ["Nothing to check", "3 unlisted"]
  },
  {
    fact: "--allow-empty does not make up for a folder that was not read",
    manifest: noLabel,
    args: ["--allow-empty"],
    faults: forbidden("instances"),
    code: 1,
    says: ["nothing could be compared"]
  },
  {
    fact: "what nobody listed is reported: 0",
    manifest: web,
    seed: stray,
    code: 0,
    says: ["· vm-3  epd3  unlisted  b1g", "(HF023)", "✓ In sync: all 2 are as declared; 1 unlisted"]
  },
  {
    fact: "what nobody listed fails where it must: 2",
    manifest: `folders: {b1g: {unlisted: fail}}\n${web}`,
    seed: stray,
    code: 2,
    says: ["+ vm-3  epd3  unlisted (high)  b1g", "Drift: 0 drifted, 0 missing, 0 not compared of 2; 1 unlisted"]
  },
  {
    fact: "what nobody listed is ignored: 0",
    manifest: `folders: {b1g: {unlisted: ignore}}\n${web}`,
    seed: stray,
    code: 0,
    says: ["✓ In sync: all 2 are as declared\n"],
    never: ["vm-3"]
  },
  {
    fact: "an orphan fails where it must: 2",
    manifest: `folders: {b1g: {unlisted: fail, severity: low}}\n${web}`,
    seed: { instances: folderOf(2).instances },
    code: 2,
    says: ["+ (no instance)  epd3  unlisted (low)  b1g", "(HF024)"]
  },
  {
    fact: "--fail-on lets what is less bad pass",
    manifest: `folders: {b1g: {unlisted: fail, severity: low}}\n${web}`,
    seed: stray,
    args: ["--fail-on", "medium"],
    code: 0,
    says: ["+ vm-3  epd3  unlisted (low)"]
  },
  {
    fact: "--fail-on fails what is as bad",
    manifest: `folders: {b1g: {unlisted: fail, severity: low}}\n${web}`,
    seed: stray,
    args: ["--fail-on", "low"],
    code: 2,
    says: ["Drift:"]
  },
  {
    fact: "--fail-on shows drift that it lets pass",
    manifest: `${web}\nresources: {db: {instance: epddb, severity: low}}`,
    seed: isDrifted,
    args: ["--fail-on", "high"],
    code: 0,
    says: ["~ db", "⚠ Drift, none of it as bad as high: 1 drifted"],
    never: ["In sync"]
  },
  {
    fact: "--fail-on lets nothing pass that was not read",
    manifest: `${web}\nresources: {db: {instance: epddb, severity: low}}`,
    seed: isDrifted,
    faults: forbidden("instances"),
    args: ["--fail-on", "high"],
    code: 3,
    says: ["⚠ Could not tell: no drift as bad as high seen"]
  },
  {
    fact: "--fail-on of the environment is refused where it is no severity",
    manifest: web,
    args: ["--fail-on", "worst"],
    code: 1,
    says: ["--fail-on", "critical"]
  },
  {
    fact: "drift that is waived is shown: 0",
    manifest: `${elsewhere}\nwaivers: [{resource: db, fields: enabled, until: 2999-12-31, reason: it moves, approvedBy: cto, ticket: T-1}]`,
    seed: isDrifted,
    code: 0,
    says: [
      "○ waived: enabled of the resource db, until 2999-12-31: it moves (T-1), approved by cto\n    db",
      "✓ In sync: 0 of 1 are as declared, 1 waived"
    ]
  },
  {
    fact: "drift that is waived in part is drift: 2",
    manifest: `resources: {db: {instance: epddb, enabled: true, online: false}}\nwaivers: [{resource: db, fields: online, until: 2999-12-31, reason: it moves}]`,
    seed: isDrifted,
    code: 2,
    says: ["false -> true", "true -> false  waived", "○ waived: online of the resource db"]
  },
  {
    fact: "a waiver that has expired accepts nothing: 2, and it is said",
    manifest: `${elsewhere}\nwaivers: [{resource: db, until: 2020-01-01, reason: it moves}]`,
    seed: isDrifted,
    code: 2,
    says: ["~ db", 'The waiver of the resource "db" has expired (2020-01-01)', "is drift again"],
    never: ["waived:"]
  },
  {
    fact: "a waiver that accepts nothing is said, and fails nothing: 0",
    manifest: `${elsewhere}\nwaivers: [{resource: db, until: 2999-12-31, reason: it moves}]`,
    seed: isDb,
    code: 0,
    says: ['The waiver of the resource "db" waives nothing']
  },
  {
    fact: "what nobody listed may be waived: 0",
    manifest: `folders: {b1g: {unlisted: fail}}\n${web}\nwaivers: [{instance: epd3, until: 2999-12-31, reason: a test}]`,
    seed: stray,
    code: 0,
    says: ["○ waived: the instance epd3, until 2999-12-31: a test\n    epd3"],
    never: ["+ vm-3"]
  },
  {
    fact: "what could not be read is never waived: 3",
    manifest: `${web}\n${elsewhere}\nwaivers: [{group: web, until: 2999-12-31, reason: all of it}]`,
    seed: isDb,
    faults: forbidden("list"),
    code: 3,
    says: ["Could not tell"],
    never: ["waives nothing"]
  },
  {
    fact: "two groups that disagree about a machine compare nothing of it: 3",
    manifest:
      "groups:\n  a: {folders: b1g, expect: {maxBackupAge: 1d}}\n  b: {folders: b1g, labels: {env: test}, expect: {maxBackupAge: 2d}}",
    seed: stray,
    code: 3,
    says: [
      "GroupsDisagree",
      'the groups "a" (backup.yaml:3) and "b" (backup.yaml:4) disagree about its `maxBackupAge`',
      "⚠ 2 of 3 compared"
    ]
  }
]

const run = ({ args = [], faults = [], manifest, seed = {} }: Case, more: ReadonlyArray<string> = []) =>
  withEmulator({ ...folderOf(3), ...seed, faults }, (env) =>
    drift(["check", "--retry-policy", "none", ...args, ...more], {
      cwd: directory({ "backup.yaml": `version: 1\n${manifest}\n` }),
      env
    })
  )

describe("drift check of groups", () => {
  it.live.each(cases)("$fact", (given) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* run(given)
      const said = stdout + stderr
      assert.strictEqual(code, given.code, said)
      for (const text of given.says) assert.include(said, text)
      for (const text of given.never ?? []) assert.notInclude(said, text)
    })
  )

  it.live.each(deniedCases)("says the same in JSON: $fact", (given) =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(given, ["--format", "json"])
      const report = decode(stdout)
      assert.deepStrictEqual([code, report.exit_code, report.complete], [given.code, given.code, false])
      assert.isAbove(report.summary.not_compared, 0)
      assert.strictEqual(
        report.reads.reduce((sum, { requests }) => sum + requests, 0),
        report.requests.sent
      )
    })
  )
})
