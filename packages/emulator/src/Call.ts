/**
 * A request with its token accepted, and how the routes answer it.
 */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { FaultKind } from "./Fault.ts"
import { invalid } from "./RpcError.ts"
import type { State } from "./State.ts"

export interface Call {
  readonly state: State
  readonly requestId: string
  readonly query: URLSearchParams
  /** The emulator's time, in milliseconds since 1970. */
  readonly now: number
  /** What goes wrong with this request. */
  readonly faults: ReadonlySet<FaultKind>
}

export const ok = (body: unknown, { requestId }: Call) =>
  HttpServerResponse.jsonUnsafe(body, { headers: { "x-request-id": requestId } })

/** Page tokens are opaque to clients: here, how many items came before. */
const encodeToken = (offset: number, note = ""): string => Buffer.from(`offset:${offset}${note}`).toString("base64url")

const decodeToken = (token: string): number | undefined => {
  const match = /^offset:(\d{1,9})(?:$|:)/.exec(Buffer.from(token, "base64url").toString())
  return match === null ? undefined : Number(match[1])
}

/** An item that contradicts `item`. */
const contradiction = (item: Readonly<Record<string, unknown>>) => ({ ...item, enabled: item.enabled !== true })

/** One page of `items` under the name `field`, by the query's `pageSize` and `pageToken`. */
export const page = (call: Call, field: string, items: ReadonlyArray<Readonly<Record<string, unknown>>>) => {
  const { faults, query, requestId } = call
  const pageSizeText = query.get("pageSize") ?? "0"
  const pageToken = query.get("pageToken") ?? ""
  const pageSize = /^\d{1,6}$/.test(pageSizeText) ? Number(pageSizeText) : -1
  if (pageSize < 0 || pageSize > 1000) {
    return invalid("pageSize", "The value must be in the range of 0 to 1000", requestId)
  }
  if (pageToken.length > 100) return invalid("pageToken", "The value's length must be at most 100", requestId)
  const offset = pageToken === "" ? 0 : decodeToken(pageToken)
  if (offset === undefined) return invalid("pageToken", "The page token is invalid", requestId)
  if (pageToken !== "" && faults.has("token_expired")) {
    return invalid("pageToken", "The page token has expired", requestId)
  }
  if (faults.has("empty_page")) return ok({ [field]: [], nextPageToken: encodeToken(offset, `:${pageToken}`) }, call)

  const { pageLimit = Number.POSITIVE_INFINITY } = call.state.seed
  const end = faults.has("big_page") ? items.length : offset + Math.min(pageSize === 0 ? 100 : pageSize, pageLimit)
  const [first] = items
  const isLater = offset > 0 && first !== undefined
  const repeated =
    isLater && faults.has("repeated_id")
      ? [first]
      : isLater && faults.has("conflicting_id")
        ? [contradiction(first)]
        : []
  const next = faults.has("token_loop")
    ? pageToken || encodeToken(0)
    : end < items.length
      ? encodeToken(end)
      : undefined
  return ok(
    {
      [field]: [...repeated, ...items.slice(offset, end)],
      ...(next === undefined ? {} : { nextPageToken: next })
    },
    call
  )
}

/** The query's `name`, where it is an id; the answer that refuses it otherwise. */
export const folderOf = ({ query, requestId }: Call) => {
  const folderId = query.get("folderId") ?? ""
  if (folderId === "") return invalid("folderId", "The field is required", requestId)
  if (folderId.length > 50) return invalid("folderId", "The value's length must be at most 50", requestId)
  return folderId
}
