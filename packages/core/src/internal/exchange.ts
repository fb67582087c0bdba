/**
 * One request and its answer, as JSON or as the error that the answer means: what the API client and the credentials share.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { RequestError } from "../CloudBackupError.ts"
import type { Transport, TransportRequest, TransportResponse } from "../Transport.ts"
import * as Classify from "./classify.ts"
import { observe } from "./telemetry.ts"
import { late } from "./transportFailure.ts"

/** A good answer, with what an error about its content would need. */
export interface Answer {
  readonly json: unknown
  readonly response: TransportResponse
  readonly context: ReturnType<typeof Classify.contextOf>
}

/** Sends by `transport`, within the request's time limit whether or not it keeps that itself. */
const sendBy = (transport: Transport["Service"], request: TransportRequest) =>
  transport.keepsTime === true
    ? transport.send(request)
    : Effect.timeoutOrElse(transport.send(request), {
        duration: request.timeoutMillis,
        orElse: () => Effect.fail(late(request.timeoutMillis))
      })

/**
 * A function that makes up the request each time that it is called, to be sent by `fiber` within the given milliseconds, and
 * counts how often it has been sent. Each attempt has a client request id of its own. `onDate` is told what the answer's `Date`
 * says, good or bad, in milliseconds since 1970.
 */
export const exchange = (
  transport: Transport["Service"],
  request: Omit<TransportRequest, "clientRequestId" | "token" | "timeoutMillis">,
  onDate?: (date: number) => void
) => {
  const reading = { quotes: request.json === undefined && request.form === undefined }
  let attempts = 0
  return (
    fiber: Fiber.Fiber<unknown, unknown>,
    timeoutMillis: number,
    token?: Redacted.Redacted
  ): Effect.Effect<Answer, RequestError> => {
    attempts += 1
    const own = { clientRequestId: crypto.randomUUID(), timeoutMillis }
    const attempt = token === undefined ? { ...request, ...own } : { ...request, ...own, token }
    const context = Classify.contextOf(attempt, attempts)
    const answer = Effect.matchEffect(sendBy(transport, attempt), {
      onFailure: (error) => Effect.fail(Classify.classifyTransportError(context, error)),
      onSuccess: (received): Effect.Effect<Answer, RequestError> => {
        const response = conceal(received, secretsOf(attempt))
        const date = onDate === undefined ? Number.NaN : Date.parse(response.headers.date ?? "")
        if (!Number.isNaN(date)) onDate?.(date)
        const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
        const read = Classify.classifyResponse(context, response, now, reading)
        return Result.isFailure(read)
          ? Effect.fail(read.failure)
          : Effect.succeed({ json: read.success, response, context })
      }
    })
    return observe(fiber, context, ({ response }) => response.status, answer)
  }
}

/** Shorter texts are no secrets, and stand in good answers by chance. */
const secretLength = 8

/** What of a request must not be shown: its token, and every text of its body. */
const secretsOf = ({ form, json, token }: TransportRequest): ReadonlyArray<string> => {
  const secrets: Array<unknown> = token === undefined ? [] : [Redacted.value(token)]
  if (json !== undefined) secrets.push(...Object.values(Redacted.value(json) as object))
  if (form !== undefined) secrets.push(...Object.values(Redacted.value(form)))
  return secrets.filter((value): value is string => typeof value === "string" && value.length >= secretLength)
}

/** The answer without the secrets of its request: debugging proxies echo what they are sent. */
const conceal = (response: TransportResponse, secrets: ReadonlyArray<string>): TransportResponse => {
  const isEchoed = (text: string | undefined) => text !== undefined && secrets.some((secret) => text.includes(secret))
  if (!isEchoed(response.body) && !Object.values(response.headers).some(isEchoed)) return response
  const without = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "<redacted>"), text)
  const headers = Object.entries(response.headers)
  return {
    status: response.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, value === undefined ? value : without(value)])),
    body: without(response.body)
  }
}
