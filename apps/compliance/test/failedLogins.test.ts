import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { FailedLogins } from "../src/server/FailedLogins.ts"

const use = <A>(test: (logins: FailedLogins["Service"]) => Effect.Effect<A>) =>
  Effect.provide(Effect.flatMap(FailedLogins, test), FailedLogins.layer)

/** Fails so often. */
const fail = (logins: FailedLogins["Service"], address: string, times: number) =>
  Effect.repeat(logins.failed(address), { times: times - 1 })

describe("FailedLogins", () => {
  it.effect("lets an address fail ten times, and then once a minute", () =>
    use((logins) =>
      Effect.gen(function* () {
        yield* fail(logins, "a", 9)
        assert.strictEqual(yield* logins.wait("a"), 0)
        yield* fail(logins, "a", 1)
        assert.strictEqual(yield* logins.wait("a"), 60_000)
        assert.strictEqual(yield* logins.wait("b"), 0)
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(yield* logins.wait("a"), 1000)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* logins.wait("a"), 0)
        yield* fail(logins, "a", 1)
        assert.strictEqual(yield* logins.wait("a"), 60_000)
        yield* TestClock.adjust("1 hour")
        yield* fail(logins, "a", 9)
        assert.strictEqual(yield* logins.wait("a"), 0)
      })
    )
  )

  it.effect("lets all together fail a hundred times, and then ten times a minute", () =>
    use((logins) =>
      Effect.gen(function* () {
        yield* logins.succeeded("colleague")
        for (let index = 0; index < 100; index += 1) yield* logins.failed(`address ${index}`)
        assert.strictEqual(yield* logins.wait("somebody else"), 6000)
        // Whoever has signed in from an address is not kept out by what others do.
        assert.strictEqual(yield* logins.wait("colleague"), 0)
        yield* fail(logins, "colleague", 10)
        assert.strictEqual(yield* logins.wait("colleague"), 60_000)
        yield* TestClock.adjust("66 seconds")
        assert.strictEqual(yield* logins.wait("somebody else"), 0)
      })
    )
  )

  it.effect("remembers only so many addresses, and the latest of them", () =>
    use((logins) =>
      Effect.gen(function* () {
        yield* fail(logins, "early", 10)
        for (let index = 0; index < 9_999; index += 1) yield* logins.failed(`address ${index}`)
        yield* TestClock.adjust("1 second")
        yield* fail(logins, "early", 1)
        assert.isAbove(yield* logins.wait("early"), 60_000)
        yield* logins.failed("one more")
        yield* TestClock.adjust("1 day")
        assert.strictEqual(yield* logins.wait("address 0"), 0)
      })
    )
  )
})
