/**
 * Errors as the service sends them: a `google.rpc.Status` with a request id in its details and its header.
 */
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** gRPC codes by name, with the HTTP status that carries each. */
const codes = {
  INVALID_ARGUMENT: [3, 400],
  NOT_FOUND: [5, 404],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  NOT_IMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  UNAUTHENTICATED: [16, 401]
} as const

interface Options {
  /** Become the details of a `google.rpc.BadRequest`. */
  readonly violations?: ReadonlyArray<{ readonly field: string; readonly description: string }>
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer that says so. */
export const rpcError = (code: keyof typeof codes, message: string, requestId: string, options?: Options) =>
  answerOf(codes[code][0], codes[code][1], message, requestId, options)

/** An error of any code under any status. */
export const rpcErrorOf = (code: number, status: number, requestId: string) =>
  answerOf(code, status, `An error of code ${code}`, requestId)

/** The request has a field that the API refuses. */
export const invalid = (field: string, description: string, requestId: string) =>
  rpcError("INVALID_ARGUMENT", "Request validation error", requestId, { violations: [{ field, description }] })

const answerOf = (
  code: number,
  status: number,
  message: string,
  requestId: string,
  { headers = {}, violations = [] }: Options = {}
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(
    {
      code,
      message,
      details: [
        { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId },
        ...(violations.length === 0
          ? []
          : [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: violations }])
      ]
    },
    { status, headers: { "x-request-id": requestId, ...headers } }
  )
