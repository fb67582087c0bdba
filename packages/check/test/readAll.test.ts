import { assert, describe, it } from "@effect/vitest"
import { ServiceUnavailable } from "@holdfast/core/CloudBackupError"
import { CurrentRetryPolicy, none, standard } from "@holdfast/core/RetryPolicy"
import { Effect } from "effect"
import { check } from "../src/Check.ts"
import { cloud, fromNow, manifest, options, outcome, unavailable } from "./cloud.ts"
import { ago, resource, second } from "./fleet.ts"

const inSync = resource({ lastBackupTime: ago(second) })

describe("check, of reads that fail in passing", () => {
  it.effect("asks once more, in one attempt each, for what failed in passing, when all else is read", () =>
    Effect.gen(function* () {
      const policies: Array<number> = []
      const failures = new Map([
        ["i-a", 1],
        ["i-c", 2],
        ["i-d", 3]
      ])
      const { asked, layer } = cloud((id) =>
        Effect.flatMap(CurrentRetryPolicy, ({ maxAttempts }) => {
          policies.push(maxAttempts)
          const left = failures.get(id) ?? 0
          failures.set(id, left - 1)
          return left > 0 ? Effect.fail(unavailable) : Effect.succeed(inSync)
        })
      )
      const report = yield* fromNow(check(manifest("a", "b", "c", "d"), options({ concurrency: 1 }))).pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(outcome(report), "a:in_sync b:in_sync c:in_sync d:in_sync")
      assert.strictEqual(asked.join(" "), "i-a i-b i-c i-d i-a i-c i-d i-c i-d i-d")
      assert.deepStrictEqual(policies, [4, 4, 4, 4, 1, 1, 1, 1, 1, 1])
    })
  )

  it.effect("asks no further where that reads too little, and never under the policy of one attempt", () =>
    Effect.gen(function* () {
      const always = () => Effect.fail(unavailable)
      for (const [policy, expected] of [
        [standard, 10],
        [none, 5]
      ] as const) {
        const { asked, layer } = cloud(always)
        const report = yield* fromNow(check(manifest("a", "b", "c", "d", "e"), options())).pipe(
          Effect.provide(layer),
          Effect.provideService(CurrentRetryPolicy, policy)
        )
        assert.strictEqual(asked.length, expected)
        assert.strictEqual(report.exit_code, 1)
      }
    })
  )

  it.effect("keeps the first failure of a resource that was not sent again", () =>
    Effect.gen(function* () {
      let reads = 0
      const unsent = new ServiceUnavailable({ ...unavailable, detail: "not asked for", attempts: 0 })
      const { layer } = cloud(() => Effect.suspend(() => Effect.fail(reads++ === 0 ? unavailable : unsent)))
      const report = yield* fromNow(check(manifest("a"), options())).pipe(Effect.provide(layer))
      assert.deepInclude(report.resources[0]?.error, { detail: unavailable.detail, attempts: 3 })
    })
  )
})
