/**
 * `GET /backup/v1/resources/{computeInstanceId}` and `GET /backup/v1/resources`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { rpcError } from "./RpcError.ts"
import { type State, toJson } from "./State.ts"

/** A request with its token accepted. */
export interface Call {
  readonly state: State
  readonly requestId: string
  readonly query: URLSearchParams
}

const ok = (body: unknown, { requestId }: Call) =>
  HttpServerResponse.jsonUnsafe(body, { headers: { "x-request-id": requestId } })

const invalid = (field: string, description: string, { requestId }: Call) =>
  rpcError("INVALID_ARGUMENT", "Request validation error", requestId, { violations: [{ field, description }] })

/** Resource.get. */
export const getResource = (id: string, call: Call) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    if (id.length > 50) return invalid("computeInstanceId", "The value's length must be at most 50", call)
    const known = call.state.resources.filter((resource) => resource.computeInstanceId === id)
    const resource = known.find(({ isActive }) => isActive) ?? known[0]
    if (resource === undefined) return rpcError("NOT_FOUND", `Resource ${id} not found`, call.requestId)
    const tenantInfo = call.query.get("includeTenantInfo") === "true"
    return ok({ resource: toJson(resource, now, { tenantInfo }) }, call)
  })

/** Page tokens are opaque to clients: here, how many resources came before. */
const encodeToken = (offset: number): string => Buffer.from(`offset:${offset}`).toString("base64url")

const decodeToken = (token: string): number | undefined => {
  const match = /^offset:(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString())
  return match === null ? undefined : Number(match[1])
}

/** Resource.list. */
export const listResources = (call: Call) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const { query, state } = call
    const folderId = query.get("folderId") ?? ""
    const pageSizeText = query.get("pageSize") ?? "0"
    const pageToken = query.get("pageToken") ?? ""
    const type = query.get("type")
    if (folderId === "") return invalid("folderId", "The field is required", call)
    if (folderId.length > 50) return invalid("folderId", "The value's length must be at most 50", call)
    const pageSize = /^\d{1,6}$/.test(pageSizeText) ? Number(pageSizeText) : -1
    if (pageSize < 0 || pageSize > 1000) return invalid("pageSize", "The value must be in the range of 0 to 1000", call)
    if (pageToken.length > 100) return invalid("pageToken", "The value's length must be at most 100", call)
    const offset = pageToken === "" ? 0 : decodeToken(pageToken)
    if (offset === undefined) return invalid("pageToken", "The page token is invalid", call)

    const found = state.resources.filter(
      (resource) => resource.folderId === folderId && (type === null || resource.type === type)
    )
    const end = offset + (pageSize === 0 ? 100 : pageSize)
    return ok(
      {
        resources: found.slice(offset, end).map((resource) => toJson(resource, now, { tenantInfo: false })),
        ...(end < found.length ? { nextPageToken: encodeToken(end) } : {})
      },
      call
    )
  })
