import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { uuid } from "../src/Uuid.ts"

/** What RFC 9562 says of version 4. */
const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe("uuid", () => {
  it("is of version 4, whatever is drawn", () => {
    for (const drawn of [0, 0.25, 0.5, 0.75, 1 - Number.EPSILON / 2]) {
      assert.match(uuid({ nextIntUnsafe: () => 0, nextDoubleUnsafe: () => drawn }), version4)
    }
  })

  it.effect("differs from one to the next, and is the same again for the same seed", () =>
    Effect.gen(function* () {
      const some = Effect.map(Random.Random, (random) => Array.from({ length: 10_000 }, () => uuid(random)))
      const ids = yield* Random.withSeed(some, "ids")
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.isTrue(ids.every((id) => version4.test(id)))
      assert.deepStrictEqual(yield* Random.withSeed(some, "ids"), ids)
    })
  )
})
