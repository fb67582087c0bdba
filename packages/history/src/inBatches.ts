import { isReadonlyArrayNonEmpty, type NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"

/** How many rows one statement writes: SQLite takes 32,766 parameters, PostgreSQL 65,535. */
const size = 500

/** Does `write` with some of `rows` at a time, in order. */
export const inBatches = <A, E, R>(
  rows: ReadonlyArray<A>,
  write: (some: NonEmptyReadonlyArray<A>) => Effect.Effect<unknown, E, R>
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    for (let start = 0; start < rows.length; start += size) {
      const some = rows.slice(start, start + size)
      if (isReadonlyArrayNonEmpty(some)) yield* write(some)
    }
  })
