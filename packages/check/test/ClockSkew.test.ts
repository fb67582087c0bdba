import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { check } from "../src/Check.ts"
import { cloud, manifest, options } from "./cloud.ts"
import { ago, hour, minute, now, resource } from "./fleet.ts"

/** The manifest allows an hour; by the service's clock, the backup is `age` old. */
const run = (age: number, skew: number) =>
  Effect.gen(function* () {
    // This machine's clock is behind the service's by `skew`.
    yield* TestClock.setTime(now - skew)
    const { layer } = cloud(() => Effect.succeed(resource({ updatedAt: ago(age), lastBackupTime: ago(age) })), skew)
    return yield* check(manifest("a"), options()).pipe(Effect.provide(layer))
  })

describe("check, on a machine whose clock is wrong", () => {
  it.effect.each([
    ["behind", 59 * minute, 3 * hour, "in_sync"],
    ["behind", 61 * minute, 3 * hour, "drifted"],
    ["ahead of", 59 * minute, -3 * hour, "in_sync"],
    ["ahead of", 61 * minute, -3 * hour, "drifted"]
  ] as const)("%s the service's reckons ages by the service's, and says so", ([where, age, skew, state]) =>
    Effect.gen(function* () {
      const report = yield* run(age, skew)
      assert.deepStrictEqual(
        report.resources.map((resource) => resource.state),
        [state]
      )
      assert.strictEqual(report.diagnostics[0]?.summary, `This machine's clock is 3h ${where} the service's`)
      assert.strictEqual(report.exit_code, state === "in_sync" ? 0 : 2)
    })
  )

  it.effect("says nothing where the clocks agree", () =>
    Effect.map(run(minute, 0), ({ diagnostics }) => assert.deepStrictEqual(diagnostics, []))
  )
})
