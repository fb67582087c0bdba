/** The matrix of faults: what a server can do wrong, and what a get and a list make of it. */
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import type { RetryPolicy } from "@holdfast/core/RetryPolicy"
import type * as Seed from "../src/Seed.ts"
import type { Faults } from "./harness.ts"

/** How a read ends: with what was asked for, or with an error; and how many requests that takes. */
export interface Expected {
  readonly tag: CloudBackupError["_tag"] | "reads"
  readonly attempts: number
  /** Further fields of the error. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** What the message has to say. */
  readonly says?: string
}

export interface Row {
  /** Its number in the matrix; several cases may share one. */
  readonly row: number
  readonly name: string
  readonly faults: Faults
  readonly seed?: Partial<typeof Seed.Seed.Encoded>
  readonly policy?: Partial<RetryPolicy>
  readonly get: Expected
  /** Default: as a get. */
  readonly list?: Expected
  /** The least time that it takes, in milliseconds. */
  readonly atLeast?: number
}

const error = (
  tag: CloudBackupError["_tag"],
  attempts: number,
  fields: Readonly<Record<string, unknown>> = {},
  says?: string
): Expected => ({ tag, attempts, fields, ...(says === undefined ? {} : { says }) })

const reads = (attempts = 1): Expected => ({ tag: "reads", attempts })

const malformed = (reason: string, attempts: number, says?: string) =>
  error("MalformedResponse", attempts, { reason }, says)

/** Attempts that take no longer than this show a hanging answer for what it is. */
const hasty: Partial<RetryPolicy> = { attemptTimeoutMillis: 120, maxAttempts: 2 }

const late = (): Expected => error("DeadlineExceeded", 2, {}, "no whole answer within 120 ms")

const inTime = (retryAfter: string | number): Faults => [{ fault: "rate_limited", times: 1, retryAfter }]

const status = (code: number, grpcCode?: number): Faults => [
  { fault: "status", status: code, ...(grpcCode === undefined ? {} : { grpcCode }) }
]

const field = (name: string, value: string): Faults => [{ fault: "fields", fields: { [name]: value } }]

export const rows: ReadonlyArray<Row> = [
  // Connections that break.
  {
    row: 10,
    name: "reset before the headers",
    faults: [{ fault: "reset_before_headers" }],
    get: error("ConnectionFailed", 4, { reason: "reset" })
  },
  { row: 10, name: "reset once", faults: [{ fault: "reset_before_headers", times: 1 }], get: reads(2) },
  {
    row: 11,
    name: "reset in the middle of the headers",
    faults: [{ fault: "reset_mid_headers" }],
    get: error("ConnectionFailed", 4, { reason: "reset" })
  },
  {
    row: 12,
    name: "reset in the middle of the body",
    faults: [{ fault: "reset" }],
    get: error("ConnectionFailed", 4, { reason: "reset" })
  },
  {
    row: 12,
    name: "reset in the middle of the body, three times",
    faults: [{ fault: "reset", times: 3 }],
    get: reads(4)
  },
  {
    row: 13,
    name: "headers that trickle",
    faults: [{ fault: "slow_headers", delay: "50ms" }],
    policy: hasty,
    get: late(),
    atLeast: 240
  },
  {
    row: 14,
    name: "a body that trickles",
    faults: [{ fault: "slow_body", delay: "50ms" }],
    policy: hasty,
    get: late(),
    atLeast: 240
  },
  {
    row: 15,
    name: "a stall after the headers",
    faults: [{ fault: "stall" }],
    policy: hasty,
    get: late(),
    atLeast: 240
  },
  {
    row: 15,
    name: "a stall, once",
    faults: [{ fault: "stall", times: 1 }],
    policy: hasty,
    get: reads(2),
    atLeast: 120
  },
  // Framing.
  {
    row: 16,
    name: "a body shorter than its length",
    faults: [{ fault: "short_body" }],
    get: malformed("truncated", 4)
  },
  { row: 17, name: "a chunked body that is cut", faults: [{ fault: "cut_chunk" }], get: malformed("truncated", 4) },
  { row: 18, name: "a length that is too small", faults: [{ fault: "long_body" }], get: malformed("truncated", 4) },
  {
    row: 16,
    name: "JSON that ends in its middle",
    faults: [{ fault: "truncated" }],
    get: malformed("truncated", 4, "instead of JSON")
  },
  { row: 16, name: "JSON that ends in its middle, once", faults: [{ fault: "truncated", times: 1 }], get: reads(2) },
  // Content.
  {
    row: 19,
    name: "invalid JSON",
    faults: [{ fault: "invalid_json" }],
    get: malformed("not_json", 2, "instead of JSON")
  },
  { row: 19, name: "invalid JSON, once", faults: [{ fault: "invalid_json", times: 1 }], get: reads(2) },
  { row: 20, name: "invalid UTF-8", faults: [{ fault: "invalid_utf8" }], get: malformed("not_json", 2, "UTF-8") },
  {
    row: 21,
    name: "a key twice",
    faults: [{ fault: "duplicate_keys" }],
    get: malformed("not_json", 2, '"enabled" twice')
  },
  { row: 21, name: "a key __proto__", faults: [{ fault: "proto_key" }], get: malformed("not_json", 2, "__proto__") },
  { row: 22, name: "gzip that is none", faults: [{ fault: "gzip_garbage" }], get: malformed("encoded", 1, "gzip") },
  { row: 23, name: "a gzip bomb", faults: [{ fault: "gzip_bomb" }], get: malformed("encoded", 1, "gzip") },
  { row: 24, name: "five encodings", faults: [{ fault: "encodings" }], get: malformed("encoded", 1, "gzip, gzip") },
  {
    row: 25,
    name: "a portal's page",
    faults: [{ fault: "html" }],
    get: malformed("not_an_api", 1, "Sign in to the network")
  },
  {
    row: 25,
    name: "a proxy's 407",
    faults: [{ fault: "proxy_auth" }],
    get: error("UnexpectedStatus", 1, { status: 407 }, "Proxy Authentication Required")
  },
  {
    row: 25,
    name: "a proxy's 502",
    faults: [{ fault: "bad_gateway" }],
    get: error("ServiceUnavailable", 4, { status: 502 }, "502 Bad Gateway")
  },
  {
    row: 26,
    name: "another content type",
    faults: [{ fault: "wrong_type" }],
    get: malformed("not_an_api", 1, "text/html")
  },
  { row: 27, name: "an empty 200", faults: [{ fault: "empty" }], get: malformed("not_an_api", 1, "an empty body") },
  {
    row: 28,
    name: "UNAVAILABLE under a 200",
    faults: [{ fault: "status_in_200" }],
    get: error("ServiceUnavailable", 4, { status: 200, grpcCode: 14 })
  },
  {
    row: 28,
    name: "PERMISSION_DENIED under a 200",
    faults: [{ fault: "status_in_200", grpcCode: 7 }],
    get: error("PermissionDenied", 1, { grpcCode: 7 })
  },
  {
    row: 28,
    name: "NOT_FOUND under a 200",
    faults: [{ fault: "status_in_200", grpcCode: 5 }],
    get: error("UnexpectedStatus", 1, { status: 200 })
  },
  // An empty object is a list without items, and no resource.
  { row: 29, name: "an empty object", faults: [{ fault: "empty_object" }], get: malformed("shape", 1), list: reads() },
  { row: 29, name: "a resource without fields", faults: [{ fault: "empty_resource" }], get: malformed("shape", 1) },
  // A list cannot tell whom it should be about.
  {
    row: 30,
    name: "another instance",
    faults: [{ fault: "mismatch" }],
    get: malformed("mismatch", 2, "the answer is about another"),
    list: reads()
  },
  { row: 30, name: "another instance, once", faults: [{ fault: "mismatch", times: 1 }], get: reads(2), list: reads() },
  // Who may.
  {
    row: 31,
    name: "401",
    faults: [{ fault: "unauthenticated" }],
    get: error("Unauthenticated", 1, { status: 401, grpcCode: 16 })
  },
  {
    row: 34,
    name: "403",
    faults: [{ fault: "forbidden" }],
    get: error("PermissionDenied", 1, { status: 403, grpcCode: 7 })
  },
  {
    row: 36,
    name: "404 of the service",
    faults: [{ fault: "not_found" }],
    get: error("ResourceNotFound", 1, { status: 404, grpcCode: 5 })
  },
  { row: 36, name: "404 of a proxy", faults: status(404), get: error("UnexpectedStatus", 1, { status: 404 }) },
  // Other statuses.
  { row: 37, name: "400", faults: status(400, 3), get: error("InvalidRequest", 1, { status: 400 }) },
  { row: 38, name: "405", faults: status(405), get: error("UnexpectedStatus", 1, { status: 405 }) },
  { row: 39, name: "409", faults: status(409, 10), get: error("UnexpectedStatus", 4, { status: 409 }) },
  { row: 40, name: "410", faults: status(410), get: error("UnexpectedStatus", 1, { status: 410 }) },
  { row: 40, name: "412", faults: status(412), get: error("UnexpectedStatus", 1, { status: 412 }) },
  { row: 41, name: "425", faults: status(425), get: error("UnexpectedStatus", 4, { status: 425 }) },
  { row: 42, name: "408", faults: status(408), get: error("UnexpectedStatus", 4, { status: 408 }) },
  { row: 43, name: "429", faults: [{ fault: "rate_limited" }], get: error("RateLimited", 4, { status: 429 }) },
  { row: 43, name: "429, three times", faults: [{ fault: "rate_limited", times: 3 }], get: reads(4) },
  { row: 44, name: "429 with a fraction of a second", faults: inTime(0.2), get: reads(2), atLeast: 200 },
  {
    row: 44,
    name: "429 with an hour",
    faults: inTime(3600),
    get: error("RateLimited", 1, { retryAfterMillis: 3_600_000 })
  },
  { row: 45, name: "429 with a date that has passed", faults: inTime("Thu, 05 Mar 2020 11:00:00 GMT"), get: reads(2) },
  {
    row: 45,
    name: "429 with a date to come",
    faults: inTime("Fri, 05 Mar 2100 11:00:00 GMT"),
    get: error("RateLimited", 1)
  },
  {
    row: 45,
    name: "429 with the end of time",
    faults: inTime("Fri, 31 Dec 9999 23:59:59 GMT"),
    get: error("RateLimited", 1)
  },
  { row: 45, name: "429 with garbage", faults: inTime("soon"), get: reads(2) },
  { row: 45, name: "429 with a negative number", faults: inTime("-5"), get: reads(2) },
  {
    row: 46,
    name: "500",
    faults: [{ fault: "internal" }],
    get: error("ServerError", 4, { status: 500, grpcCode: 13 })
  },
  { row: 47, name: "501", faults: status(501, 12), get: error("UnexpectedStatus", 1, { status: 501 }) },
  { row: 48, name: "503", faults: [{ fault: "unavailable" }], get: error("ServiceUnavailable", 4, { status: 503 }) },
  { row: 48, name: "504", faults: status(504), get: error("ServiceUnavailable", 4, { status: 504 }) },
  {
    row: 48,
    name: "503 with Retry-After",
    faults: [{ fault: "unavailable", times: 1, retryAfter: 0.2 }],
    get: reads(2),
    atLeast: 200
  },
  {
    row: 49,
    name: "500, then 429, then a reset",
    faults: [
      { fault: "internal", times: 1 },
      { fault: "rate_limited", after: 1, times: 1 },
      { fault: "reset", after: 2, times: 1 }
    ],
    get: reads(4)
  },
  {
    row: 50,
    name: "a redirect to itself",
    faults: [{ fault: "redirect" }],
    get: error("UnexpectedStatus", 1, { status: 302 }, "which is not followed")
  },
  {
    row: 51,
    name: "a redirect to plain http",
    faults: [{ fault: "redirect", status: 307, location: "http://user:secret@backup.example.test/x" }],
    get: error("UnexpectedStatus", 1, { status: 307 }, "a redirect to backup.example.test")
  },
  // Size.
  {
    row: 52,
    name: "a body without end",
    faults: [{ fault: "endless_body" }],
    get: malformed("too_large", 1, "too large")
  },
  {
    row: 53,
    name: "1 MB of headers",
    faults: [{ fault: "huge_headers" }],
    get: malformed("too_large", 1, "too large")
  },
  { row: 54, name: "100,000 fields", faults: [{ fault: "many_fields" }], get: malformed("too_large", 1) },
  { row: 54, name: "300,000 lists", faults: [{ fault: "many_values" }], get: malformed("too_large", 1, "values") },
  {
    row: 54,
    name: "10,000 levels",
    faults: [{ fault: "deep_json" }],
    get: malformed("too_large", 1, "levels"),
    list: malformed("too_large", 1)
  },
  // Values.
  ...['"42"', "42", "0", '"9007199254740993"', "9007199254740993", '"-9223372036854775808"', "null"].map((value) => ({
    row: 55,
    name: `an int64 of ${value}`,
    faults: field("statusProgress", value),
    get: reads()
  })),
  ...["1.5", '"1.5"', '""', "9223372036854775808", "true"].map((value) => ({
    row: 55,
    name: `an int64 of ${value}`,
    faults: field("statusProgress", value),
    get: malformed("shape", 1)
  })),
  ...["3", "99", '"RENAMED_LATER"', '"IDLE"', "null"].map((value) => ({
    row: 56,
    name: `a status of ${value}`,
    faults: field("status", value),
    get: reads()
  })),
  ...[
    "2026-03-05T07:05:10Z",
    "2026-03-05T07:05:10.123Z",
    "2026-03-05T07:05:10.123456Z",
    "2026-03-05T07:05:10.391904178Z",
    "2026-03-05T10:05:10+03:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2016-12-31T23:59:60Z"
  ].map((value) => ({
    row: 57,
    name: `a time of ${value}`,
    faults: field("lastBackupTime", `"${value}"`),
    get: reads()
  })),
  ...["2026-02-30T00:00:00Z", "2026-03-05", "1741158310", ""].map((value) => ({
    row: 57,
    name: `a time of "${value}"`,
    faults: field("lastBackupTime", `"${value}"`),
    get: malformed("shape", 1)
  })),
  { row: 58, name: "unknown fields", faults: field("zone", '{"name":["a",{"b":null}]}'), get: reads() },
  // Clocks.
  { row: 59, name: "a clock that is a day ahead", faults: [], seed: { clock: "24h" }, get: reads() },
  { row: 60, name: "a clock that is a day behind", faults: [], seed: { clock: "-24h" }, get: reads() },
  // What the service can take.
  {
    row: 71,
    name: "a limit of requests that has room again soon",
    faults: [],
    seed: { rateLimit: { perSecond: 20, burst: 1 } },
    get: reads()
  },
  {
    row: 72,
    name: "answers that come later and later",
    faults: [{ fault: "latency", delay: "1ms", until: "60ms", over: 3 }],
    get: reads()
  },
  {
    row: 73,
    name: "a brown-out",
    faults: [{ fault: "unavailable", probability: 0.5 }],
    seed: { random: 4 },
    get: reads(2)
  }
]
