/**
 * Lists that come in pages: each is read when it is asked for, and none is read for ever.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type CloudBackupError, InvalidRequest } from "../CloudBackupError.ts"
import { idPattern } from "../Resource.ts"
import type { ApiClient } from "./ApiClient.ts"
import { optional, text } from "./protoJson.ts"

/** The longest body of a page: 1,000 resources are about 600 kB. */
const maxPageBytes = 8 * 1024 * 1024

/** The token of the next page; the last one has none, or an empty one. */
export const nextPageToken = optional(text(Schema.String, () => true))

/** A list to read, page by page. */
export interface Paged<Page extends { readonly nextPageToken?: string }, Item> {
  /** The method that reads it, for its span. */
  readonly name: string
  /** Absolute, without a query. */
  readonly url: string
  /** What to list; a parameter that is not defined is left out. */
  readonly query: Readonly<Record<string, string | undefined>>
  readonly answer: Schema.ConstraintDecoder<Page>
  readonly itemsOf: (page: Page) => ReadonlyArray<Item>
  /** Items in a page: 1 to 1,000. Default: 1,000, the API's most. */
  readonly pageSize: number | undefined
}

const invalid = (url: string, field: string, detail: string, description: string) =>
  new InvalidRequest({ method: "GET", url, detail, fieldViolations: [{ field, description }], attempts: 0 })

/**
 * What is wrong with an id before it gets into a URL, where `..` would walk the path. Ids of folders and policies have the shape
 * of ids of instances.
 */
export const flawOfId = (url: string, field: string, value: string): InvalidRequest | undefined =>
  idPattern.test(value)
    ? undefined
    : invalid(
        url,
        field,
        `${JSON.stringify(value.slice(0, 60))} cannot be an id`,
        "1 to 50 lower-case letters, digits, - or _"
      )

/** The same, as an effect. */
export const checkId = (url: string, field: string, value: string): Effect.Effect<void, InvalidRequest> => {
  const flaw = flawOfId(url, field, value)
  return flaw === undefined ? Effect.void : Effect.fail(flaw)
}

const checkPageSize = (url: string, size: number): Effect.Effect<void, InvalidRequest> =>
  Number.isInteger(size) && size >= 1 && size <= 1000
    ? Effect.void
    : Effect.fail(invalid(url, "pageSize", `${size} is no size of a page`, "1 to 1000"))

/** A page token is refused that the service itself has given out: it has grown old. */
const isStaleToken = (error: CloudBackupError): boolean =>
  error._tag === "InvalidRequest" &&
  error.fieldViolations.some(({ field }) => field === "pageToken" || field === "page_token")

/** A page of a list. */
export interface ReadPage<Item> {
  readonly items: ReadonlyArray<Item>
  /** The list begins with it: what was read before is out of date. */
  readonly isFirst: boolean
  /** The list ends with it. */
  readonly isLast: boolean
}

/**
 * The pages of a list. Where a page token has expired on the way, the list begins again from its first page, once: a caller
 * takes what it reads as a set, in which the later reading of an item counts.
 */
export const pages = <Page extends { readonly nextPageToken?: string }, Item>(
  client: ApiClient,
  { answer, itemsOf, name, pageSize = 1000, query, url }: Paged<Page, Item>
): Stream.Stream<ReadPage<Item>, CloudBackupError> => {
  const given = Object.entries(query).flatMap(
    ([name, value]): ReadonlyArray<[string, string]> => (value === undefined ? [] : [[name, value]])
  )

  const method = client.method({ name, url, answer, maxBodyBytes: maxPageBytes })

  return Stream.suspend(() => {
    let read = new Set<string>()
    let hasBegunAgain = false
    let isFirst = true

    const page = (pageToken: string): Effect.Effect<Page, CloudBackupError> => {
      read.add(pageToken)
      const parameters = new URLSearchParams([...given, ["pageSize", String(pageSize)]])
      if (pageToken !== "") parameters.set("pageToken", pageToken)
      const sent = client.read(method, {
        url: `${url}?${parameters}`,
        // Pages that go round would be read for ever.
        select: (found) =>
          found.nextPageToken !== undefined && found.nextPageToken !== "" && read.has(found.nextPageToken)
            ? Result.fail("the page names one that was read before as the next one")
            : Result.succeed(found)
      })
      return Effect.catch(sent, (error) => {
        if (pageToken === "" || hasBegunAgain || !isStaleToken(error)) return Effect.fail(error)
        hasBegunAgain = true
        isFirst = true
        read = new Set()
        return page("")
      })
    }

    return Stream.unwrap(
      Effect.as(
        checkPageSize(url, pageSize),
        Stream.paginate("", (pageToken) =>
          Effect.map(page(pageToken), (found) => {
            const { nextPageToken: next = "" } = found
            const read = [{ items: itemsOf(found), isFirst, isLast: next === "" }]
            isFirst = false
            return [read, next === "" ? Option.none() : Option.some(next)]
          })
        )
      )
    )
  })
}

/** The pages of a list as a caller sees them: arrays of items. */
export const itemsOf = <Item, E>(pages: Stream.Stream<ReadPage<Item>, E>): Stream.Stream<ReadonlyArray<Item>, E> =>
  Stream.map(pages, ({ items }) => items)
