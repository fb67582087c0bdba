/**
 * Manifests as JSON values, put together of parts that are nearly all valid, and YAML that says the same.
 */
import { Schema } from "effect"
import { nothing } from "../src/DesiredResource.ts"
import { SourceText } from "../src/Diagnostic.ts"
import { open } from "../src/Manifest.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }

/** What the texts of these manifests can be filled in with: values, none of which is a field or nothing at all. */
export const variables = new Map([
  ["flag", "true"],
  ["severity", "low"],
  ["status", "IDLE"],
  ["age", "26h"],
  ["day", "2026-12-31"],
  ["id", "epdvar0"],
  ["field", "maxBackupAge"],
  ["env", "prod"]
])

/** A text as YAML, where it may be plain: a boolean that is a variable must be. */
const textToYaml = (text: string): string =>
  /^\$\{\w+\}$|^(?!true$|false$|null$)[a-zA-Z][\w-]*$/.test(text) ? text : JSON.stringify(text)

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value)

/** A value as the lines of a block of YAML. */
const linesOf = (value: Json): ReadonlyArray<string> => {
  if (typeof value === "string") return [textToYaml(value)]
  if (typeof value !== "object" || value === null) return [JSON.stringify(value)]
  const entries = isList(value)
    ? value.map((item) => ["-", item] as const)
    : Object.entries(value).map(([name, inner]) => [`${JSON.stringify(name)}:`, inner] as const)
  if (entries.length === 0) return [JSON.stringify(value)]
  return entries.flatMap(([key, inner]) => {
    const lines = linesOf(inner)
    const isBlock = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0
    return isBlock ? [key, ...lines.map((line) => `  ${line}`)] : [`${key} ${lines[0]}`]
  })
}

export const toYaml = (value: Json): string => `${linesOf(value).join("\n")}\n`

/** Whether the reader finds no mistake in a file, which others may include. */
export const isAccepted = (value: Json): boolean => {
  const file = open(new SourceText("backup.yaml", toYaml(value)), variables)
  return file.read(nothing).diagnostics.length === 0
}

/** Some of these entries, each JSON; of a key that comes twice, the last one holds. */
const some = (entries: ReadonlyArray<string>, most: number) =>
  Schema.Array(Schema.Literals(entries)).check(Schema.isMaxLength(most))

const objectOf = (entries: ReadonlyArray<string>): { readonly [name: string]: Json } =>
  JSON.parse(`{${entries.join(",")}}`)

const expectations = [
  ...['"enabled": true', '"enabled": "${flag}"', '"online": false', '"active": true', '"registered": true'],
  ...['"status": "IDLE"', '"status": ["FAILED", "${status}"]', '"type": ["COMPUTE"]', '"type": "BMS"'],
  ...['"maxBackupAge": "1d12h"', '"maxBackupAge": "${age}"', '"maxBackupAge": "900s"', '"nextBackupWithin": "2w"'],
  ...['"policies": ["daily", "a b", 7]', '"policies": {"atLeast": ["${env}-daily", true]}', '"protected": true'],
  ...['"protected": "${flag}"', '"maxBackupAge": "999999h99m"']
]
const ownership = [
  ...['"severity": "critical"', '"severity": "${severity}"', '"owner": "platform"', '"owner": "Команда # 1: \\u0007"'],
  ...[
    '"owner": 12',
    '"tags": {"tier": "gold"}',
    '"tags": {"a": 1, "b: #": true, "${env}": "${env} x"}',
    '"tags": null'
  ],
  '"tags": {}'
]
const defaults = [...expectations, ...ownership]
const selectors = [
  ...[
    '"folders": ["b1ga", "b1gb"]',
    '"folders": "${id}"',
    '"folders": 12',
    '"labels": {"env": "prod", "tier": [1, true]}'
  ],
  ...[
    '"labels": {"${env}": "${env}"}',
    '"labels": null',
    '"match": {"name": ["web-*", "db-?"]}',
    '"match": {"name": "*"}'
  ],
  ...['"match": {}', '"match": null', '"exclude": "web-canary-*"', '"exclude": ["epd1", "$${x}", "null"]']
]
const targets = [
  ...['"resource": "web"', '"group": "production"', '"instance": "epdany"', '"instance": "${id}"', '"instance": 5']
]
const waived = [
  ...['"fields": "missing"', '"fields": ["maxBackupAge", "unlisted", "${field}"]', '"approvedBy": "cto@example.com"'],
  ...[
    '"ticket": "OPS-1"',
    '"ticket": 5',
    '"reason": "${env}: a # b\\u001b[2J"',
    '"approvedBy": "- x"',
    '"until": "2026-12-31T12:00:00.5+03:00"',
    '"until": "${day}"'
  ]
]
const further = [
  ...['"rules": {"HF012": "low", "HF016": "${severity}"}', '"rules": null', '"x-notes": [1, {"a": null}]'],
  ...['"include": ["a.yaml", "env/${env}.yaml"]', '"include": "b.yaml"', '"x-": true']
]
const names = [
  "web-2",
  "a b",
  "база",
  "null",
  "12",
  "${env}-x",
  "<<",
  "[0]",
  "x: #y",
  "instance",
  "\u0085\u202e"
] as const

const ownDefaults = [
  ...["", "", "", "{}", '{"maxBackupAge": "2h", "severity": "info", "tags": {"tier": "iron", "x": "y"}}'],
  ...['{"enabled": false, "owner": "ops"}', '{"protected": true, "policies": ["weekly"]}']
]

const Declared = Schema.Struct({
  isBackedUp: Schema.Literals([true, true, true, false]),
  expectations: some(expectations, 3),
  ownership: some(ownership, 2),
  defaults: Schema.Literals(ownDefaults)
})

const expectationsOf = ({ expectations, isBackedUp }: typeof Declared.Type) =>
  objectOf(isBackedUp ? expectations : ['"enabled": false', '"online": false'])

const restOf = ({ defaults, ownership }: typeof Declared.Type) => ({
  ...objectOf(ownership),
  ...(defaults === "" ? {} : objectOf([`"defaults": ${defaults}`]))
})

/** What a manifest is put together of. */
export const Parts = Schema.Struct({
  defaults: Schema.Struct({ isBackedUp: Schema.Literals([true, true, true, true, false]), fields: some(defaults, 4) }),
  web: Declared,
  resources: Schema.Array(Schema.Struct({ name: Schema.Literals(names), declared: Declared })).check(
    Schema.isMaxLength(3)
  ),
  selectors: some(selectors, 4),
  production: Declared,
  waivers: Schema.Array(Schema.Struct({ target: Schema.Literals(targets), fields: some(waived, 3) })).check(
    Schema.isMaxLength(2)
  ),
  folder: Schema.Literals(["null", "{}", '{"unlisted": "fail"}', '{"unlisted": "ignore", "severity": "${severity}"}']),
  further: some(further, 3)
})

/**
 * A manifest of these parts. It has the resource `web`, the group `production`, the folder `b1ga` and a waiver, and declares
 * instances that begin with `epd` and this prefix.
 */
export const manifestOf = (parts: typeof Parts.Type, prefix = "") => {
  const resource = (declared: typeof Declared.Type, index: number): Json => ({
    instance: `epd${prefix}${index}`,
    ...expectationsOf(declared),
    ...restOf(declared)
  })
  const waiver = (entries: ReadonlyArray<string>): Json =>
    objectOf(['"until": "2027-01-01"', '"reason": "moving"', ...entries])
  return {
    version: 1,
    defaults: objectOf(parts.defaults.isBackedUp ? parts.defaults.fields : ['"enabled": false', '"severity": "info"']),
    resources: {
      web: resource(parts.web, 0),
      ...Object.fromEntries(parts.resources.map(({ declared, name }, index) => [name, resource(declared, index + 1)]))
    },
    groups: {
      production: {
        folders: ["b1ga"],
        ...objectOf(parts.selectors),
        expect: expectationsOf(parts.production),
        ...restOf(parts.production)
      }
    },
    folders: objectOf([`"b1ga": ${parts.folder}`, '"${id}": {"severity": "low"}']),
    waivers: [waiver(['"resource": "web"']), ...parts.waivers.map(({ fields, target }) => waiver([target, ...fields]))],
    ...objectOf(parts.further)
  }
}
