import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { nothing, type SourcePlace } from "../src/DesiredResource.ts"
import { Diagnostic, SourceText } from "../src/Diagnostic.ts"
import { open, type ParsedFile } from "../src/Manifest.ts"
import { disagreements } from "../src/manifestAgreement.ts"
import { decodeUtf8 } from "../src/manifestFiles.ts"
import { Mutation, mutate } from "./mutations.ts"

/**
 * How many texts are tried of each kind. The long form is 100,000:
 * `HOLDFAST_PROPERTY_RUNS=100000 pnpm --filter @holdfast/manifest exec vitest run --config ../../vitest.config.ts test/Fuzz.test.ts`
 */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 1000)

/** The longest that a text of a few kilobytes may take, on a machine that does something else, too. */
const limitMillis = 2_000

const valid = `%YAML 1.2
---
version: 1
include: [common.yaml, "env/\${env}/*.yaml"]
x-base: &base
  enabled: true
  maxBackupAge: 26h
x-folders: &f [b1ga, 'b1gb\${env}']
defaults: {severity: medium, online: true, owner: "\${team}", tags: &t {tier: gold, "a b": '1'}}
rules: {HF012: low, "HF016": critical}
folders:
  b1ga: {unlisted: fail, severity: high}
  ? b1gc
  : unlisted: ignore
groups:
  production: &g
    folders: *f
    labels: {env: prod, tier: &l [gold, silver]}
    match: {name: ["web-*", "db-?"]}
    exclude: ["web-canary-*", epdspare]
    expect: {protected: true, policies: {atLeast: [daily, &p 'week ly']}}
    severity: critical
    owner: platform
    tags: *t
  "тест":
    <<: *g
    labels: {tier: *l}
    expect: {enabled: false}
resources:
  web-1: {instance: "epd5fs8ojqhg0000aaaa", status: [IDLE, BACKUPING], policies: [daily, *p]}
  "billing-db":
    <<: *base
    instance: 'epdbilling'
    status: &s [IDLE, FAILED]
    type: |-
      COMPUTE
  сервер😀: # комментарий
    instance: "epd3\${env}"
    status: *s
    protected: true
    tags: *t
  ? scratch
  : instance: epd4
    enabled: false
waivers:
  - &w {resource: billing-db, fields: &e [maxBackupAge, missing], until: 2026-12-31, reason: "it moves, $\${really}"}
  - {group: production, until: "2026-12-31T12:00:00+03:00", reason: r, fields: *e, approvedBy: cto@example.com, ticket: T-1}
  - <<: *w
    resource: web-1
  - instance: epd9
    until: 2027-02-28
    approvedBy: 'it''s "quoted"'
    reason: >-
      folded
      text
...
`

const variables = new Map([
  ["env", "prod"],
  ["team", "ops"]
])

/** Every place in a text that a file names. */
const placesOf = (
  file: ParsedFile,
  includes: ReadonlyArray<{ readonly source: SourcePlace }>
): ReadonlyArray<SourcePlace> =>
  [file.resources, file.groups, file.folders, file.waivers, file.rules, includes].flatMap((all) =>
    all.map(({ source }) => source)
  )

/** Reads `text`: it must not throw, nor take long, and whatever it names must lie inside the text. */
const check = (text: string): ParsedFile => {
  const began = performance.now()
  const source = new SourceText("fleet.yaml", text)
  const opened = open(source, variables)
  const file = opened.read(nothing)
  const others = disagreements(file)
  assert.isBelow(performance.now() - began, limitMillis, JSON.stringify(text))

  const lines = text.split(/\r\n|\n|\r/)
  const isInside = ({ column = 1, line = 1 }: Partial<SourcePlace>) => {
    const shown = lines[line - 1]
    assert.isDefined(shown, `line ${line} of ${JSON.stringify(text)}`)
    assert.isAtLeast(column, 1)
    assert.isAtMost(column, [...(shown ?? "")].length + 1, `column ${column} of ${JSON.stringify(shown)}`)
  }
  for (const diagnostic of [...file.diagnostics, ...others]) {
    assert.isTrue(Schema.is(Diagnostic)(diagnostic))
    isInside(diagnostic)
  }
  for (const place of placesOf(file, opened.includes)) isInside(place)
  const order = file.diagnostics.map(({ column = 0, line = 0 }) => line * 1e6 + column)
  assert.deepStrictEqual(
    order,
    order.toSorted((a, b) => a - b)
  )
  const instances = file.resources.map(({ instance }) => instance)
  assert.strictEqual(new Set(instances).size, instances.length)
  return file
}

describe("parse", () => {
  it.effect("reads the manifest that the mutations start from", () =>
    Effect.sync(() => {
      const { diagnostics, folders, groups, resources, rules, waivers } = check(valid)
      assert.deepStrictEqual(diagnostics, [])
      assert.deepStrictEqual(
        [folders, groups, resources, rules, waivers].map(({ length }) => length),
        [2, 2, 4, 2, 4]
      )
    })
  )

  it.effect.prop(
    "never throws or hangs on small changes, and every place lies inside the text",
    [Arbitrary.array(Arbitrary.schema(Mutation), { minLength: 1, maxLength: 6 })],
    ([mutations]) => Effect.sync(() => void check(mutations.reduce(mutate, valid))),
    { arbitrary: { seed: 20260101, runs }, timeout: 24 * 3_600_000 }
  )

  const byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  /** Of any bytes few are UTF-8: most of these are. */
  const piece = Schema.Union([
    Schema.Literals([
      "version: 1\n",
      "groups:",
      "{",
      "}",
      "[",
      "]",
      ": ",
      "- ",
      "\n",
      "\n  ",
      "&a ",
      "*a",
      "<<: ",
      "'",
      '"',
      "|",
      "${",
      "🦆"
    ]),
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 127 })),
    Schema.Int.check(Schema.isBetween({ minimum: 32, maximum: 126 }))
  ])

  it.effect.prop(
    "never throws or hangs on any bytes",
    [
      Arbitrary.array(Arbitrary.schema(byte), { maxLength: 200 }),
      Arbitrary.array(Arbitrary.schema(piece), { maxLength: 200 })
    ],
    ([bytes, pieces]) =>
      Effect.sync(() => {
        const likely = pieces.map((one) => (typeof one === "number" ? String.fromCharCode(one) : one)).join("")
        for (const given of [Uint8Array.from(bytes), new TextEncoder().encode(likely)]) {
          const text = decodeUtf8(given)
          if (text !== undefined) check(text)
        }
      }),
    { arbitrary: { seed: "bytes", runs }, timeout: 24 * 3_600_000 }
  )
})
