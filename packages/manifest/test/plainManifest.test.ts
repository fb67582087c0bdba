import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Result, Schema } from "effect"
import { nothing } from "../src/DesiredResource.ts"
import { SourceText } from "../src/Diagnostic.ts"
import { openTree } from "../src/Manifest.ts"
import { readPlain } from "../src/plainManifest.ts"
import { eventsOf } from "../src/yamlEvents.ts"
import { Mutation, mutate } from "./mutations.ts"

/** Both ways through a text, or nothing where it is not YAML. */
const bothWays = (text: string) => {
  const source = new SourceText("fleet.yaml", text)
  const events = eventsOf(source)
  if (Result.isFailure(events)) return undefined
  const { bare, read } = openTree(source, events.success)
  const { defaults, diagnostics, resources } = read(nothing)
  const tree = { resources, defaults, diagnostics: bare === undefined ? diagnostics : [bare] }
  return { plain: readPlain(source, events.success), tree }
}

const plainFields: ReadonlyArray<string> = [
  ...["enabled: true", "enabled: false", "online: true", "active: false", "registered: true", "protected: true"],
  ...["status: IDLE", "status: [IDLE, BACKUPING, IDLE]", "type: COMPUTE", "type: [BMS]", "maxBackupAge: 26h"],
  ...[
    "maxBackupAge: 1d12h",
    "nextBackupWithin: 2d",
    "severity: high",
    "severity: info",
    "enabled: true # as it should be"
  ]
]
const oddFields: ReadonlyArray<string> = [
  ...["enabled: True", "enabled: yes", "enabled: 'true'", "enabled:", "protected: false", "status: idle", "status: []"],
  ...[
    "status: [IDLE, null]",
    "type: {COMPUTE: 1}",
    "maxBackupAge: 26",
    "maxBackupAge: 0h",
    "severity: urgent",
    "instance: again"
  ],
  ...[
    "backups: true",
    "<<: {enabled: true}",
    "online: !!bool true",
    "online: &o true",
    "? online\n    : true",
    "status:\n    - IDLE"
  ]
]
const Field = Schema.Literals([...plainFields, ...plainFields, ...plainFields, ...oddFields])

const Resource = Schema.Struct({
  name: Schema.Literals([
    "web-1",
    "web-2",
    "db",
    "null",
    "true",
    "12",
    "a b",
    "сервер",
    '"quoted"',
    "<<",
    "instance",
    "x-y",
    "~"
  ]),
  instance: Schema.Literals(["epd1", "epd2", "epd3", "epd4", "null", "true", "7", "UPPER", "-a", '"epd5"', ""]),
  fields: Schema.Array(Field).check(Schema.isMaxLength(4))
})

const Manifest = Schema.Struct({
  head: Schema.Literals([
    "version: 1\n",
    "version: 1\n",
    "---\nversion: 1 # the first\n",
    "version: '1'\n",
    "version: 2\n",
    ""
  ]),
  defaults: Schema.Array(Field).check(Schema.isMaxLength(3)),
  resources: Schema.Array(Resource).check(Schema.isMaxLength(3)),
  end: Schema.Literals(["", "", "", "...\n", "---\n", "x-note: 1\n", "defaults: {online: true}\n", "version: 1\n"])
})

const write = ({ defaults, end, head, resources }: typeof Manifest.Type): string =>
  [
    head,
    ...(defaults.length === 0 ? [] : ["defaults:\n", ...defaults.map((field) => `    ${field}\n`)]),
    "resources:\n",
    ...resources.flatMap(({ fields, instance, name }) => [
      `  ${name}:\n    instance: ${instance}\n`,
      ...fields.map((field) => `    ${field}\n`)
    ]),
    end
  ].join("")

describe("the short way through a manifest", () => {
  it.effect.prop(
    "gives what the long one gives, or nothing",
    [Arbitrary.schema(Manifest), Arbitrary.array(Arbitrary.schema(Mutation), { maxLength: 2 })],
    ([manifest, mutations]) =>
      Effect.sync(() => {
        const ways = bothWays(mutations.reduce(mutate, write(manifest)))
        if (ways?.plain === undefined) return
        assert.deepStrictEqual(ways.tree, { ...ways.plain, diagnostics: [] })
      }),
    { arbitrary: { seed: "plain manifest", runs: 5000 } }
  )

  it.effect.each([
    "version: 1\nresources:\n  web-1:\n    instance: epd1\n",
    "version: 1\ndefaults: {enabled: true, severity: low}\nresources:\n  web-1: {instance: epd1, status: [IDLE, OTHER]}\n  сервер😀: {instance: epd2, enabled: false}\n",
    "# ours\nversion: 1\nresources:\r\n  db:\r\n    instance: epd1 # the one\r\n    maxBackupAge: 26h\r\n    protected: true\r\n"
  ])("is taken through %j", (text) =>
    Effect.sync(() => {
      const ways = bothWays(text)
      assert.isDefined(ways?.plain)
      assert.deepStrictEqual(ways?.tree, { ...(ways?.plain ?? { resources: [], defaults: nothing }), diagnostics: [] })
    })
  )

  it.effect.each([
    "version: 1\nresources:\n  a: {instance: epd1}\n  b: {instance: epd1}\n",
    "version: 1\nresources:\n  a: {instance: epd1}\n  a: {instance: epd2}\n",
    "version: 1\ndefaults: {enabled: false}\nresources:\n  a: {instance: epd1, protected: true}\n",
    "version: 1\nresources:\n  a: {instance: epd1, online: true, online: true}\n",
    "version: 1\nresources: {a: {instance: epd1}}\n---\nversion: 1\n",
    "resources: {a: {instance: epd1}}\n"
  ])("is not taken through %j, which has a mistake", (text) =>
    Effect.sync(() => {
      assert.isUndefined(bothWays(text)?.plain)
      assert.isNotEmpty(bothWays(text)?.tree.diagnostics)
    })
  )
})
