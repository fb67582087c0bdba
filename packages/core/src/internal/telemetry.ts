/**
 * What can be seen of each request from outside: a client span and metrics, named by OpenTelemetry's semantic conventions for
 * HTTP clients. Neither holds a header, a body or a query.
 *
 * https://opentelemetry.io/docs/specs/semconv/http/
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as References from "effect/References"

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

/** How a request ended: its status, and what kind of error it is, if any. */
export interface End {
  readonly status: number | undefined
  readonly type: string
  readonly requestId?: string | undefined
}

/** How a request ends that is called off. */
export const calledOff: End = { status: undefined, type: "interrupted" }

/** Counts the requests to one server. */
export class Meter {
  readonly #server: ReturnType<typeof serverOf>
  /** One series for each kind of end: few, since no id is part of it. */
  readonly #series = new Map<string, Metric.Histogram<number>>()
  /** The series that was last counted in, and what it is of: an end is mostly of the kind of the one before. */
  #last: { readonly method: string; readonly end: End; readonly series: Metric.Histogram<number> } | undefined

  /** Of the server of `url`. */
  constructor(url: string) {
    this.#server = serverOf(url)
  }

  /** Counts a request of `fiber` that took so long. Not by effects, of which each would cost more than all of the counting. */
  count(fiber: Fiber.Fiber<unknown, unknown>, { attempts, method }: Observed, tookMillis: number, end: End): void {
    this.#seriesOf(method, end).updateUnsafe(tookMillis / 1_000, fiber.context)
    if (attempts > 1) retries.updateUnsafe(1, fiber.context)
    if (end.type === "RateLimited") throttles.updateUnsafe(1, fiber.context)
  }

  #seriesOf(method: string, end: End): Metric.Histogram<number> {
    const last = this.#last
    if (last?.method === method && last.end.status === end.status && last.end.type === end.type) return last.series
    const key = `${method} ${end.status} ${end.type}`
    const series = this.#series.get(key) ?? this.#make(method, end)
    this.#series.set(key, series)
    this.#last = { method, end, series }
    return series
  }

  #make(method: string, { status, type }: End): Metric.Histogram<number> {
    return duration({
      "http.request.method": method,
      "server.address": this.#server.address,
      "server.port": this.#server.port,
      ...(status === undefined ? {} : { "http.response.status_code": String(status) }),
      ...(type === "" ? {} : { "error.type": type })
    })
  }
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

/** One request in a span of its own: `effect` is given what has to be told how it ends. */
export const traced = <A, E>(
  request: Observed,
  effect: (onEnd: (end: End) => void) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.useSpan(request.method, { kind: "client", attributes: attributesOf(request) }, (span) =>
    effect(({ requestId, status, type }) => {
      if (status !== undefined) span.attribute("http.response.status_code", status)
      if (type !== "") span.attribute("error.type", type)
      if (requestId !== undefined) span.attribute("http.response.header.x-request-id", requestId)
    })
  )

/** `effect` in a span, where `fiber` traces: a span that nobody sees costs as much as decoding a resource. */
export const spanned = <A, E, R>(
  fiber: Fiber.Fiber<unknown, unknown>,
  { attributes, name }: { readonly name: string; readonly attributes: Readonly<Record<string, string>> },
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  fiber.getRef(References.TracerEnabled) ? Effect.withSpan(effect, name, { attributes }) : effect
