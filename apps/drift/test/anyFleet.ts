/** Any fleet in two folders with its policies, and any manifest that asks about it. */
import { assert } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Arbitrary, Schema } from "effect"
import { healthy } from "./drift.ts"

type Encoded = typeof Seed.Seed.Encoded

const folderNames = ["b1a", "b1b"] as const

/** What Cloud Backup has of a machine. */
const backups = {
  none: [],
  healthy: [{}],
  disabled: [{ enabled: false }],
  old: [{ lastBackupTime: "-31h" }],
  deleted: [{ initStatus: "DELETED" }],
  registering: [{ initStatus: "REGISTERING", createdAt: "-5m", enabled: false, lastBackupTime: "-1m" }],
  leftover: [{ isActive: false, enabled: false }, {}]
} as const satisfies Readonly<Record<string, ReadonlyArray<Partial<typeof Seed.SeedResource.Encoded>>>>
const backupNames = Object.keys(backups) as ReadonlyArray<keyof typeof backups>

const AnyMachine = Schema.Struct({
  compute: Schema.Literals([...folderNames, ...folderNames, "nowhere"]),
  backup: Schema.Literals([...backupNames, "healthy", "healthy", "healthy"]),
  status: Schema.Literals(["RUNNING", "RUNNING", "RUNNING", "DELETING"]),
  name: Schema.Literals(["own", "own", "twin", ""]),
  env: Schema.Literals(["prod", "prod", "test"]),
  isNew: Schema.Boolean,
  type: Schema.Literals(["COMPUTE", "COMPUTE", "BMS"]),
  policies: Schema.Array(
    Schema.Struct({
      policy: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
      how: Schema.Literals(["OK", "OK", "OK", "DISABLED", "bound"])
    })
  ).check(Schema.isMaxLength(3))
})

const AnyPolicy = Schema.Struct({
  folder: Schema.Literals(folderNames),
  name: Schema.Literals(["daily", "daily", "weekly", ""]),
  enabled: Schema.Literals([true, true, false]),
  schedule: Schema.UndefinedOr(Schema.Literals([true, false]))
})

const expectation = Schema.Literals([
  "",
  "protected: true",
  "online: true",
  "enabled: false",
  "maxBackupAge: 1d",
  "policies: [daily]",
  "policies: {atLeast: [daily]}",
  "policies: [daily, cdg3]"
])

const AnyFleet = Schema.Struct({
  machines: Schema.Array(AnyMachine).check(Schema.isMinLength(3), Schema.isMaxLength(10)),
  policies: Schema.Array(AnyPolicy).check(Schema.isMinLength(1), Schema.isMaxLength(4)),
  declared: Schema.Array(Schema.UndefinedOr(expectation)).check(Schema.isMinLength(3), Schema.isMaxLength(11)),
  groups: Schema.Array(
    Schema.Struct({
      folders: Schema.Literals(["b1a", "b1b", "[b1a, b1b]"]),
      labels: Schema.Literals(["{}", "{env: prod}", "{env: test}"]),
      expect: expectation,
      severity: Schema.Literals(["", "severity: critical"])
    })
  ).check(Schema.isMaxLength(3)),
  modes: Schema.Array(Schema.UndefinedOr(Schema.Literals(["ignore", "report", "fail"]))).check(
    Schema.isMinLength(2),
    Schema.isMaxLength(2)
  ),
  waivers: Schema.Array(
    Schema.Literals([
      "{instance: i0",
      "{instance: i1, fields: [online, missing]",
      "{instance: i2",
      "{instance: i3, fields: policies"
    ])
  ).check(Schema.isMaxLength(3)),
  defaults: Schema.Literals(["", "defaults: {protected: true}", "defaults: {severity: low, tags: {a: x}}"]),
  denied: Schema.UndefinedOr(Schema.Literals(["list", "instances", "policies", "applications"])),
  isDenied: Schema.Boolean
})
type AnyFleet = typeof AnyFleet.Type

/** What is declared, and what an emulator knows. */
export interface Fleet {
  readonly manifest: Manifest
  readonly seed: Required<Pick<Encoded, "resources" | "instances" | "policies" | "faults">>
}

const textOf = ({ declared, defaults, groups, modes, waivers }: AnyFleet): string => {
  const block = (name: string, entries: ReadonlyArray<string>) => (entries.length === 0 ? [] : [`${name}:`, ...entries])
  const parts = (...all: ReadonlyArray<string>) => all.filter((part) => part !== "").join(", ")
  return [
    "version: 1",
    defaults,
    ...block(
      "folders",
      modes.flatMap((mode, at) => (mode === undefined ? [] : [`  ${folderNames[at]}: {unlisted: ${mode}}`]))
    ),
    ...block(
      "groups",
      groups.map(
        ({ expect, folders, labels, severity }, at) =>
          `  g${at}: {${parts(`folders: ${folders}`, `labels: ${labels}`, `expect: {${expect}}`, severity)}}`
      )
    ),
    ...block(
      "waivers",
      waivers.map((waiver) => `  - ${waiver}, until: 2999-12-31, reason: moving}`)
    ),
    "resources:",
    ...declared.flatMap((expect, at) =>
      expect === undefined ? [] : [`  r${at}: {${parts(`instance: i${at}`, expect)}}`]
    )
  ].join("\n")
}

const seedOf = ({ denied, isDenied, machines, policies }: AnyFleet): Fleet["seed"] => ({
  instances: machines.flatMap(({ compute, env, isNew, name, status }, at) =>
    compute === "nowhere"
      ? []
      : [
          {
            id: `i${at}`,
            folderId: compute,
            name: name === "own" ? `own-${at}` : name,
            labels: { env },
            status,
            createdAt: isNew ? "-5m" : "-90d"
          }
        ]
  ),
  resources: machines.flatMap(({ backup, compute, type }, at) =>
    backups[backup].map((fields) =>
      healthy(`i${at}`, { folderId: compute === "nowhere" ? "b1a" : compute, type, ...fields })
    )
  ),
  policies: policies.map(({ enabled, folder, name, schedule }, number) => ({
    id: `cdg${number}`,
    folderId: folder,
    name,
    enabled,
    ...(schedule === undefined ? {} : { settings: { scheduling: { enabled: schedule } } }),
    applications: machines.flatMap(({ policies: own }, at) => {
      const how = own.find(({ policy }) => policy === number)?.how
      if (how === undefined) return []
      const status = how === "bound" ? "RUNNING" : how
      return [{ computeInstanceId: `i${at}`, enabled: true, status, isProcessing: how === "bound" }]
    })
  })),
  faults: denied !== undefined && isDenied ? [{ fault: "forbidden", on: denied }] : []
})

/** Any of them. */
export const fleets: Arbitrary.Arbitrary<Fleet> = Arbitrary.map(Arbitrary.schema(AnyFleet), (any) => {
  const { defaults: _, diagnostics, ...declared } = parse(new SourceText("backup.yaml", textOf(any)))
  assert.deepStrictEqual(diagnostics, [])
  const files = [{ path: "backup.yaml", sha256: "0".repeat(64) }]
  return { manifest: { files, variables: {}, ...declared }, seed: seedOf(any) }
})
