/**
 * Authenticated, retried, decoded reads: what every method of the API's clients is made of.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CloudBackupError } from "../CloudBackupError.ts"
import { Credentials } from "../Credentials.ts"
import { CurrentTally, type RequestCount } from "../RequestCount.ts"
import { Transport } from "../Transport.ts"
import { quickOf, slow } from "./quick.ts"
import { type Method, Reading, type Wanted } from "./Reading.ts"
import { Session } from "./Session.ts"
import { Meter, spanned } from "./telemetry.ts"

/** Reads an answer the short way where there is one and the answer is plain, and through its schema otherwise. */
const decoderOf = <S extends Schema.ConstraintDecoder<unknown>>(answer: S): Method<S["Type"]>["decode"] => {
  const quick = quickOf(answer)
  const decode = Schema.decodeUnknownResult(answer)
  return (json) => {
    const read = quick === undefined ? slow : quick(json)
    return read === slow ? decode(json) : Result.succeed(read as S["Type"])
  }
}

/** What the clients of all services are made of: reads that share transport, credentials, counters and pace. */
export class ApiClient {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** A method of the API, whose URLs begin with `url`. */
  method<S extends Schema.ConstraintDecoder<unknown>>(of: {
    readonly name: string
    readonly url: string
    readonly answer: S
    readonly maxBodyBytes: number
  }): Method<S["Type"]> {
    return {
      session: this.#session,
      name: of.name,
      admission: this.#session.admissionFor(of.url),
      meter: new Meter(of.url),
      decode: decoderOf(of.answer),
      maxBodyBytes: of.maxBodyBytes
    }
  }

  /** Reads by a method; `attributes` are those of the span of the whole read, its attempts included. */
  read<Found, A>(
    method: Method<Found>,
    wanted: Wanted<Found, A>,
    attributes: Readonly<Record<string, string>> = {}
  ): Effect.Effect<A, CloudBackupError> {
    return Effect.withFiber((fiber) =>
      spanned(fiber, { name: method.name, attributes }, new Reading(method, wanted, fiber).run())
    )
  }

  readonly count: Effect.Effect<RequestCount> = Effect.withFiber((fiber) => {
    const { retried, sent } = fiber.getRef(CurrentTally) ?? this.#session.count
    return Effect.succeed({ sent, retried })
  })

  readonly skewMillis: Effect.Effect<number> = Effect.sync(() => this.#session.skewMillis)
}

/** Those in use, by their credentials and then their transport: services that have both in common share one. */
const clients = new WeakMap<object, WeakMap<object, ApiClient>>()

/** The client over the transport and the credentials of the context. */
export const current: Effect.Effect<ApiClient, never, Transport | Credentials> = Effect.gen(function* () {
  const transport = yield* Transport
  const credentials = yield* Credentials
  const byTransport = clients.get(credentials) ?? new WeakMap<object, ApiClient>()
  clients.set(credentials, byTransport)
  const client = byTransport.get(transport) ?? new ApiClient(new Session(transport, credentials))
  byTransport.set(transport, client)
  return client
})
