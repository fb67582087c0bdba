import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Seed from "../src/Seed.ts"

describe("Seed.parse", () => {
  it.effect("fills in what a seed leaves out", () =>
    Effect.gen(function* () {
      const empty = {
        tokens: ["emulator-token"],
        tokenLifetime: 12 * 3_600_000,
        clock: 0,
        random: 1,
        serviceAccounts: [],
        federations: [],
        faults: [],
        resources: [],
        tasks: [],
        policies: [],
        instances: []
      }
      assert.deepStrictEqual(yield* Seed.parse("", "seed.yaml"), empty)
      const seed = yield* Seed.parse("tokenLifetime: 6m\nresources: [{ computeInstanceId: vm }]", "seed.yaml")
      assert.deepStrictEqual(seed, {
        ...empty,
        tokenLifetime: 360_000,
        resources: [{ computeInstanceId: "vm", folderId: "b1gemulator", faults: [] }]
      })
    })
  )

  it.effect.each([
    ["resources: [", "seed.yaml"],
    ["just a text", "seed.yaml"],
    ["resource: []", `"resource"`],
    ["resources: [{ computeInstanceID: vm }]", `"computeInstanceID"`],
    ["resources: [{ enabled: true }]", `"computeInstanceId"`],
    ["resources: [{ computeInstanceId: '' }]", `"computeInstanceId"`],
    ["resources: [{ computeInstanceId: vm, enabled: yes please }]", `"enabled"`],
    ["resources: [{ computeInstanceId: vm, lastBackupTime: yesterday }]", "-3h"],
    ["tokenLifetime: 12", `"tokenLifetime"`],
    ["tokenLifetime: 12 hours", `"tokenLifetime"`],
    ["faults: [{ fault: flood }]", `"fault"`],
    ["faults: [{ fault: internal, times: 0 }]", `"times"`],
    ["faults: [{ fault: internal, after: -1 }]", `"after"`],
    ["faults: [{ fault: internal, on: put }]", `"on"`],
    ["faults: [{ fault: latency, delay: soon }]", `"delay"`]
  ] as const)("refuses %j and says where", ([text, where]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Seed.parse(text, "seed.yaml"))
      assert.strictEqual(error._tag, "SeedError")
      assert.include(error.message, "seed.yaml")
      assert.include(error.message, where)
      assert.notInclude(error.message, "\n  at ")
    })
  )
})
