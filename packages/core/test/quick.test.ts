import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Result, Schema } from "effect"
import { vi } from "vitest"
import { list, message, optional } from "../src/internal/protoJson.ts"
import { quickOf, slow } from "../src/internal/quick.ts"
import { Resource, ResourceFromJson, statuses } from "../src/Resource.ts"

/** The modules as they are where no code can be made at run time, as with `node --disallow-code-generation-from-strings`. */
const uncompiled = await (async () => {
  vi.resetModules()
  vi.stubGlobal("Function", () => {
    throw new EvalError("Code generation from strings disallowed for this context")
  })
  const { list, message } = await import("../src/internal/protoJson.ts")
  const { quickOf, slow } = await import("../src/internal/quick.ts")
  const { Resource, ResourceFromJson } = await import("../src/Resource.ts")
  vi.unstubAllGlobals()
  return { Resource, ResourceFromJson, list, message, quickOf, slow }
})()

const good = {
  computeInstanceId: "epd1",
  createdAt: "2026-01-01T00:00:00Z",
  online: true,
  enabled: true,
  status: "IDLE",
  statusProgress: "0",
  lastBackupTime: "2026-06-01T00:00:00.123456789Z",
  isActive: true,
  initStatus: "REGISTRED",
  type: "COMPUTE",
  agentInfo: { currentVersion: "1", latestVersion: "2", canUpdate: true }
}

/** Values that stand where others are expected, with those that do. */
const AnyValue = Schema.Union([
  Schema.Json,
  Schema.Literals([
    "2026-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:60Z",
    "epd1",
    "..",
    "0",
    "42",
    "IDLE",
    "",
    "null"
  ]),
  Schema.Boolean
])

const names = [...Object.keys(Resource.fields), "compute_instance_id", "last_backup_time", "unknown", "constructor"]

const AnyChange = Schema.Struct({ name: Schema.Literals(names), value: AnyValue, isMissing: Schema.Boolean })

describe.each([
  ["compiled", { Resource, ResourceFromJson, list, message, quickOf, slow }],
  ["where nothing can be compiled", uncompiled]
] as const)(
  "the short way to read a message, %s",
  (_, { Resource, ResourceFromJson, list, message, quickOf, slow }) => {
    const quick = quickOf(ResourceFromJson)
    const decode = Schema.decodeUnknownResult(ResourceFromJson)

    it("is taken by what the service writes", () => {
      const read = quick?.(good)
      assert.instanceOf(read, Resource)
      assert.deepStrictEqual(read, Result.getOrThrow(decode(good)))
    })

    it.effect.prop(
      "gives what its schema gives, or nothing",
      [Schema.Array(AnyChange).check(Schema.isMaxLength(4))],
      ([changes]) =>
        Effect.sync(() => {
          const json: Record<string, unknown> = structuredClone(good)
          for (const { isMissing, name, value } of changes) {
            if (isMissing) delete json[name]
            else json[name] = value
          }
          const read = quick?.(json)
          if (read === slow) return
          const expected = decode(json)
          assert.deepStrictEqual(read, Result.getOrThrow(expected))
          assert.isTrue(Equal.equals(Result.getOrThrow(expected), read))
        }),
      { arbitrary: { runs: 2_000, seed: "quick" } }
    )

    it.each<readonly [name: string, json: unknown]>([
      ["a number for an enum", { ...good, status: statuses.indexOf("FAILED") }],
      ["null", { ...good, status: null }],
      ["a proto name", { compute_instance_id: "epd1" }],
      ["a wrong type", { ...good, enabled: "true" }],
      ["a number for a text", { ...good, statusDetails: 7 }],
      ["a number for an id", { ...good, computeInstanceId: 7 }],
      ["a number for a time", { ...good, createdAt: 7 }],
      ["another int64", { ...good, statusProgress: "7" }],
      ["a day that does not exist", { ...good, createdAt: "2026-02-30T00:00:00Z" }],
      ["an id that walks the path", { ...good, computeInstanceId: ".." }],
      ["no id", { ...good, computeInstanceId: undefined }],
      ["a list", []],
      ["a message inside that is wrong", { ...good, agentInfo: { canUpdate: 1 } }],
      ["nothing", null],
      ["a text", "epd1"]
    ])("is not taken by %s", (_, json) => {
      assert.strictEqual(quick?.(JSON.parse(JSON.stringify(json))), slow)
    })

    it("is taken by a list of plain messages only, and a missing list is empty", () => {
      const page = quickOf(message(Schema.Struct({ resources: list(ResourceFromJson) })))
      assert.deepStrictEqual(page?.({}), { resources: [] })
      const one = Result.getOrThrow(decode(good))
      assert.deepStrictEqual(page?.({ resources: [good, good] }), { resources: [one, one] })
      assert.strictEqual(page?.({ resources: [good, { ...good, online: 1 }] }), slow)
      assert.strictEqual(page?.({ resources: {} }), slow)
    })

    it("does not exist for a message with a field of another kind", () => {
      for (const other of [Schema.Finite, optional(Schema.Finite), list(Schema.Finite)]) {
        assert.isUndefined(quickOf(message(Schema.Struct({ other }))))
      }
    })
  }
)
