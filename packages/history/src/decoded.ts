import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { corrupt } from "./failures.ts"
import type { HistoryError } from "./HistoryError.ts"

/** What `decode` makes of what was read: where that throws, it is not what was written. */
export const decoded = <A>(
  { shown }: Database["Service"],
  action: string,
  decode: () => A
): Effect.Effect<A, HistoryError> =>
  Effect.try({ try: decode, catch: () => corrupt(shown, action, "what it holds is not as it was written") })
