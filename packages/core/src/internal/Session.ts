/**
 * What all reads of one client share: how its requests are sent and as whom, how many there were, and what has been learnt of
 * the services' clock.
 */
import type * as Clock from "effect/Clock"
import type * as Redacted from "effect/Redacted"
import type { Credentials } from "../Credentials.ts"
import { type RequestCount, RequestTally } from "../RequestCount.ts"
import type { Transport, TransportResponse } from "../Transport.ts"
import { Admission } from "./Admission.ts"
import { splitUrl } from "./splitUrl.ts"

/** How far two clocks may be apart before it matters. */
const skewToleranceMillis = 30_000

/** For how long a token is sent before its source is asked for it again: a source's own margin is minutes. */
const tokenMillis = 1_000

export class Session {
  readonly transport: Transport["Service"]
  readonly credentials: Credentials["Service"]
  readonly #admissions = new Map<string, Admission>()
  readonly #tally = new RequestTally()
  #held: { readonly token: Redacted.Redacted; readonly until: number } | undefined
  #date: string | undefined
  #skewMillis = 0

  constructor(transport: Transport["Service"], credentials: Credentials["Service"]) {
    this.transport = transport
    this.credentials = credentials
  }

  get count(): RequestCount {
    return { sent: this.#tally.sent, retried: this.#tally.retried }
  }

  /** How far the services' clock is ahead of this machine's, in milliseconds. */
  get skewMillis(): number {
    return this.#skewMillis
  }

  /** The services of a cloud are limited, and fail, each for itself. */
  admissionFor(url: string): Admission {
    const { origin } = splitUrl(url)
    const admission = this.#admissions.get(origin) ?? new Admission()
    this.#admissions.set(origin, admission)
    return admission
  }

  noteSent(isRetry: boolean): void {
    this.#tally.note(isRetry)
  }

  /** Compares the answer's `Date` with this machine's clock. */
  noteSkew({ headers }: TransportResponse, clock: Clock.Clock): void {
    if (headers.date === undefined || headers.date === this.#date) return
    this.#date = headers.date
    const ahead = Date.parse(headers.date) - clock.currentTimeMillisUnsafe()
    // `Date` counts whole seconds, and answers take a while: what is less is no skew.
    if (!Number.isNaN(ahead)) this.#skewMillis = Math.abs(ahead) > skewToleranceMillis ? ahead : 0
  }

  /** The token that may be sent without asking its source. */
  tokenAt(now: number): Redacted.Redacted | undefined {
    return this.#held !== undefined && now < this.#held.until ? this.#held.token : undefined
  }

  keepToken(token: Redacted.Redacted, now: number): void {
    this.#held = { token, until: now + tokenMillis }
  }

  /** It has been refused. */
  forgetToken(): void {
    this.#held = undefined
  }
}
