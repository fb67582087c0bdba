/**
 * What can be seen of each request from outside: a client span and metrics, named by OpenTelemetry's semantic conventions for
 * HTTP clients. Neither holds a header, a body or a query.
 *
 * https://opentelemetry.io/docs/specs/semconv/http/
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import type { RequestError } from "../CloudBackupError.ts"
import { monotonicMillis } from "./monotonicMillis.ts"

/** How long requests take, from the first byte sent to the last one read, in seconds; the convention's own buckets. */
const duration = Metric.histogram("http.client.request.duration", {
  description: "Duration of HTTP client requests in seconds.",
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
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

/** One series of the histogram for each combination of attributes: few, since none of them is an id. */
const series = new Map<string, Metric.Histogram<number>>()

const seriesOf = (attributes: Readonly<Record<string, string>>): Metric.Histogram<number> => {
  const key = Object.values(attributes).join(" ")
  let found = series.get(key)
  if (found === undefined) {
    found = Metric.withAttributes(duration, attributes)
    series.set(key, found)
  }
  return found
}

const portOf = ({ port, protocol }: URL): string => (port !== "" ? port : protocol === "https:" ? "443" : "80")

/** Observes one request. `statusOf` gives the HTTP status of a good answer. */
export const observe = <A>(
  request: Observed,
  statusOf: (answer: A) => number,
  effect: Effect.Effect<A, RequestError>
): Effect.Effect<A, RequestError> => {
  const url = new URL(request.url)
  const server = {
    "http.request.method": request.method,
    "server.address": url.hostname,
    "server.port": portOf(url)
  }
  const attributes = {
    ...server,
    "server.port": Number(server["server.port"]),
    "url.full": request.url,
    "http.request.header.x-client-request-id": request.clientRequestId,
    ...(request.attempts > 1 ? { "http.request.resend_count": request.attempts - 1 } : {})
  }
  return Effect.useSpan(request.method, { kind: "client", attributes }, (span) =>
    Effect.flatMap(monotonicMillis, (startedAt) =>
      Effect.onExit(effect, (exit) =>
        Effect.flatMap(monotonicMillis, (endedAt) => {
          const error = Exit.isFailure(exit) ? Exit.findErrorOption(exit) : undefined
          const failed = error?._tag === "Some" ? error.value : undefined
          const status = Exit.isSuccess(exit) ? statusOf(exit.value) : failed?.status
          const type = Exit.isSuccess(exit) ? "" : (failed?._tag ?? "interrupted")
          if (status !== undefined) span.attribute("http.response.status_code", status)
          if (type !== "") span.attribute("error.type", type)
          if (failed?.requestId !== undefined) span.attribute("http.response.header.x-request-id", failed.requestId)
          const metric = seriesOf({
            ...server,
            ...(status === undefined ? {} : { "http.response.status_code": String(status) }),
            ...(type === "" ? {} : { "error.type": type })
          })
          const counts = [
            ...(request.attempts > 1 ? [Metric.update(retries, 1)] : []),
            ...(failed?._tag === "RateLimited" ? [Metric.update(throttles, 1)] : [])
          ]
          return Effect.andThen(
            Effect.all(counts, { discard: true }),
            Metric.update(metric, (endedAt - startedAt) / 1_000)
          )
        })
      )
    )
  )
}
