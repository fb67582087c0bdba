/**
 * What can be made to go wrong, by the seed or by the header `x-emulator-fault` (`unavailable; times=2`).
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DurationMillis } from "./Duration.ts"

/** The kinds of fault. */
export const faultKinds = [
  /** The answer comes late, by `delay`. */
  "latency",
  /** 429, with `Retry-After` where `retryAfter` is given. */
  "rate_limited",
  /** 503, with `Retry-After` where `retryAfter` is given. */
  "unavailable",
  /** 500. */
  "internal",
  /** 401, as for a token that has expired. */
  "unauthenticated",
  /** 403. */
  "forbidden",
  /** The connection is reset in the middle of the body. */
  "reset",
  /** A body that ends in the middle of its JSON. */
  "truncated",
  /** 200 with the HTML page of a proxy. */
  "html",
  /** 502 with the HTML page of a proxy. */
  "bad_gateway",
  /** The answer about another instance. */
  "mismatch"
] as const

/** The routes that a fault can be limited to. */
export const routes = ["get", "list", "token"] as const
export type Route = (typeof routes)[number]

/** A fault and when it strikes. */
export const Fault = Schema.Struct({
  fault: Schema.Literals(faultKinds),
  /** How many requests it spoils; without it, all. */
  times: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** How many requests are answered well before it begins. Default: 0. */
  after: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(0))),
  /** The only route that it spoils; without it, every one. */
  on: Schema.optionalKey(Schema.Literals(routes)),
  /** Of `latency`. Default: 100 ms. */
  delay: DurationMillis.pipe(Schema.withDecodingDefaultKey(Effect.succeed("100ms"))),
  /** Of `rate_limited` and `unavailable`: seconds, or an HTTP date, as it goes into `Retry-After`. */
  retryAfter: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.String]))
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
