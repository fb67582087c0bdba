import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { Diagnostic, SourceText } from "../src/Diagnostic.ts"
import { parse } from "../src/Manifest.ts"
import { resourcesOf } from "./check.ts"
import { Mutation, mutate } from "./mutations.ts"

const valid = `%YAML 1.2
---
version: 1
x-base: &base
  enabled: true
  maxBackupAge: 26h
defaults: {severity: medium, online: true}
resources:
  web-1: {instance: "epd5fs8ojqhg0000aaaa", status: [IDLE, BACKUPING]}
  "billing-db":
    <<: *base
    instance: 'epdbilling'
    status: &s [IDLE, FAILED]
    type: |-
      COMPUTE
  сервер😀: # комментарий
    instance: epd3
    status: *s
    protected: true
  ? scratch
  : instance: epd4
    enabled: false
...
`

describe("parse", () => {
  it.effect("reads the manifest that the mutations start from", () =>
    Effect.sync(() => assert.strictEqual(resourcesOf(valid).length, 4))
  )

  it.effect.prop(
    "never throws, and every mistake lies inside the text",
    [Arbitrary.array(Arbitrary.schema(Mutation), { minLength: 1, maxLength: 6 })],
    ([mutations]) =>
      Effect.sync(() => {
        const text = mutations.reduce(mutate, valid)
        const lines = text.split(/\r\n|\n|\r/)
        const { diagnostics, resources } = parse(new SourceText("fleet.yaml", text))
        for (const diagnostic of diagnostics) {
          assert.isTrue(Schema.is(Diagnostic)(diagnostic))
          const { column = 1, line = 1 } = diagnostic
          const shown = lines[line - 1]
          assert.isDefined(shown, `line ${line} of ${JSON.stringify(text)}`)
          assert.isAtLeast(column, 1)
          assert.isAtMost(column, [...(shown ?? "")].length + 1, `column ${column} of ${JSON.stringify(shown)}`)
        }
        const places = diagnostics.map(({ column = 0, line = 0 }) => line * 1e6 + column)
        assert.deepStrictEqual(
          places,
          places.toSorted((a, b) => a - b)
        )
        const instances = resources.map(({ instance }) => instance)
        assert.strictEqual(new Set(instances).size, instances.length)
      }),
    { arbitrary: { seed: 20260101, runs: 2000 } }
  )
})
