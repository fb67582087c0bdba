/**
 * One request and its answer, as JSON or as the error that the answer means: what the API client and the credentials share.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import type { RequestError } from "../CloudBackupError.ts"
import type { Transport, TransportRequest, TransportResponse } from "../Transport.ts"
import { uuid } from "../Uuid.ts"
import * as Classify from "./classify.ts"
import { millisOf } from "./monotonic.ts"
import { calledOff, type End, type Meter, traced } from "./telemetry.ts"
import { late } from "./transportFailure.ts"

/** A good answer, with what an error about its content would need. */
export interface Answer {
  readonly json: unknown
  readonly response: TransportResponse
  readonly context: ReturnType<typeof Classify.contextOf>
}

/** What came of a request: a good answer, or the error that it means. */
export type Outcome = Result.Result<Answer, RequestError>

/** A request, without what each time that it is sent has of its own. */
export type Asked = Omit<TransportRequest, "clientRequestId" | "token" | "timeoutMillis">

/** Sends by `transport`, within the request's time limit whether or not it keeps that itself. */
const sendBy = (transport: Transport["Service"], request: TransportRequest) =>
  transport.keepsTime === true
    ? transport.send(request)
    : Effect.timeoutOrElse(transport.send(request), {
        duration: request.timeoutMillis,
        orElse: () => Effect.fail(late(request.timeoutMillis))
      })

const endOf = (outcome: Outcome): End =>
  Result.isSuccess(outcome)
    ? { status: outcome.success.response.status, type: "" }
    : { status: outcome.failure.status, type: outcome.failure._tag, requestId: outcome.failure.requestId }

/** A request that can be sent more than once, each time with a client request id of its own. Counts how often that was. */
export class Exchange {
  readonly #transport: Transport["Service"]
  readonly #request: Asked
  readonly #meter: Meter
  readonly #onDate: ((date: number) => void) | undefined
  #attempts = 0

  /** `onDate` is told what an answer's `Date` says, good or bad, in milliseconds since 1970. */
  constructor(transport: Transport["Service"], request: Asked, meter: Meter, onDate?: (date: number) => void) {
    this.#transport = transport
    this.#request = request
    this.#meter = meter
    this.#onDate = onDate
  }

  /** Sends the request, whose answer has so many milliseconds to come. */
  send(timeoutMillis: number, token?: Redacted.Redacted): Effect.Effect<Answer, RequestError> {
    return Effect.withFiber((fiber) => this.sendFrom(fiber, timeoutMillis, token, Effect.fromResult))
  }

  /**
   * Sends the request from `fiber`, and goes on with what `next` makes of its outcome. There is one effect between the two: each
   * further one would cost as much as all that is done in it.
   */
  sendFrom<A, E>(
    fiber: Fiber.Fiber<unknown, unknown>,
    timeoutMillis: number,
    token: Redacted.Redacted | undefined,
    next: (outcome: Outcome) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> {
    this.#attempts += 1
    const own = { clientRequestId: uuid(fiber.getRef(Random.Random)), timeoutMillis }
    const request = token === undefined ? { ...this.#request, ...own } : { ...this.#request, ...own, token }
    const context = Classify.contextOf(request, this.#attempts)
    const clock = fiber.getRef(Clock.Clock)
    const startedAt = millisOf(clock)

    const sent = <B, F>(then: (outcome: Outcome) => Effect.Effect<B, F>, onEnd?: (end: End) => void) => {
      const ended = (end: End) => {
        this.#meter.count(fiber, context, millisOf(clock) - startedAt, end)
        onEnd?.(end)
      }
      const settled = (outcome: Outcome) => {
        ended(endOf(outcome))
        return then(outcome)
      }
      return Effect.matchCauseEffect(sendBy(this.#transport, request), {
        onSuccess: (received) => settled(this.#read(received, request, context, clock)),
        onFailure: (cause) => {
          const error = Cause.findError(cause)
          if (Result.isSuccess(error)) {
            return settled(Result.fail(Classify.classifyTransportError(context, error.success)))
          }
          ended(calledOff)
          return Effect.failCause(error.failure)
        }
      })
    }
    if (!fiber.getRef(References.TracerEnabled)) return sent(next)
    return Effect.matchEffect(
      traced(context, (onEnd) => sent(Effect.fromResult, onEnd)),
      { onSuccess: (answer) => next(Result.succeed(answer)), onFailure: (error) => next(Result.fail(error)) }
    )
  }

  #read(
    received: TransportResponse,
    request: TransportRequest,
    context: Answer["context"],
    clock: Clock.Clock
  ): Outcome {
    const response = conceal(received, secretsOf(request))
    const date = this.#onDate === undefined ? Number.NaN : Date.parse(response.headers.date ?? "")
    if (!Number.isNaN(date)) this.#onDate?.(date)
    const quotes = request.json === undefined && request.form === undefined
    const json = Classify.classifyResponse(context, response, clock.currentTimeMillisUnsafe(), { quotes })
    return Result.isFailure(json)
      ? Result.fail(json.failure)
      : Result.succeed({ json: json.success, response, context })
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

/** Whether one of `texts` stands somewhere in the answer. */
const mentions = ({ body, headers }: TransportResponse, texts: ReadonlyArray<string>): boolean => {
  for (const text of texts) {
    if (body.includes(text)) return true
    for (const name in headers) if (headers[name]?.includes(text) === true) return true
  }
  return false
}

/** The answer without the secrets of its request: debugging proxies echo what they are sent. */
const conceal = (response: TransportResponse, secrets: ReadonlyArray<string>): TransportResponse => {
  if (!mentions(response, secrets)) return response
  const without = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "<redacted>"), text)
  const headers = Object.entries(response.headers)
  return {
    status: response.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, value === undefined ? value : without(value)])),
    body: without(response.body)
  }
}
