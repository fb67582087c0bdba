import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Database } from "../src/Database.ts"
import { Quotas } from "../src/Quotas.ts"
import { databases } from "./support/databases.ts"
import { Hands } from "./support/store.ts"

describe.each(databases())("Quotas on $name", ({ address }) => {
  it.live("gives each the time after that of the others, and none that is over", () =>
    Effect.gen(function* () {
      const at = yield* Effect.promise(address)
      const hands = new Hands()
      yield* Effect.gen(function* () {
        const { reserve } = yield* Quotas
        const waits = yield* Effect.all(
          Array.from({ length: 8 }, () => reserve("https://backup.example", 100)),
          { concurrency: 4 }
        )
        assert.deepStrictEqual(
          waits.toSorted((a, b) => a - b),
          [0, 100, 200, 300, 400, 500, 600, 700]
        )
        assert.strictEqual(yield* reserve("https://compute.example", 33.3), 0)
        hands.time += 750
        assert.strictEqual(yield* reserve("https://backup.example", 10), 50)
        hands.time += 10_000
        assert.strictEqual(yield* reserve("https://backup.example", 10), 0)
        assert.strictEqual(yield* reserve("https://backup.example", 10), 10)
        // A clock that is set back a little gives no time twice; for one that is set back by hours nobody waits.
        hands.time -= 5_000
        assert.strictEqual(yield* reserve("https://backup.example", 10), 5_020)
        hands.time -= 3_600_000
        assert.strictEqual(yield* reserve("https://backup.example", 10), 0)
        assert.strictEqual(yield* reserve("https://backup.example", 10), 10)
      }).pipe(Effect.provide(Quotas.layer.pipe(Layer.provide(Database.layer(at, { now: hands.now })))))
    })
  )
})
