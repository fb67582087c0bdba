import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { Arbitrary, Effect, Schema } from "effect"
import * as JsYaml from "js-yaml"
import { parseDuration } from "../src/Expectations.ts"
import { manifestSchema } from "../src/jsonSchema.ts"
import { isAccepted, type Json, manifestOf, Parts, toYaml } from "./jsonManifests.ts"

/** `patternErrorMessage` is for editors. */
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, keywords: ["patternErrorMessage"] })
const isFit = ajv.compile(manifestSchema)

const root = join(import.meta.dirname, "../../..")
const load = (text: string): unknown => JsYaml.load(text, { schema: JsYaml.CORE_SCHEMA })

const why = (value: unknown): string => `${ajv.errorsText(isFit.errors)}\n${JSON.stringify(value, null, 1)}`

const manifests = Arbitrary.map(Arbitrary.schema(Parts), (parts): Json => manifestOf(parts))

/** Values that are wrong in most places, and right in some. */
const odd: ReadonlyArray<Json> = [
  ...[
    null,
    true,
    false,
    0,
    1,
    1.5,
    12,
    "",
    " ",
    "true",
    "null",
    "daily",
    "high",
    "hgih",
    "IDLE",
    "idle",
    "26h",
    "26",
    "0h"
  ],
  ...[
    "UPPER",
    "${env}",
    "a-b_c",
    "2026-12-31",
    "2026-13-45",
    "tomorrow",
    [],
    {},
    ["IDLE"],
    [null],
    [["a"]],
    { a: "b" }
  ],
  ...[{ atLeast: ["daily"] }, { atLeast: [] }, { instance: "epd9" }, { folders: "b1g" }, ["protected", "missing"]]
]
const fieldNames = [
  "instance",
  "folders",
  "until",
  "protected",
  "enabled",
  "fields",
  "match",
  "x-a",
  "protectd",
  "version"
]

const Change = Schema.Struct({
  where: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999 })),
  kind: Schema.Literals(["replace", "replace", "remove", "rename", "add"]),
  odd: Schema.Literals(odd.map((_, index) => index)),
  name: Schema.Literals(fieldNames)
})

/** How many values stand in a value, itself included. */
const sizeOf = (value: Json): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 1)
    : 1

/** With one change at the value that comes as the `at`th. */
const changed = (value: Json, change: typeof Change.Type, at = change.where % sizeOf(value)): Json => {
  const other = odd[change.odd] ?? null
  if (at === 0) return change.kind === "add" && isMapping(value) ? { ...value, [change.name]: other } : other
  if (typeof value !== "object" || value === null) return value
  let next = 1
  const entries = Object.entries(value).flatMap(([name, inner]): ReadonlyArray<readonly [string, Json]> => {
    const first = next
    next += sizeOf(inner)
    if (at < first || at >= next) return [[name, inner]]
    if (at > first || change.kind === "replace" || change.kind === "add")
      return [[name, changed(inner, change, at - first)]]
    return change.kind === "remove" ? [] : [[change.name, inner]]
  })
  return isMapping(value) ? Object.fromEntries(entries) : entries.map(([, inner]) => inner)
}

const isMapping = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

describe("docs/manifest.schema.json", () => {
  it("is the schema of the manifest", async () => {
    await expect(`${JSON.stringify(manifestSchema, null, 2)}\n`).toMatchFileSnapshot(
      "../../../docs/manifest.schema.json"
    )
  })

  it("is a schema of draft 7, in which nothing stands beside a $ref", () => {
    assert.isTrue(ajv.validateSchema(manifestSchema))
    JSON.stringify(manifestSchema, (_, value: unknown) => {
      if (typeof value === "object" && value !== null && "$ref" in value)
        assert.deepStrictEqual(Object.keys(value), ["$ref"])
      return value
    })
  })

  it("has something to say of each field", () => {
    const { definitions, properties } = manifestSchema
    for (const part of [properties, definitions]) {
      for (const [name, schema] of Object.entries(part as object)) {
        if (name !== "variable") assert.match(schema.description, /^[^\n]+\.$/, name)
      }
    }
  })

  it("fits the quickstart's manifest, and every example of docs/manifest.md", () => {
    const page = readFileSync(join(root, "docs/manifest.md"), "utf8")
    const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text)
    assert.isAtLeast(examples.length, 6)
    for (const text of [readFileSync(join(root, "examples/quickstart/backup.yaml"), "utf8"), ...examples]) {
      const value = load(text)
      assert.isTrue(isFit(value), why(value))
    }
  })
})

describe("the schema", () => {
  it.effect.prop(
    "accepts what the reader accepts",
    [Arbitrary.filter(manifests, isAccepted)],
    ([value]) =>
      Effect.sync(() => {
        assert.deepStrictEqual(load(toYaml(value)), value)
        assert.isTrue(isFit(value), why(value))
      }),
    { arbitrary: { seed: "accepted", runs: 1000, maxDiscards: 10_000 } }
  )

  it.effect.prop(
    "accepts what the reader accepts of manifests that were changed anyhow",
    [manifests, Arbitrary.array(Arbitrary.schema(Change), { minLength: 1, maxLength: 3 })],
    ([manifest, changes]) =>
      Effect.sync(() => {
        const value = changes.reduce((value, change) => changed(value, change), manifest)
        if (isAccepted(value)) assert.isTrue(isFit(value), why(value))
      }),
    { arbitrary: { seed: "changed", runs: 5000 } }
  )

  /** The classes of mistakes that docs/manifest.md says it sees. */
  const mistakes: ReadonlyArray<readonly [string, ReadonlyArray<string | number>, Json | undefined]> = [
    ["an unknown field of the manifest", ["resorces"], {}],
    ["an unknown field of the defaults", ["defaults", "protectd"], true],
    ["an unknown field of a resource", ["resources", "web", "folders"], "b1g"],
    ["an unknown field of a group", ["groups", "production", "instance"], "epd"],
    ["an unknown field of an expect", ["groups", "production", "expect", "severity"], "high"],
    ["an unknown field of a match", ["groups", "production", "match"], { label: "a" }],
    ["an unknown field of a waiver", ["waivers", 0, "expires"], "2027-01-01"],
    ["an unknown field of a folder", ["folders", "b1ga"], { unlistd: "fail" }],
    ["an unknown rule", ["rules"], { HF999: "low" }],
    ["another version", ["version"], 2],
    ["no version", ["version"], undefined],
    ["a text in place of a boolean", ["resources", "web", "online"], "yes"],
    ["a list in place of a mapping", ["resources"], ["web"]],
    ["a text in place of a mapping", ["groups", "production"], "b1ga"],
    ["a mapping in place of a list", ["waivers"], {}],
    ["a mapping in place of a text", ["resources", "web", "owner"], { name: "ops" }],
    ["nothing in place of a text", ["waivers", 0, "reason"], null],
    ["a text in place of a list", ["resources", "web", "policies"], "daily"],
    ["an empty list", ["groups", "production", "folders"], []],
    ["a word that is none of the known", ["resources", "web", "severity"], "hgih"],
    ["a status that is none of the known", ["groups", "production", "expect", "status"], ["IDLE", "idle"]],
    ["a mode that is none of the known", ["folders", "b1ga"], { unlisted: "no" }],
    ["a field that cannot be waived", ["waivers", 0, "fields"], ["severity"]],
    ["protected that is false", ["resources", "web", "protected"], false],
    ["a resource without an instance", ["resources", "web", "instance"], undefined],
    ["a group without folders", ["groups", "production", "folders"], undefined],
    ["a waiver without until", ["waivers", 0, "until"], undefined],
    ["a waiver without a reason", ["waivers", 0, "reason"], undefined],
    ["a waiver of nothing", ["waivers", 0, "resource"], undefined],
    ["a waiver of two things", ["waivers", 0, "group"], "production"],
    ["an id in capitals", ["resources", "web", "instance"], "EPD"],
    ["an id that is too long", ["resources", "web", "instance"], "e".repeat(51)],
    ["an id of a folder that is none", ["folders", "-b"], {}],
    ["a duration without a unit", ["resources", "web", "maxBackupAge"], "26"],
    ["a duration that is a number", ["defaults", "nextBackupWithin"], 26],
    ["a duration of nothing", ["resources", "web", "maxBackupAge"], "0h"],
    ["a day that is none", ["waivers", 0, "until"], "tomorrow"],
    ["what is backed up, and must not be", ["resources", "web"], { instance: "epd0", enabled: false, protected: true }]
  ]

  const withMistake = (value: Json, [next, ...path]: ReadonlyArray<string | number>, wrong: Json | undefined): Json => {
    if (next === undefined) return wrong ?? null
    if (Array.isArray(value))
      return value.map((item, index) => (index === next ? withMistake(item, path, wrong) : item))
    const mapping = isMapping(value) ? value : {}
    const { [next]: inner = null, ...others } = mapping
    return path.length === 0 && wrong === undefined ? others : { ...others, [next]: withMistake(inner, path, wrong) }
  }

  for (const [mistake, path, wrong] of mistakes) {
    it.effect.prop(
      `refuses ${mistake}, as the reader does`,
      [Arbitrary.filter(manifests, isAccepted)],
      ([manifest]) =>
        Effect.sync(() => {
          const value = withMistake(manifest, path, wrong)
          assert.deepStrictEqual([isAccepted(value), isFit(value)], [false, false], JSON.stringify(value, null, 1))
        }),
      { arbitrary: { seed: mistake, runs: 20, maxDiscards: 1000 } }
    )
  }

  it.effect.prop(
    "takes for a duration what the reader takes for one",
    [Schema.Array(Schema.Literals([..."00123456789smhdwsmhdwM -", "999999", "1000000"])).check(Schema.isMaxLength(9))],
    ([parts]) =>
      Effect.sync(() => {
        const text = parts.join("")
        const value = { version: 1, defaults: { maxBackupAge: text } }
        assert.strictEqual(isFit(value), parseDuration(text) !== undefined, text)
      }),
    { arbitrary: { seed: "durations", runs: 2000 } }
  )
})
