/**
 * Keyset pages: where one ends, in a text that the next one is asked for with.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { unknownPage } from "./failures.ts"
import type { Page, Paging } from "./History.ts"
import type { HistoryError } from "./HistoryError.ts"
import { storableText } from "./storableText.ts"

/** What orders items: a number, and a text that tells those of the same number apart. */
export type Key = readonly [number, string]

const mostItems = 1_000

/** A text that a column can hold: PostgreSQL fails at what none of its columns holds. */
const storable = Schema.String.check(Schema.makeFilter((text) => storableText(text) === text))

const decodeKey = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Tuple([Schema.Int, storable])))

const textOf = (key: Key): string => Buffer.from(JSON.stringify(key)).toString("base64url")

/** How many items a page has. */
export const limitOf = ({ limit }: Paging): number => Math.min(mostItems, Math.max(1, Math.trunc(limit) || 1))

/** What a page begins after; `undefined` of the first. */
export const keyOf = (database: string, { after }: Paging): Effect.Effect<Key | undefined, HistoryError> =>
  after === undefined || after === null
    ? Effect.undefined
    : Option.match(decodeKey(Buffer.from(after, "base64url").toString()), {
        onNone: () => Effect.fail(unknownPage(database)),
        onSome: Effect.succeed
      })

/** How many rows are read at a time where all are. */
const batch = 1_000

/** All items, a page at a time: `readAfter` reads up to `limit` rows after a key, in its order. */
export const allOf = <Row, A>(
  readAfter: (after: Key | undefined, limit: number) => Effect.Effect<ReadonlyArray<Row>, HistoryError>,
  of: {
    readonly items: (rows: ReadonlyArray<Row>) => Effect.Effect<ReadonlyArray<A>, HistoryError>
    readonly key: (row: Row) => Key
  }
): Stream.Stream<A, HistoryError> => {
  const page = Effect.fnUntraced(function* (after: Key | undefined) {
    const rows = yield* readAfter(after, batch)
    const last = rows.at(-1)
    const next = rows.length < batch || last === undefined ? Option.none<Key>() : Option.some(of.key(last))
    return [yield* of.items(rows), next] as const
  })
  return Stream.paginate<Key | undefined, A, HistoryError>(undefined, page)
}

/** The page of rows that were read with one more than `limit`. */
export const pageOf = <Row, A>(
  rows: ReadonlyArray<Row>,
  limit: number,
  of: { readonly item: (row: Row) => A; readonly key: (row: Row) => Key }
): Page<A> => {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(of.item), next: rows.length > limit && last !== undefined ? textOf(of.key(last)) : null }
}
