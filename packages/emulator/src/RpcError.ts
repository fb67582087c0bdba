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

/** The answer that says so. `violations` become the details of a `google.rpc.BadRequest`. */
export const rpcError = (
  code: keyof typeof codes,
  message: string,
  requestId: string,
  options?: {
    readonly violations?: ReadonlyArray<{ readonly field: string; readonly description: string }>
    readonly headers?: Readonly<Record<string, string>>
  }
): HttpServerResponse.HttpServerResponse => {
  const [number, status] = codes[code]
  const violations = options?.violations ?? []
  return HttpServerResponse.jsonUnsafe(
    {
      code: number,
      message,
      details: [
        { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId },
        ...(violations.length === 0
          ? []
          : [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: violations }])
      ]
    },
    { status, headers: { "x-request-id": requestId, ...options?.headers } }
  )
}
