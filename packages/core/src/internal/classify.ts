/**
 * From an answer, or the lack of one, to the error that it means. The gRPC code of a `google.rpc.Status` decides where the
 * service sent one, the HTTP status otherwise: proxies and balancers answer without it.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as CloudBackupError from "../CloudBackupError.ts"
import type { TransportError, TransportRequest, TransportResponse } from "../Transport.ts"
import * as RpcStatus from "./rpcStatus.ts"
import { withoutQuery } from "./splitUrl.ts"
import * as StrictJson from "./strictJson.ts"

/** The most of a foreign body that an error quotes, in characters. */
const quoteLength = 200

/** The most of the service's own words. */
const wordsLength = 1000

/** The request's side of an error. */
export const contextOf = ({ clientRequestId, method, url }: TransportRequest, attempts: number) => ({
  method,
  url: withoutQuery(url),
  clientRequestId,
  attempts
})

type RequestContext = ReturnType<typeof contextOf>

/** What a body that is not JSON looks like: the title of a page, or its first characters. */
const quote = (response: TransportResponse, quotes: boolean): string => {
  const body = response.body.trim()
  if (body === "") return "an empty body"
  if (!quotes) return `a body of ${body.length} characters`
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim()
  if (title !== undefined) return `an HTML page titled "${title.slice(0, quoteLength)}"`
  if (/^<(!doctype|html)/i.test(body)) return "an HTML page"
  return `"${body.slice(0, quoteLength)}${body.length > quoteLength ? "…" : ""}"`
}

/** The words of an OAuth 2.0 error (RFC 6749), which a token service answers with. */
const oauthWords = (json: StrictJson.Parsed): string | undefined => {
  if (json._tag !== "Json" || typeof json.value !== "object" || json.value === null) return undefined
  const { error, error_description: description } = json.value as { error?: unknown; error_description?: unknown }
  if (typeof error !== "string") return undefined
  return typeof description === "string" ? `${error}: ${description}` : error
}

/** `Retry-After` in milliseconds: seconds, or a date against the answer's own `Date`. Garbage and the past count as absent. */
const retryAfterMillis = (headers: TransportResponse["headers"], now: number): number | undefined => {
  const value = headers["retry-after"]?.trim()
  if (value === undefined) return undefined
  if (/^\d{1,10}(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000)
  if (!/[a-z]/i.test(value)) return undefined
  const server = Date.parse(headers.date ?? "")
  const wait = Date.parse(value) - (Number.isNaN(server) ? now : server)
  return wait > 0 ? Math.ceil(wait) : undefined
}

const requestIdOf = (response: TransportResponse, status: RpcStatus.RpcStatus | undefined): string | undefined =>
  (status?.requestId ?? response.headers["x-request-id"])?.slice(0, quoteLength)

/** The first violations, each in few words: an error must stay of a size to be read. */
const violationsOf = (rpc: RpcStatus.RpcStatus | undefined) =>
  (rpc?.fieldViolations ?? []).slice(0, 10).map(({ description, field }) => ({
    field: field.slice(0, quoteLength),
    description: description.slice(0, quoteLength)
  }))

/** HTTP statuses in terms of gRPC codes, for answers that carry none. https://google.aip.dev/193 */
const codeByStatus: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  429: 8,
  500: 13,
  502: 14,
  503: 14,
  504: 14
}

const errorFor = (
  context: RequestContext,
  response: TransportResponse,
  rpc: RpcStatus.RpcStatus | undefined,
  now: number,
  words: string
): CloudBackupError.RequestError => {
  const requestId = requestIdOf(response, rpc)
  const retryAfter = rpc?.retryDelayMillis ?? retryAfterMillis(response.headers, now)
  const props = {
    ...context,
    status: response.status,
    detail: (rpc === undefined ? words : rpc.message || "no message").slice(0, wordsLength),
    ...(rpc === undefined ? {} : { grpcCode: rpc.code }),
    ...(requestId === undefined ? {} : { requestId })
  }
  const waiting = retryAfter === undefined ? props : { ...props, retryAfterMillis: retryAfter }
  // "Not found" is a verdict, so it must be the service's own: under any other status the two contradict each other.
  const isContradicted = rpc?.code === 5 && response.status !== 404
  switch (rpc === undefined || isContradicted ? codeByStatus[response.status] : rpc.code) {
    case 3: // INVALID_ARGUMENT
    case 9: // FAILED_PRECONDITION
    case 11: // OUT_OF_RANGE
      return new CloudBackupError.InvalidRequest({ ...props, fieldViolations: violationsOf(rpc) })
    case 4: // DEADLINE_EXCEEDED
      return new CloudBackupError.DeadlineExceeded(props)
    case 5: // NOT_FOUND; a proxy's 404 has no code
      return new CloudBackupError.ResourceNotFound(props)
    case 7: // PERMISSION_DENIED
      return new CloudBackupError.PermissionDenied(props)
    case 8: // RESOURCE_EXHAUSTED
      return new CloudBackupError.RateLimited(waiting)
    case 1: // CANCELLED, by the service: nobody here asked for it
    case 14: // UNAVAILABLE
      return new CloudBackupError.ServiceUnavailable(waiting)
    case 2: // UNKNOWN
    case 13: // INTERNAL
    case 15: // DATA_LOSS
      return new CloudBackupError.ServerError(props)
    case 16: // UNAUTHENTICATED
      return new CloudBackupError.Unauthenticated(props)
    default: {
      const target = response.status >= 300 && response.status < 400 ? redirectTarget(context.url, response) : undefined
      return new CloudBackupError.UnexpectedStatus({
        ...props,
        ...(target === undefined ? {} : { detail: `a redirect to ${target}, which is not followed` })
      })
    }
  }
}

/** Where a redirect leads, as far as it can be shown: a path or a user name may hold a secret. */
const redirectTarget = (url: string, { headers }: TransportResponse): string | undefined => {
  const { location } = headers
  return location !== undefined && URL.canParse(location, url) ? new URL(location, url).host : undefined
}

type Malformation = CloudBackupError.MalformedResponse["reason"]

/** `application/json` and its kin (`application/problem+json`); an answer that names no type is judged by its body. */
const isJsonType = (type: string | undefined): boolean =>
  type === "application/json" ||
  type === undefined ||
  type.trim() === "" ||
  /^[\w.+-]+\/([\w.-]+\+)?json\s*(;|$)/i.test(type.trim())

/** The JSON of a 200, or how it is wrong. `seen` describes the body. */
const contentOf = (
  { body, headers }: TransportResponse,
  json: StrictJson.Parsed,
  seen: () => string
): Result.Result<unknown, readonly [Malformation, string]> => {
  const type = headers["content-type"]
  if (!isJsonType(type)) return Result.fail(["not_an_api", `${seen()} of type ${type?.slice(0, 60)} instead of JSON`])
  switch (json._tag) {
    case "Json":
      return Result.succeed(json.value)
    case "Truncated":
      // Nothing at all is a portal's or a balancer's way to answer, not half of an answer.
      return Result.fail([body.trim() === "" ? "not_an_api" : "truncated", `${seen()} instead of JSON`])
    case "NotJson":
      return Result.fail([body.trimStart().startsWith("<") ? "not_an_api" : "not_json", `${seen()} instead of JSON`])
    case "Refused":
      return Result.fail([json.reason, json.detail])
  }
}

/**
 * The JSON of a good answer, or the error that the answer means. `now` is the local time in milliseconds; `quotes` lets an
 * error show the beginning of a body that is not JSON, which a good answer full of secrets must not.
 */
export const classifyResponse = (
  context: RequestContext,
  response: TransportResponse,
  now: number,
  { quotes }: { readonly quotes: boolean }
): Result.Result<unknown, CloudBackupError.RequestError> => {
  const json = StrictJson.parse(response.body)
  // Also under a 200: gateways have been seen to answer so, and it would decode as a resource with default fields.
  const rpc = json._tag === "Json" ? Option.getOrUndefined(RpcStatus.fromJson(json.value)) : undefined
  if (response.status !== 200 || rpc !== undefined) {
    return Result.fail(errorFor(context, response, rpc, now, oauthWords(json) ?? quote(response, quotes)))
  }
  return Result.mapError(
    contentOf(response, json, () => quote(response, quotes)),
    ([reason, detail]) => malformed(context, response, reason, detail)
  )
}

/** A 200 that is not what was asked for. */
export const malformed = (
  context: RequestContext,
  response: TransportResponse,
  reason: Malformation,
  detail: string
): CloudBackupError.MalformedResponse => {
  const requestId = requestIdOf(response, undefined)
  return new CloudBackupError.MalformedResponse({
    ...context,
    status: response.status,
    reason,
    detail,
    ...(requestId === undefined ? {} : { requestId })
  })
}

/** The error of a request that got no whole answer. */
export const classifyTransportError = (
  context: RequestContext,
  { detail, reason, reused }: TransportError
): CloudBackupError.RequestError => {
  switch (reason) {
    case "late":
      return new CloudBackupError.DeadlineExceeded({ ...context, detail })
    case "encoded":
    case "truncated":
    case "too_large":
      return new CloudBackupError.MalformedResponse({ ...context, detail, reason })
    case "not_utf8":
      return new CloudBackupError.MalformedResponse({ ...context, detail, reason: "not_json" })
    default:
      return new CloudBackupError.ConnectionFailed({
        ...context,
        detail,
        reason,
        ...(reused === undefined ? {} : { reused })
      })
  }
}
