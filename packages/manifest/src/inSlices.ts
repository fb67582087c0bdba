import * as Effect from "effect/Effect"

/** How many items are worked on at a time: some milliseconds. */
const size = 500

/** What `of` makes of a long list, a slice at a time: a program that has leases to renew must not be held up by it. */
export const inSlices = <A, B, E, R>(
  items: ReadonlyArray<A>,
  of: (slice: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E, R>
): Effect.Effect<ReadonlyArray<B>, E, R> =>
  Effect.gen(function* () {
    const made: Array<B> = []
    for (let start = 0; start < items.length; start += size) {
      if (start > 0) yield* Effect.yieldNow
      for (const one of yield* of(items.slice(start, start + size))) made.push(one)
    }
    return made
  })
