/**
 * What can be seen of each request from outside: a client span and metrics, named by OpenTelemetry's semantic conventions for
 * HTTP clients. Neither holds a header, a body or a query.
 *
 * https://opentelemetry.io/docs/specs/semconv/http/
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import type { RequestError } from "../CloudBackupError.ts"
import { millisOf } from "./monotonic.ts"
import { splitUrl } from "./splitUrl.ts"

/** How long requests take, from the first byte sent to the last one read, in seconds; the convention's own buckets. */
const duration = (attributes: Readonly<Record<string, string>>): Metric.Histogram<number> =>
  Metric.histogram("http.client.request.duration", {
    description: "Duration of HTTP client requests in seconds.",
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    attributes
  })

/** Requests that repeat a failed one. */
const retries = Metric.counter("holdfast.client.retries", {
  description: "HTTP requests sent because an earlier one of the same read had failed.",
  incremental: true
})

/** Answers that ask for fewer requests. */
const throttles = Metric.counter("holdfast.client.throttles", {
  description: "HTTP requests that the service refused because there were too many.",
  incremental: true
})

/** A request as it is observed. */
interface Observed {
  readonly method: string
  /** Without its query. */
  readonly url: string
  readonly clientRequestId: string
  /** How often the read has been sent, this time included. */
  readonly attempts: number
}

/** The server of a URL, as the convention names it. */
const serverOf = (url: string) => {
  const { hostname, port, protocol } = new URL(url)
  return { address: hostname, port: port !== "" ? port : protocol === "https:" ? "443" : "80" }
}

/** One series of the histogram for each kind of end that a request to an origin can come to: few, since no id is part of it. */
const series = new Map<string, Map<string, Metric.Histogram<number>>>()

const seriesOf = ({ method, url }: Observed, { status, type }: End): Metric.Histogram<number> => {
  const { origin } = splitUrl(url)
  const ofOrigin = series.get(origin) ?? new Map<string, Metric.Histogram<number>>()
  series.set(origin, ofOrigin)
  const key = `${method} ${status} ${type}`
  const known = ofOrigin.get(key)
  if (known !== undefined) return known
  const { address, port } = serverOf(url)
  const made = duration({
    "http.request.method": method,
    "server.address": address,
    "server.port": port,
    ...(status === undefined ? {} : { "http.response.status_code": String(status) }),
    ...(type === "" ? {} : { "error.type": type })
  })
  ofOrigin.set(key, made)
  return made
}

/** How a request ended: its status, and what kind of error it is, if any. */
interface End {
  readonly status: number | undefined
  readonly type: string
  readonly requestId: string | undefined
}

const attributesOf = ({ attempts, clientRequestId, method, url }: Observed) => {
  const { address, port } = serverOf(url)
  return {
    "http.request.method": method,
    "server.address": address,
    "server.port": Number(port),
    "url.full": url,
    "http.request.header.x-client-request-id": clientRequestId,
    ...(attempts > 1 ? { "http.request.resend_count": attempts - 1 } : {})
  }
}

/** Observes one request of `fiber`. `statusOf` gives the HTTP status of a good answer. */
export const observe = <A>(
  fiber: Fiber.Fiber<unknown, unknown>,
  request: Observed,
  statusOf: (answer: A) => number,
  effect: Effect.Effect<A, RequestError>
): Effect.Effect<A, RequestError> => {
  const clock = fiber.getRef(Clock.Clock)
  const startedAt = millisOf(clock)
  const endOf = (exit: Exit.Exit<A, RequestError>): End => {
    if (Exit.isSuccess(exit)) return { status: statusOf(exit.value), type: "", requestId: undefined }
    const error = Exit.findErrorOption(exit)
    if (error._tag === "None") return { status: undefined, type: "interrupted", requestId: undefined }
    const { _tag: type, requestId, status } = error.value
    return { status, type, requestId }
  }
  /** Counts the request; not by effects, of which each would cost more than all of the counting. */
  const count = (end: End) => {
    seriesOf(request, end).updateUnsafe((millisOf(clock) - startedAt) / 1_000, fiber.context)
    if (request.attempts > 1) retries.updateUnsafe(1, fiber.context)
    if (end.type === "RateLimited") throttles.updateUnsafe(1, fiber.context)
  }
  if (!fiber.getRef(References.TracerEnabled)) {
    return Effect.onExit(effect, (exit) => {
      count(endOf(exit))
      return Effect.void
    })
  }
  return Effect.useSpan(request.method, { kind: "client", attributes: attributesOf(request) }, (span) =>
    Effect.onExit(effect, (exit) => {
      const end = endOf(exit)
      count(end)
      if (end.status !== undefined) span.attribute("http.response.status_code", end.status)
      if (end.type !== "") span.attribute("error.type", end.type)
      if (end.requestId !== undefined) span.attribute("http.response.header.x-request-id", end.requestId)
      return Effect.void
    })
  )
}

/** `effect` in a span, where `fiber` traces: a span that nobody sees costs as much as decoding a resource. */
export const spanned = <A, E, R>(
  fiber: Fiber.Fiber<unknown, unknown>,
  { attributes, name }: { readonly name: string; readonly attributes: Readonly<Record<string, string>> },
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  fiber.getRef(References.TracerEnabled) ? Effect.withSpan(effect, name, { attributes }) : effect
