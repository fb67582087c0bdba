import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Expectations } from "../src/Expectations.ts"
import { checkResources, resource, resourcesOf } from "./check.ts"

const hour = 3_600_000

/** Lines of one resource, and what they expect of it. */
const forms: ReadonlyArray<readonly [string, Expectations]> = [
  ["enabled: true", { enabled: true }],
  ["enabled: True", { enabled: true }],
  ["enabled: TRUE", { enabled: true }],
  ["enabled: false", { enabled: false }],
  ["enabled: False", { enabled: false }],
  ["enabled: FALSE", { enabled: false }],
  ["enabled: !!bool true", { enabled: true }],
  ["online: true", { online: true }],
  ["online: false", { online: false }],
  ["active: true", { active: true }],
  ["active: false", { active: false }],
  ["registered: true", { registered: true }],
  ["registered: false", { registered: false }],
  ["status: IDLE", { status: ["IDLE"] }],
  ['status: "IDLE"', { status: ["IDLE"] }],
  ["status: 'OTHER'", { status: ["OTHER"] }],
  ["status: [IDLE]", { status: ["IDLE"] }],
  [
    "status: [IDLE, BACKUPING, RECOVERING, FAILED, OTHER]",
    { status: ["IDLE", "BACKUPING", "RECOVERING", "FAILED", "OTHER"] }
  ],
  ["status:\n      - IDLE\n      - BACKUPING", { status: ["IDLE", "BACKUPING"] }],
  ["status:\n    - FAILED", { status: ["FAILED"] }],
  ["type: COMPUTE", { type: ["COMPUTE"] }],
  ["type: [BMS, EXTERNAL_VM, EXTERNAL_SERVER]", { type: ["BMS", "EXTERNAL_VM", "EXTERNAL_SERVER"] }],
  ["maxBackupAge: 26h", { maxBackupAge: 26 * hour }],
  ['maxBackupAge: "1d12h"', { maxBackupAge: 36 * hour }],
  ["nextBackupWithin: 2w", { nextBackupWithin: 336 * hour }],
  ["protected: true", { protected: true }],
  ["online: true # agent\n    active: true", { online: true, active: true }],
  ["enabled: false\n    online: false", { enabled: false, online: false }],
  ["enabled: false\n    status: IDLE", { enabled: false, status: ["IDLE"] }],
  ["protected: true\n    maxBackupAge: 1h", { protected: true, maxBackupAge: hour }]
]

describe("the expectations of a resource", () => {
  for (const [lines, expectations] of forms) {
    it.effect(`are read from \`${lines.replaceAll(/\s+/g, " ")}\``, () =>
      checkResources(resource(lines), [{ address: "r", expectations }])
    )
  }

  it.effect("are that backup is enabled where none is declared", () =>
    checkResources("version: 1\nresources:\n  a: {instance: i1}\n  b: {instance: i2, severity: low}\n", [
      { address: "a", expectations: { enabled: true } },
      { address: "b", expectations: { enabled: true } }
    ])
  )
})

describe("a resource", () => {
  it.effect("knows its address, instance, severity and place", () =>
    checkResources("version: 1\nresources:\n  web-1:\n    severity: low\n    instance: epd5fs8ojqhg0000aaaa\n", [
      {
        address: "web-1",
        instance: "epd5fs8ojqhg0000aaaa",
        expectations: { enabled: true },
        severity: "low",
        source: { path: "fleet.yaml", line: 3, column: 3 }
      }
    ])
  )

  for (const severity of ["critical", "high", "medium", "low", "info"] as const) {
    it.effect(`can be of severity ${severity}`, () =>
      checkResources(resource(`severity: ${severity}`), [{ address: "r", severity }])
    )
  }

  it.effect("is of severity high unless something else is declared", () =>
    checkResources(resource(), [{ address: "r", severity: "high" }])
  )

  for (const instance of ["a", "0", "epd_a-b", "fhm0123456789abcdef0", "a".repeat(50), "1e3", "12345"]) {
    it.effect(`can be the instance ${instance}`, () =>
      checkResources(`version: 1\nresources:\n  r: {instance: ${instance}}\n`, [{ address: "r", instance }])
    )
  }

  for (const address of ["web/1", "Billing DB", "сервер😀", "a".repeat(200), "😀".repeat(101), "<b>", "=cmd()", "-"]) {
    it.effect(`can be named ${address.slice(0, 12)}`, () =>
      checkResources(`version: 1\nresources:\n  ${JSON.stringify(address)}: {instance: i}\n`, [{ address }])
    )
  }

  it.effect("stands in the order of the file", () =>
    Effect.sync(() => {
      const names = ["z", "10", "a", "2", "м"]
      const text = `version: 1\nresources:\n${names.map((name) => `  ${name}: {instance: i${name.codePointAt(0)}}`).join("\n")}\n`
      assert.deepStrictEqual(
        resourcesOf(text).map(({ address }) => address),
        names
      )
    })
  )
})

describe("the defaults", () => {
  const fleet = (defaults: string, own: string) =>
    `version: 1\ndefaults: {${defaults}}\nresources:\n  r: {instance: i${own === "" ? "" : `, ${own}`}}\n`

  const cases: ReadonlyArray<readonly [string, string, Expectations]> = [
    ["", "", { enabled: true }],
    ["online: true", "", { online: true }],
    ["online: true", "online: false", { online: false }],
    ["online: true", "active: true", { online: true, active: true }],
    ["status: [IDLE, OTHER]", "status: FAILED", { status: ["FAILED"] }],
    ["maxBackupAge: 1d", "maxBackupAge: 2h", { maxBackupAge: 2 * hour }],
    ["enabled: true, maxBackupAge: 1d, protected: true", "enabled: false", { enabled: false }],
    ["enabled: true, online: true", "enabled: false, online: false", { enabled: false, online: false }],
    ["enabled: false", "", { enabled: false }],
    ["enabled: false", "online: true", { enabled: false, online: true }],
    ["enabled: false, online: true", "enabled: true", { enabled: true, online: true }],
    ["severity: low", "", { enabled: true }]
  ]
  for (const [defaults, own, expectations] of cases) {
    it.effect(`{${defaults}} under {${own}} are {${Object.keys(expectations).join(", ")}}`, () =>
      checkResources(fleet(defaults, own), [{ address: "r", expectations }])
    )
  }

  it.effect("give their severity to resources that declare none, also to those with enabled: false", () =>
    checkResources(
      "version: 1\ndefaults: {severity: low}\nresources:\n  a: {instance: i1}\n  b: {instance: i2, severity: info}\n  c: {instance: i3, enabled: false}\n",
      [
        { address: "a", severity: "low" },
        { address: "b", severity: "info" },
        { address: "c", severity: "low" }
      ]
    )
  )

  it.effect("count wherever in the file they stand", () =>
    checkResources("resources: {r: {instance: i}}\ndefaults: {online: true}\nversion: 1\n", [
      { address: "r", expectations: { online: true } }
    ])
  )

  it.effect("may be left empty", () =>
    checkResources("version: 1\ndefaults:\nresources: {r: {instance: i}}\n", [
      { address: "r", expectations: { enabled: true } }
    ])
  )
})

describe("a manifest", () => {
  for (const empty of ["", " {}", " ~", " null"]) {
    it.effect(`may declare no resource: \`resources:${empty}\``, () =>
      checkResources(`version: 1\nresources:${empty}\n`, [])
    )
  }

  it.effect("may hold anything under x- keys at its top", () =>
    checkResources("x-: 1\nx-owner: {team: [a, {b: ~}]}\nversion: 1\nx-note: |\n  text\nresources: {}\n", [])
  )

  it.effect("may be written as JSON", () =>
    checkResources(
      '{"version":1,"resources":{"r":{"instance":"i","status":["IDLE"],"enabled":true,"maxBackupAge":"1h"}}}',
      [{ address: "r", instance: "i", expectations: { status: ["IDLE"], enabled: true, maxBackupAge: hour } }]
    )
  )

  it.effect("may declare 80,000 resources in one line", () =>
    Effect.sync(() => {
      const resources = Object.fromEntries(
        Array.from({ length: 80_000 }, (_, i) => [`web-${i}`, { instance: `epd${i}` }])
      )
      assert.strictEqual(resourcesOf(JSON.stringify({ version: 1, resources })).length, 80_000)
    })
  )
})
