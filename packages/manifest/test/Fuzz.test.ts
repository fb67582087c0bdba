import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { Diagnostic, SourceText } from "../src/Diagnostic.ts"
import { parse } from "../src/Manifest.ts"
import { resourcesOf } from "./check.ts"

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

const bits = [
  ..."\0 \t \r \n \r\n { } [ ] ' \" # : - ? | > % , @ ` \\ ~ ! & *".split(" "),
  ...[
    " ",
    "  ",
    ": ",
    "- ",
    "? ",
    "<<: ",
    "&a ",
    "*a",
    "*s",
    "*base",
    "!t ",
    "!!str ",
    "!!bool ",
    "---\n",
    "\n---",
    "...\n"
  ],
  ...[
    "null",
    "yes",
    "2",
    "0h",
    "__proto__",
    "constructor",
    "😀",
    "\ud83d",
    "\udc00",
    "\uFEFF",
    "\u2028",
    "\u0085",
    "\x1b[31m"
  ]
]

const below = (limit: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limit - 1 }))

const Mutation = Schema.Struct({
  kind: Schema.Literals(["insert", "replace", "delete", "copy", "cut"]),
  where: below(10_000),
  from: below(10_000),
  length: below(40),
  bit: Schema.Literals(bits)
})

const mutate = (text: string, { bit, from, kind, length, where }: typeof Mutation.Type): string => {
  const at = where % (text.length + 1)
  const start = from % (text.length + 1)
  switch (kind) {
    case "insert":
      return text.slice(0, at) + bit + text.slice(at)
    case "replace":
      return text.slice(0, at) + bit + text.slice(at + 1)
    case "delete":
      return text.slice(0, at) + text.slice(at + length)
    case "copy":
      return text.slice(0, at) + text.slice(start, start + length) + text.slice(at)
    case "cut":
      return length < 4 ? text.slice(0, at) : text
  }
}

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
