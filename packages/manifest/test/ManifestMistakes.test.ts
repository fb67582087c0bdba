import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Diagnostic, SourceText } from "../src/Diagnostic.ts"
import { parse } from "../src/Manifest.ts"
import { check, diagnosticsOf, resource } from "./check.ts"

const statuses = "Expected one of IDLE, BACKUPING, RECOVERING, FAILED, OTHER, and this is"
const types = "Expected one of COMPUTE, BMS, EXTERNAL_VM, EXTERNAL_SERVER, and this is"
const severities = "Expected one of critical, high, medium, low, info, and this is"
const bool = "Expected true or false, and this is"
const age = "`maxBackupAge` is a duration, and this is"
const version = "This program reads version 1 of the manifest, not"

/** A line of a resource, from 5:5 on, and its mistakes. */
const lines: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["enabled: yes", [`5:14 ${bool} "yes" (true?)`]],
  ["enabled: On", [`5:14 ${bool} "On" (true?)`]],
  ["enabled: y", [`5:14 ${bool} "y" (true?)`]],
  ["enabled: no", [`5:14 ${bool} "no" (false?)`]],
  ["online: OFF", [`5:13 ${bool} "OFF" (false?)`]],
  ["active: N", [`5:13 ${bool} "N" (false?)`]],
  ["enabled: tRuE", [`5:14 ${bool} "tRuE" (true?)`]],
  ["enabled: 1", [`5:14 ${bool} "1"`]],
  ["enabled: ~", [`5:14 ${bool} nothing`]],
  ["enabled: [true]", [`5:14 ${bool} a list`]],
  ["registered: {a: b}", [`5:17 ${bool} a mapping`]],
  ['enabled: "true"', [`5:14 ${bool} "true" (true?)`]],
  ["enabled: 'no'", [`5:14 ${bool} "no" (false?)`]],
  ["enabled: !!str true", [`5:20 ${bool} "true" (true?)`]],
  ["enabled:", [`5:5 ${bool} nothing`]],
  ["protected: false", ["5:16 `protected` can only be true"]],
  ["protected: on", [`5:16 ${bool} "on" (true?)`]],
  ["protected: no", [`5:16 ${bool} "no"`]],
  ["maxBackupAge: 2", [`5:19 ${age} "2"`]],
  ["maxBackupAge: 0h", [`5:19 ${age} "0h"`]],
  ["maxBackupAge: 2 h", [`5:19 ${age} "2 h"`]],
  ["maxBackupAge: -1h", [`5:19 ${age} "-1h"`]],
  ["maxBackupAge: [2h]", [`5:19 ${age} a list`]],
  ["maxBackupAge:", [`5:5 ${age} nothing`]],
  ["nextBackupWithin: 1y", ['5:23 `nextBackupWithin` is a duration, and this is "1y"']],
  ["status: IDEL", [`5:13 ${statuses} "IDEL" (IDLE?)`]],
  ["status: idle", [`5:13 ${statuses} "idle" (IDLE?)`]],
  ["status: BACKINGUP", [`5:13 ${statuses} "BACKINGUP"`]],
  ["status: {IDLE: 1}", [`5:13 ${statuses} a mapping`]],
  ["status: ~", [`5:13 ${statuses} nothing`]],
  ["status: []", ["5:13 `status` allows no value at all"]],
  ["status: [[IDLE]]", [`5:14 ${statuses} a list`]],
  [
    "status: [FALED, IDLE, RECOVERNIG]",
    [`5:14 ${statuses} "FALED" (FAILED?)`, `5:27 ${statuses} "RECOVERNIG" (RECOVERING?)`]
  ],
  ["type: COMPUT", [`5:11 ${types} "COMPUT" (COMPUTE?)`]],
  ["type: []", ["5:11 `type` allows no value at all"]],
  ["type: EXTERNAL-VM", [`5:11 ${types} "EXTERNAL-VM" (EXTERNAL_VM?)`]],
  ["severity: hihg", [`5:15 ${severities} "hihg" (high?)`]],
  ["severity: Critical", [`5:15 ${severities} "Critical" (critical?)`]],
  ["severity: blocker", [`5:15 ${severities} "blocker"`]],
  ["severity: [high]", [`5:15 ${severities} a list`]],
  ["severity:", [`5:5 ${severities} nothing`]],
  ["enabeld: true", ['5:5 The resource "r" has no field "enabeld" (enabled?)']],
  ["maxbackupage: 2h", ['5:5 The resource "r" has no field "maxbackupage" (maxBackupAge?)']],
  ["state: IDLE", ['5:5 The resource "r" has no field "state" (status?)']],
  ["frobnicate: 1", ['5:5 The resource "r" has no field "frobnicate"']],
  ["x-note: 1", ['5:5 The resource "r" has no field "x-note"']],
  ["isActive: true", ['5:5 The resource "r" has no field "isActive" (active?)']]
]

describe("a mistake in a resource", () => {
  for (const [line, expected] of lines) it.effect(`is found in \`${line}\``, () => check(resource(line), expected))

  it.effect("stands at the list item that is empty", () =>
    Effect.sync(() =>
      assert.deepStrictEqual(
        diagnosticsOf(resource("status:", "  - IDLE", "  -")).map(({ line }) => line),
        [7]
      )
    )
  )

  it.effect("shows what is allowed in place of an unknown field", () =>
    Effect.sync(() =>
      assert.deepStrictEqual(
        diagnosticsOf(resource("foo: 1")).map(({ detail }) => detail),
        [
          "It takes `instance`, `enabled`, `online`, `active`, `registered`, `status`, `type`, `maxBackupAge`, `nextBackupWithin`, `policies`, `protected`, `severity`, `owner`, `tags`, `defaults`."
        ]
      )
    )
  )

  it.effect("is a contradiction where a machine must both be and not be backed up", () =>
    check(resource("maxBackupAge: 1h", "enabled: false", "protected: true", "nextBackupWithin: 1d"), [
      "5:5 `maxBackupAge` contradicts `enabled: false` beside it",
      "7:5 `protected` contradicts `enabled: false` beside it",
      "8:5 `nextBackupWithin` contradicts `enabled: false` beside it"
    ])
  )

  for (const own of ["protected: true", "maxBackupAge: 1h", "nextBackupWithin: 1h"]) {
    it.effect(`is \`${own}\` where \`enabled: false\` is inherited`, () =>
      Effect.sync(() => {
        const text = `version: 1\ndefaults: {enabled: false}\nresources:\n  r: {instance: i, ${own}}\n`
        const { diagnostics, resources } = parse(new SourceText("fleet.yaml", text))
        assert.isTrue(diagnostics.length > 0 || resources.every(({ expectations }) => expectations.enabled !== false))
      })
    )
  }
})

/** `resources:` holds these lines from 3:3 on. */
const instances: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["a:", ['3:3 "a" has no `instance`']],
  ["a: {}", ['3:3 "a" has no `instance`']],
  ["a: {enabled: true}", ['3:3 "a" has no `instance`']],
  ["a: {instnace: epd1}", ['3:7 The resource "a" has no field "instnace" (instance?)']],
  ["a: epd1", ['3:6 The resource "a" is a mapping, and this is "epd1"']],
  ["a: [epd1]", ['3:6 The resource "a" is a mapping, and this is a list']],
  ["a: {instance: }", ["3:7 The `instance` is empty"]],
  ["a: {instance: ~}", ["3:17 The `instance` is empty"]],
  ["a: {instance: null}", ["3:17 The `instance` is empty"]],
  ["a: {instance: EPD1}", ['3:17 "EPD1" cannot be the id of an instance']],
  ["a: {instance: a b}", ['3:17 "a b" cannot be the id of an instance']],
  ["a: {instance: -a}", ['3:17 "-a" cannot be the id of an instance']],
  ["a: {instance: a/../b}", ['3:17 "a/../b" cannot be the id of an instance']],
  ["a: {instance: а}", ['3:17 "а" cannot be the id of an instance']],
  [`a: {instance: ${"i".repeat(51)}}`, [`3:17 "${"i".repeat(51)}" cannot be the id of an instance`]],
  ["a: {instance: [i]}", ["3:17 a list cannot be the id of an instance"]],
  ['"": {instance: i}', ["3:3 The name of a resource takes 1 to 200 characters"]],
  ['"  ": {instance: i}', ["3:3 The name of a resource takes 1 to 200 characters"]],
  [`${"k".repeat(201)}: {instance: i}`, ["3:3 The name of a resource takes 1 to 200 characters"]],
  [
    "a: {instance: i}\n  b: {instance: j}\n  c: {instance: i}\n  d: {instance: i}",
    ['5:3 "c" is the same instance as "a" on line 3: i', '6:3 "d" is the same instance as "a" on line 3: i']
  ],
  ["a: {instance: i}\n  b: {instance: j}\n  a: {instance: k}", ['5:3 The key "a" stands here a second time']],
  ["a: {instance: i, online: true, online: false}", ['3:34 The key "online" stands here a second time']]
]

describe("a mistake in `resources`", () => {
  for (const [text, expected] of instances) {
    it.effect(`is found in \`${text.slice(0, 60).replaceAll(/\s+/g, " ")}\``, () =>
      check(`version: 1\nresources:\n  ${text}\n`, expected)
    )
  }
})

const files: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
  ["no version", "resources: {}\n", ["1:1 The manifest has no `version`"]],
  ["version 2", "version: 2\nresources: {}\n", [`1:10 ${version} "2"`]],
  ["version 1.0", "version: 1.0\nresources: {}\n", [`1:10 ${version} "1.0"`]],
  ["version in quotes", 'version: "1"\nresources: {}\n', [`1:10 ${version}…`]],
  ["version left empty", "version:\nresources: {}\n", [`1:1 ${version} nothing`]],
  ["version as a list", "version: [1]\nresources: {}\n", [`1:10 ${version} a list`]],
  ["version after a comment", "# fleet\n\nversion: 2 # next\nresources: {}\n", [`3:10 ${version} "2"`]],
  ["no resources", "version: 1\n", ["1:1 The manifest declares neither `resources` nor `groups`"]],
  [
    "neither",
    "x-a: 1\n",
    ["1:1 The manifest has no `version`", "1:1 The manifest declares neither `resources` nor `groups`"]
  ],
  [
    "resources as a list",
    "version: 1\nresources:\n  - a\n",
    ["3:3 `resources` is a mapping from names to resources, and this is a list"]
  ],
  [
    "resources as text",
    "version: 1\nresources: a\n",
    ['2:12 `resources` is a mapping from names to resources, and this is "a"']
  ],
  [
    "a name of a top-level field",
    "version: 1\nresources: {}\ndefualts: {}\n",
    ['3:1 A manifest has no field "defualts" (defaults?)']
  ],
  [
    "defaults as a list",
    "version: 1\ndefaults: [a]\nresources: {}\n",
    ["2:11 `defaults` is a mapping, and this is a list"]
  ],
  [
    "an instance among the defaults",
    "version: 1\ndefaults: {instance: i}\nresources: {}\n",
    ['2:12 `defaults` has no field "instance"']
  ],
  [
    "an x- key among the defaults",
    "version: 1\ndefaults: {x-a: 1}\nresources: {}\n",
    ['2:12 `defaults` has no field "x-a"']
  ],
  ["a default", "version: 1\ndefaults: {severity: bad}\nresources: {}\n", [`2:22 ${severities} "bad"`]],
  ["text alone", "hello\n", ['1:1 A manifest is a mapping, and this is "hello"']],
  ["a list alone", "# x\n- a\n", ["2:1 A manifest is a mapping, and this is a list"]]
]

describe("a mistake in a manifest", () => {
  for (const [fact, text, expected] of files) it.effect(`is found in ${fact}`, () => check(text, expected))

  it.effect("is found with all others, in the order of the file", () =>
    check(
      `version: 2
resources:
  web-1: {instance: WEB, enabled: yes}
  web-2: {status: [IDEL], foo: 1}
  web-3: {instance: i3, enabled: false, maxBackupAge: 1h}
  web-4: {instance: i3, severity: hgih}
  web-4: {instance: i4}
defaults: {maxBackupAge: 1}
`,
      [
        `1:10 ${version} "2"`,
        '3:21 "WEB" cannot be the id of an instance',
        `3:35 ${bool} "yes" (true?)`,
        '4:3 "web-2" has no `instance`',
        `4:20 ${statuses} "IDEL" (IDLE?)`,
        '4:27 The resource "web-2" has no field "foo"',
        "5:41 `maxBackupAge` contradicts `enabled: false` beside it",
        '6:3 "web-4" is the same instance as "web-3" on line 5: i3',
        `6:35 ${severities} "hgih" (high?)`,
        '7:3 The key "web-4" stands here a second time',
        `8:26 ${age} "1"`
      ]
    )
  )

  it.effect("shows a long value by its beginning, without cutting a character in two", () =>
    Effect.sync(() => {
      for (const value of [`a${"😀".repeat(100)}`, "😀".repeat(100)]) {
        for (const text of [resource(`enabled: ${value}`), resource(`${value}: 1`)]) {
          const summaries = diagnosticsOf(text).map(({ summary }) => summary)
          assert.isTrue(summaries.length === 1 && summaries.every((summary) => summary.isWellFormed()), summaries[0])
        }
      }
    })
  )

  it.effect("is told in a few words however long those of the manifest are", () =>
    Effect.sync(() => {
      const long = "k".repeat(100_000)
      const texts = [
        resource(`enabled: ${long}`),
        resource(`${long}: 1`),
        resource(`status: ${long}`),
        `version: ${long}\nresources: {}\n`,
        `version: 1\nresources:\n  ? ${long}\n  : {foo: 1}\n`,
        `version: 1\nresources:\n  ? ${long}\n  : {instance: I}\n  ? ${long}\n  : {instance: i}\n`,
        resource(`enabled: *${long}`),
        resource(`enabled: !${long} true`)
      ]
      for (const diagnostic of texts.flatMap((text) => diagnosticsOf(text))) {
        assert.isBelow(diagnostic.summary.length, 500)
        assert.isBelow((diagnostic.detail ?? "").length, 500)
      }
    })
  )

  it.effect("fits the schema that reports encode it with", () =>
    Effect.sync(() => {
      for (const diagnostic of files.flatMap(([, text]) => diagnosticsOf(text))) {
        assert.isTrue(Schema.is(Diagnostic)(diagnostic))
      }
    })
  )
})
