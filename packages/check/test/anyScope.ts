/** Any fleet in two folders, and any manifest that asks about it. */
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Arbitrary, Schema } from "effect"
import type { FolderSeen } from "../src/FolderSeen.ts"
import { ago, day, minute } from "./fleet.ts"
import { backedUp, declared, folder, forbidden, instance } from "./scope.ts"

export const folderNames = ["b1a", "b1b"] as const
const labels = Schema.Struct({ env: Schema.Literals(["prod", "test"]), tier: Schema.Literals(["gold", "iron"]) })

/** A machine: where Compute and Cloud Backup have it, and what it is. Most are in one folder, as they should be. */
const AnyMachine = Schema.Struct({
  compute: Schema.Literals([...folderNames, ...folderNames, "nowhere"]),
  backup: Schema.Literals([...folderNames, "nowhere", "same", "same", "same", "same", "conflicting"]),
  status: Schema.Literals(["RUNNING", "RUNNING", "RUNNING", "STOPPED", "DELETING"]),
  // Some share a name.
  name: Schema.Literals(["", "twin", "own", "own", "own", "i1"]),
  labels,
  isNew: Schema.Boolean,
  enabled: Schema.Boolean,
  online: Schema.Boolean,
  type: Schema.Literals(["COMPUTE", "COMPUTE", "COMPUTE", "BMS"])
})

const expectation = Schema.Literals([
  "",
  "protected: true",
  "online: true",
  "online: false",
  "enabled: false",
  "maxBackupAge: 2h",
  "maxBackupAge: 1d",
  "type: COMPUTE"
])
const severity = Schema.UndefinedOr(Schema.Literals(["critical", "low"]))

const AnyGroup = Schema.Struct({
  folders: Schema.Literals(["b1a", "b1b", "[b1a, b1b]", "[b1b, b1a]"]),
  labels: Schema.Literals(["{}", "{env: prod}", "{env: test}", "{env: [prod, test], tier: gold}"]),
  exclude: Schema.Literals(["", "exclude: [i0]", "exclude: ['own-*']"]),
  expect: expectation,
  severity
})

/** How many machines there are at most; the last of them may be declared and not exist. */
export const most = 6

const AnyScope = Schema.Struct({
  machines: Schema.Array(AnyMachine).check(Schema.isMinLength(2), Schema.isMaxLength(most)),
  // By the number of the machine; what is `undefined` is not declared.
  declared: Schema.Array(
    Schema.UndefinedOr(Schema.Struct({ isNamedAsMember: Schema.Boolean, expect: expectation, severity }))
  ).check(Schema.isMinLength(3), Schema.isMaxLength(most + 1)),
  groups: Schema.Array(AnyGroup).check(Schema.isMaxLength(3)),
  folders: Schema.Array(Schema.UndefinedOr(Schema.Literals(["ignore", "report", "fail"]))).check(
    Schema.isMinLength(2),
    Schema.isMaxLength(2)
  ),
  defaults: Schema.Literals(["", "defaults: {protected: true}", "defaults: {severity: low, owner: ops}"]),
  rules: Schema.Literals(["", "rules: {HF001: critical, HF023: low}"]),
  // Most lists are read, or little could be compared.
  unread: Schema.Literals(["", "", "", "", "compute b1a", "backup b1a", "compute b1b", "backup b1b", "all"])
})
type AnyScope = typeof AnyScope.Type

/** A manifest, and the folders that it may ask about as they were seen. */
export interface Scope {
  readonly manifest: Manifest
  readonly folders: ReadonlyArray<FolderSeen>
}

const nameOf = (name: string, at: number) => (name === "own" ? `own-${at}` : name)

const body = (expect: string, severity: string | undefined) =>
  [expect, severity === undefined ? "" : `severity: ${severity}`].filter((part) => part !== "")

const manifestOf = ({ declared: some, defaults, folders, groups, machines, rules }: AnyScope): string => {
  const resources = some.flatMap((one, at) => {
    if (one === undefined) return []
    const name = one.isNamedAsMember ? `g0/${nameOf(machines[at]?.name ?? "", (at + 1) % most)}` : `r${at}`
    return [[name, `{${[`instance: i${at}`, ...body(one.expect, one.severity)].join(", ")}}`] as const]
  })
  const list = (name: string, entries: ReadonlyArray<readonly [string, string]>) =>
    entries.length === 0 ? [] : [`${name}:`, ...[...new Map(entries)].map(([key, value]) => `  ${key}: ${value}`)]
  return [
    defaults,
    rules,
    ...list(
      "folders",
      folders.flatMap((mode, at) => (mode === undefined ? [] : [[folderNames[at] ?? "", `{unlisted: ${mode}}`]]))
    ),
    ...list(
      "groups",
      groups.map(({ exclude, expect, folders: ids, labels: wanted, severity: how }, at) => [
        `g${at}`,
        `{${[`folders: ${ids}`, `labels: ${wanted}`, exclude, `expect: {${expect}}`, ...body("", how)].filter((part) => part !== "").join(", ")}}`
      ])
    ),
    ...(resources.length === 0 ? ["resources: {}"] : list("resources", resources))
  ].join("\n")
}

const foldersOf = ({ machines, unread }: AnyScope): ReadonlyArray<FolderSeen> =>
  folderNames.map((name) => {
    const all = machines.map((machine, at) => ({ ...machine, at }))
    const isUnread = (side: string) => unread === "all" || unread === `${side} ${name}`
    const placeOf = ({ backup, compute }: (typeof all)[number]) =>
      ["same", "conflicting"].includes(backup) ? compute : backup
    const listed = all.filter((machine) => placeOf(machine) === name)
    return folder(name, {
      instances: isUnread("compute")
        ? forbidden
        : all
            .filter(({ compute }) => compute === name)
            .map(({ at, isNew, labels, name: given, status }) =>
              instance(`i${at}`, { name: nameOf(given, at), labels, status, createdAt: ago(isNew ? minute : 90 * day) })
            ),
      resources: isUnread("backup")
        ? forbidden
        : listed
            .filter(({ backup }) => backup !== "conflicting")
            .map(({ at, enabled, online, type }) => backedUp(`i${at}`, { enabled, online, type })),
      conflicting: listed.filter(({ backup }) => backup === "conflicting").map(({ at }) => `i${at}`)
    })
  })

/** Any of them. */
export const scopes: Arbitrary.Arbitrary<Scope> = Arbitrary.map(Arbitrary.schema(AnyScope), (any) => ({
  manifest: declared(manifestOf(any)),
  folders: foldersOf(any)
}))
