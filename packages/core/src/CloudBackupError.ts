/**
 * Everything that can go wrong between a caller and Cloud Backup, as a closed union of flat tagged errors, so that
 * `Effect.catchTag("ResourceNotFound", …)` works and a `match` over them is exhaustive.
 *
 * Each error knows the request (never its headers or body), the answer's status and gRPC code, both request ids, how many
 * attempts were made, whether another attempt may help (`isRetryable`) and what a person should do (`remedy`).
 */
import * as Schema from "effect/Schema"

/** What every error of a request carries. */
const request = {
  /** HTTP method. */
  method: Schema.String,
  /** Origin and path, without the query. */
  url: Schema.String,
  /** HTTP status of the answer, where there was one. */
  status: Schema.optionalKey(Schema.Int),
  /** `google.rpc.Code` of the answer's body, where it had one (5 is NOT_FOUND, 7 PERMISSION_DENIED, …). */
  grpcCode: Schema.optionalKey(Schema.Int),
  /** Why, in the service's own words where it sent some. Untrusted: escape it for wherever it goes. */
  detail: Schema.String,
  /** The service's id of the request (`X-Request-Id` or `google.rpc.RequestInfo`); its support asks for it. */
  requestId: Schema.optionalKey(Schema.String),
  /** Our id of the request, sent as `X-Client-Request-ID`. */
  clientRequestId: Schema.optionalKey(Schema.String),
  /** How many times the request was sent, this failure included. */
  attempts: Schema.Int
}

type Request = Schema.Struct<typeof request>["Type"]

const sentence = (what: string, error: Request): string => {
  const status = error.status === undefined ? "" : `${error.status}: `
  const ids = [
    ...(error.requestId === undefined ? [] : [`request id ${error.requestId}`]),
    ...(error.clientRequestId === undefined ? [] : [`client request id ${error.clientRequestId}`]),
    ...(error.attempts > 1 ? [`${error.attempts} attempts`] : [])
  ]
  return `${what}: ${error.method} ${error.url}: ${status}${error.detail}${ids.length === 0 ? "" : ` (${ids.join(", ")})`}`
}

/** The request is wrong as it stands: an id or a parameter that the service, or this client before it, refuses. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("@holdfast/core/InvalidRequest")(
  "InvalidRequest",
  {
    ...request,
    /** Which field is at fault and why (`google.rpc.BadRequest`); empty where the service did not say. */
    fieldViolations: Schema.Array(Schema.Struct({ field: Schema.String, description: Schema.String }))
  }
) {
  readonly isRetryable = false
  get remedy() {
    return "Correct the id or the parameter named in the message."
  }
  override get message() {
    const violations = this.fieldViolations.map(({ description, field }) => `${field}: ${description}`).join("; ")
    return sentence("The request is invalid", {
      ...this,
      detail: [this.detail, violations].filter((text) => text !== "").join(": ")
    })
  }
}

/** The token was refused, also after one renewal. */
export class Unauthenticated extends Schema.TaggedError<Unauthenticated>("@holdfast/core/Unauthenticated")(
  "Unauthenticated",
  request
) {
  readonly isRetryable = false
  get remedy() {
    return "Give a valid IAM token (`YC_IAM_TOKEN=$(yc iam create-token)`; it lives 12 hours at most) or a service account's key file (YC_SERVICE_ACCOUNT_KEY_FILE)."
  }
  override get message() {
    return sentence("The IAM token was refused", this)
  }
}

/** The account may not read this resource. */
export class PermissionDenied extends Schema.TaggedError<PermissionDenied>("@holdfast/core/PermissionDenied")(
  "PermissionDenied",
  request
) {
  readonly isRetryable = false
  get remedy() {
    const role = new URL(this.url).pathname.startsWith("/compute/") ? "compute.viewer" : "backup.viewer"
    return `Grant the account the role ${role} on the folder of the instance.`
  }
  override get message() {
    return sentence("Access is denied", this)
  }
}

/**
 * The service itself says that it does not know what was asked for: an instance, a policy, a folder. A 404 of a proxy is
 * `UnexpectedStatus`.
 */
export class ResourceNotFound extends Schema.TaggedError<ResourceNotFound>("@holdfast/core/ResourceNotFound")(
  "ResourceNotFound",
  request
) {
  readonly isRetryable = false
  get remedy() {
    return "Correct the id; an instance that Cloud Backup does not know is to be connected to it."
  }
  override get message() {
    return sentence("The service does not know it", this)
  }
}

/** The service limits how often it may be called. */
export class RateLimited extends Schema.TaggedError<RateLimited>("@holdfast/core/RateLimited")("RateLimited", {
  ...request,
  /** How long the service asked to wait (`Retry-After` or `google.rpc.RetryInfo`), in milliseconds. */
  retryAfterMillis: Schema.optionalKey(Schema.Int)
}) {
  readonly isRetryable = true
  get remedy() {
    return "Run again later, with a lower concurrency, or ask for a higher quota."
  }
  override get message() {
    return sentence("The service is limiting requests", this)
  }
}

/** The service is not there for now (503, or gRPC UNAVAILABLE), or a gateway could not reach it (502, 504). */
export class ServiceUnavailable extends Schema.TaggedError<ServiceUnavailable>("@holdfast/core/ServiceUnavailable")(
  "ServiceUnavailable",
  {
    ...request,
    /** How long the service asked to wait (`Retry-After` or `google.rpc.RetryInfo`), in milliseconds. */
    retryAfterMillis: Schema.optionalKey(Schema.Int)
  }
) {
  readonly isRetryable = true
  get remedy() {
    return "Run again later; see the cloud's status page if it lasts."
  }
  override get message() {
    return sentence("The service is unavailable", this)
  }
}

/** No whole answer within the time that the retry policy, or the caller, allows. */
export class DeadlineExceeded extends Schema.TaggedError<DeadlineExceeded>("@holdfast/core/DeadlineExceeded")(
  "DeadlineExceeded",
  request
) {
  readonly isRetryable = true
  get remedy() {
    return "Check the way to the service, allow more time, or use the patient retry policy."
  }
  override get message() {
    return sentence("The time ran out", this)
  }
}

/** The service failed (500, gRPC INTERNAL, UNKNOWN, DATA_LOSS). */
export class ServerError extends Schema.TaggedError<ServerError>("@holdfast/core/ServerError")("ServerError", request) {
  readonly isRetryable = true
  get remedy() {
    return "Run again; if it lasts, give the request id to the cloud's support."
  }
  override get message() {
    return sentence("The service failed", this)
  }
}

/**
 * Why a connection did not carry an answer: nothing listens there; there is no way there; the host has no name (`dns`) or the
 * name server no answer (`resolver`); the certificate or protocol cannot be trusted; the connection broke before the head of
 * an answer, or was reset; this machine is `exhausted` (files, memory or ports); the proxy refused; anything else.
 */
export const connectionFailures = [
  "refused",
  "unreachable",
  "dns",
  "resolver",
  "tls",
  "reset",
  "exhausted",
  "proxy",
  "other"
] as const

/** No connection, or one that broke before an answer had come. */
export class ConnectionFailed extends Schema.TaggedError<ConnectionFailed>("@holdfast/core/ConnectionFailed")(
  "ConnectionFailed",
  {
    ...request,
    /** What kind of failure it was. `tls` and `proxy` are never retried, `dns` once. */
    reason: Schema.Literals(connectionFailures),
    /** The connection had served before: that it was just being closed says nothing of the service. */
    reused: Schema.optionalKey(Schema.Boolean)
  }
) {
  get isRetryable() {
    return this.reason !== "tls" && this.reason !== "proxy"
  }
  /** How often another try may be made for this kind of failure; the policy's word where there is none. */
  get retryLimit() {
    return this.reason === "dns" ? 1 : undefined
  }
  get remedy() {
    switch (this.reason) {
      case "tls":
        return "Check the certificate of the service; name your own authority's with --ca-file, HOLDFAST_CA_FILE or NODE_EXTRA_CA_CERTS."
      case "proxy":
        return "Check the proxy in HTTPS_PROXY and its user name and password, or except the host with NO_PROXY."
      case "dns":
      case "resolver":
        return "Check the host name of the service's address, and this machine's name server."
      case "exhausted":
        return "Read fewer resources at a time (--concurrency), or raise the limit of open files (ulimit -n)."
      default:
        return "Check the service's address, and the network and proxy between this machine and it."
    }
  }
  override get message() {
    return sentence("The connection failed", this)
  }
}

/**
 * What is wrong with an answer: its body ended too early; it is no JSON, or no valid one; it is about something else than
 * what was asked for; it does not come from the API at all, but from a portal or proxy in its place; it is packed though that
 * was not asked for; it is larger or deeper than any answer of the API; its JSON has another shape.
 */
export const malformations = [
  "truncated",
  "not_json",
  "mismatch",
  "not_an_api",
  "encoded",
  "too_large",
  "shape"
] as const

/** An answer that is not what the API promises: cut short, not JSON, too large, or of another shape. */
export class MalformedResponse extends Schema.TaggedError<MalformedResponse>("@holdfast/core/MalformedResponse")(
  "MalformedResponse",
  {
    ...request,
    /** What is wrong. `truncated` is retried as the policy says, `not_json` and `mismatch` once, the others never. */
    reason: Schema.Literals(malformations)
  }
) {
  get isRetryable() {
    return this.reason === "truncated" || this.reason === "not_json" || this.reason === "mismatch"
  }
  /** How often another try may be made for this kind of failure; the policy's word where there is none. */
  get retryLimit() {
    return this.reason === "truncated" ? undefined : 1
  }
  get remedy() {
    return "Check that the address is the service's own and that no proxy answers in its place."
  }
  override get message() {
    return sentence("The answer cannot be understood", this)
  }
}

/** A status that the API does not document for this call: a redirect, a proxy's 404 or 407, a 418. */
export class UnexpectedStatus extends Schema.TaggedError<UnexpectedStatus>("@holdfast/core/UnexpectedStatus")(
  "UnexpectedStatus",
  request
) {
  /** 408 and 425 ask for another try by their meaning, 409 (gRPC ABORTED) by its contract. */
  get isRetryable() {
    return this.status === 408 || this.status === 409 || this.status === 425
  }
  get remedy() {
    return "Check that the address is the service's own and that no proxy answers in its place."
  }
  override get message() {
    return sentence("The answer is unexpected", this)
  }
}

/** What answers in the place of the cloud, a record of it, does not hold this. */
export class NotRecorded extends Schema.TaggedError<NotRecorded>("@holdfast/core/NotRecorded")("NotRecorded", request) {
  readonly isRetryable = false
  get remedy() {
    return "Take a new snapshot, with this manifest."
  }
  override get message() {
    return sentence("The snapshot does not tell", this)
  }
}

/** There is no token to send: none was given, a key file is wrong, or the token service refused it. */
export class CredentialsError extends Schema.TaggedError<CredentialsError>("@holdfast/core/CredentialsError")(
  "CredentialsError",
  {
    /** What was tried and why it failed, without any of its content. */
    detail: Schema.String,
    /** Where the credentials come from: an environment variable or a file. */
    source: Schema.String,
    /** What a person should do. */
    remedy: Schema.String,
    /** The service's id of the token request, where one was sent. */
    requestId: Schema.optionalKey(Schema.String),
    /** HTTP status of the token service's answer, where there was one. */
    status: Schema.optionalKey(Schema.Int),
    attempts: Schema.Int
  }
) {
  readonly isRetryable = false
  override get message() {
    return `No usable credentials (${this.source}): ${this.detail}`
  }
}

/** The errors of one request, before any question of credentials. */
export const RequestError = Schema.Union([
  InvalidRequest,
  Unauthenticated,
  PermissionDenied,
  ResourceNotFound,
  RateLimited,
  ServiceUnavailable,
  DeadlineExceeded,
  ServerError,
  ConnectionFailed,
  MalformedResponse,
  UnexpectedStatus,
  NotRecorded
])
export type RequestError = typeof RequestError.Type

/** Every way in which reading from Cloud Backup can fail. */
export const CloudBackupError = Schema.Union([...RequestError.members, CredentialsError])
export type CloudBackupError = typeof CloudBackupError.Type

/**
 * No other read of the same run can succeed either: the credentials, the certificate of the service or the way to it are at
 * fault, not the resource. A caller with many reads stops at the first of these rather than failing thousands of times.
 */
export const isRunFatal = (error: CloudBackupError): boolean =>
  error._tag === "Unauthenticated" ||
  error._tag === "CredentialsError" ||
  (error._tag === "ConnectionFailed" && (error.reason === "tls" || error.reason === "proxy"))

/**
 * The failure speaks of the endpoint as a whole rather than of one resource: after enough of these in a row a client takes
 * the endpoint for down.
 */
export const isEndpointFailure = (error: CloudBackupError): boolean => {
  switch (error._tag) {
    case "ConnectionFailed":
    case "DeadlineExceeded":
    case "ServerError":
    case "ServiceUnavailable":
      return true
    case "MalformedResponse":
      return error.reason === "not_an_api"
    case "UnexpectedStatus":
      return error.status !== undefined && ((error.status >= 300 && error.status < 400) || error.status === 407)
    default:
      return false
  }
}
