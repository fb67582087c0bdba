/**
 * What can be made to go wrong, by the seed or by the header `x-emulator-fault` (`unavailable; times=2`).
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DurationMillis } from "./Duration.ts"

/** The kinds of fault, with what each does; `docs/emulator.md` lists the same. */
export const kinds = {
  // The service's own answers.
  latency: "answers late, by `delay` (default 100ms); with `until` and `over`, later with each request up to that",
  rate_limited: "429; with `retryAfter`, in seconds or as a date, in `Retry-After`",
  unavailable: "503; with `retryAfter` likewise",
  internal: "500",
  unauthenticated: "401, as for a token that has expired",
  forbidden: "403",
  not_found: "404, as for an instance that the service does not know",
  status: "`status`, with nothing in the body; with `grpcCode`, the service's error of that code",
  status_in_200: "200 with the service's error of `grpcCode` (default 14) as its body",
  // Connections.
  reset_before_headers: "resets the connection instead of answering",
  reset_mid_headers: "resets the connection in the middle of the head",
  reset: "resets the connection in the middle of the body",
  close_reused: "closes a connection that has served before instead of answering; a new one is served well",
  slow_headers: "sends the head byte by byte, one each `delay`",
  slow_body: "sends the body byte by byte, one each `delay`",
  stall: "sends the head and then nothing",
  // Framing.
  short_body: "ends the connection before as many bytes as `Content-Length` says",
  cut_chunk: "ends the connection in the middle of a chunked body",
  long_body: "sends more bytes than `Content-Length` says",
  // Content.
  truncated: "ends the body in the middle of its JSON",
  invalid_json: "a body that is no JSON",
  invalid_utf8: "a body that is no UTF-8",
  duplicate_keys: "JSON with a key twice in one object",
  proto_key: "JSON with a key `__proto__`",
  gzip_garbage: "a body that says it is gzip, and is not",
  gzip_bomb: "a small gzip body that unpacks to 128 MiB",
  encodings: "a body in five encodings, one around the other",
  wrong_type: "the good body as text/html",
  empty: "200 with an empty body",
  html: "200 with the HTML page of a portal",
  bad_gateway: "502 with the HTML page of a proxy",
  proxy_auth: "407 with the HTML page of a proxy",
  empty_object: "200 with `{}`",
  empty_resource: 'a resource, or an item of a list, without any field: `{"resource":{}}`',
  mismatch: "answers about another instance",
  fields: "the raw JSON values of `fields` in place of the resource's own",
  answer: "the literal `body`, with `status` and `headers`",
  redirect: "`status` (default 302) to `location` (default: the same path, a loop)",
  // Size.
  endless_body: "a body without end",
  huge_headers: "1 MB of headers",
  many_fields: "JSON of 100,000 fields",
  many_values: "JSON of 300,000 empty lists",
  deep_json: "JSON of 10,000 levels",
  // Pages of a list.
  token_loop: "each page names itself as the next one",
  repeated_id: "each page begins with the first item of the list",
  conflicting_id: "each page begins with the first item of the list, changed",
  empty_page: "an empty page that names the next one",
  big_page: "all items in one page, whatever was asked for",
  token_expired: "a page token is refused as expired"
} as const

export type FaultKind = keyof typeof kinds
export const faultKinds = Object.keys(kinds) as ReadonlyArray<FaultKind>

/** The routes that a fault can be limited to. */
export const routes = [
  "get",
  "list",
  "token",
  "exchange",
  "oidc",
  "metadata",
  "tasks",
  "policies",
  "applications",
  "instances"
] as const
export type Route = (typeof routes)[number]

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A fault and when it strikes. */
export const Fault = Schema.Struct({
  fault: Schema.Literals(faultKinds),
  /** How many requests it spoils; without it, all. */
  times: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** How many requests are answered well before it begins. Default: 0. */
  after: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0))),
  /** The share of requests that it spoils, drawn with the seed's `random`. Default: 1. */
  probability: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(1))
  ),
  /** When it begins, from the first request on. Default: at once. */
  from: DurationMillis.pipe(Schema.withDecodingDefaultKey(Effect.succeed("0s"))),
  /** How long it goes on from there; without it, for ever. */
  lasts: Schema.optionalKey(DurationMillis),
  /** The only route that it spoils; without it, every one. */
  on: Schema.optionalKey(Schema.Literals(routes)),
  /** Of `latency`, `slow_headers` and `slow_body`. Default: 100 ms. */
  delay: DurationMillis.pipe(Schema.withDecodingDefaultKey(Effect.succeed("100ms"))),
  /** Of `latency`: the delay that it grows to, and over how many requests. */
  until: Schema.optionalKey(DurationMillis),
  over: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** Of `rate_limited` and `unavailable`: seconds, or an HTTP date, as it goes into `Retry-After`. */
  retryAfter: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.String])),
  /** Of `status`, `redirect` and `answer`. */
  status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))),
  /** Of `status` and `status_in_200`: a `google.rpc.Code`. */
  grpcCode: Schema.optionalKey(Schema.Int),
  /** Of `redirect`. */
  location: Schema.optionalKey(Schema.String),
  /** Of `fields`: raw JSON values by field name, each given as JSON text. */
  fields: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Of `answer`. */
  body: Schema.optionalKey(Schema.String),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})
export type Fault = typeof Fault.Type

const decode = Schema.decodeUnknownOption(Fault, { onExcessProperty: "error" })

/** Reads the header: a kind, then `name=value` pairs, parted by semicolons. None where it cannot be read. */
export const fromHeader = (header: string) => {
  const [fault, ...pairs] = header.split(";").map((part) => part.trim())
  const fields = pairs.map((pair) => {
    const [name = "", value = ""] = pair.split("=", 2)
    return [name, /^\d+$/.test(value) ? Number(value) : value]
  })
  return decode({ fault, ...Object.fromEntries(fields) })
}
