/**
 * One request and its answer, as JSON or as the error that the answer means: what the API client and the credentials share.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { DeadlineExceeded, type RequestError } from "../CloudBackupError.ts"
import type { Transport, TransportRequest, TransportResponse } from "../Transport.ts"
import * as Classify from "./classify.ts"
import { observe } from "./telemetry.ts"

/** A good answer, with what an error about its content would need. */
export interface Answer {
  readonly json: unknown
  readonly response: TransportResponse
  readonly context: ReturnType<typeof Classify.contextOf>
}

/**
 * A function that sends the request once each time it is called, within the given milliseconds, and counts how often it has
 * been sent. Each attempt has a client request id of its own. `onDate` is told what the answer's `Date` says, good or bad, in
 * milliseconds since 1970.
 */
export const exchange = (
  transport: Transport["Service"],
  request: Omit<TransportRequest, "clientRequestId" | "token">,
  onDate: (date: number) => void = () => undefined
) => {
  const reading = { quotes: request.json === undefined && request.form === undefined }
  let attempts = 0
  return (timeoutMillis: number, token?: Redacted.Redacted): Effect.Effect<Answer, RequestError> =>
    Effect.suspend(() => {
      attempts += 1
      const clientRequestId = crypto.randomUUID()
      const attempt = token === undefined ? { ...request, clientRequestId } : { ...request, clientRequestId, token }
      const context = Classify.contextOf(attempt, attempts)
      const answer = transport.send(attempt).pipe(
        Effect.mapError((error) => Classify.classifyTransportError(context, error)),
        Effect.timeoutOrElse({
          duration: timeoutMillis,
          orElse: () =>
            Effect.fail(
              new DeadlineExceeded({ ...context, detail: `no whole answer within ${Math.ceil(timeoutMillis)} ms` })
            )
        }),
        Effect.flatMap((received) => {
          const response = conceal(received, secretsOf(attempt))
          const date = Date.parse(response.headers.date ?? "")
          if (!Number.isNaN(date)) onDate(date)
          return Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.map(Effect.fromResult(Classify.classifyResponse(context, response, now, reading)), (json) => ({
              json,
              response,
              context
            }))
          )
        })
      )
      return observe(context, ({ response }) => response.status, answer)
    })
}

/** Shorter texts are no secrets, and stand in good answers by chance. */
const secretLength = 8

/** What of a request must not be shown: its token, and every text of its body. */
const secretsOf = ({ form, json, token }: TransportRequest): ReadonlyArray<string> =>
  [
    ...(token === undefined ? [] : [Redacted.value(token)]),
    ...(json === undefined ? [] : Object.values(Redacted.value(json) as object)),
    ...(form === undefined ? [] : Object.values(Redacted.value(form)))
  ].filter((value): value is string => typeof value === "string" && value.length >= secretLength)

/** The answer without the secrets of its request: debugging proxies echo what they are sent. */
const conceal = (response: TransportResponse, secrets: ReadonlyArray<string>): TransportResponse => {
  const headers = Object.entries(response.headers)
  const isEchoed = (text: string | undefined) => text !== undefined && secrets.some((secret) => text.includes(secret))
  if (!isEchoed(response.body) && !headers.some(([, value]) => isEchoed(value))) return response
  const without = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "<redacted>"), text)
  return {
    status: response.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, value === undefined ? value : without(value)])),
    body: without(response.body)
  }
}
