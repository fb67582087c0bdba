/**
 * Sends a text to a webhook. Redirects are refused, since they would take the message, and its signature, to others; so is plain http,
 * but to this machine. The answer is looked at no further than its status.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { EnvHttpProxyAgent, request } from "undici"
import { codeOf, SendError } from "./SendError.ts"

/** How long a webhook may take, in milliseconds. */
const timeoutMillis = 15_000

/** How much of an answer is read, so that the connection serves again, in bytes. */
const maxAnswer = 64 * 1024

/** The longest pause that a server is granted, in milliseconds. */
const maxPause = 3_600_000

/** What is sent. */
export interface Post {
  readonly channel: string
  readonly url: Redacted.Redacted
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

let agent: EnvHttpProxyAgent | undefined

/** One for the whole process, and made only where something is sent. It reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
const dispatcher = (): EnvHttpProxyAgent => {
  agent ??= new EnvHttpProxyAgent({ connectTimeout: timeoutMillis, allowH2: false })
  return agent
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** What is wrong with an address; it is not repeated. */
const flawOf = (url: string): string | undefined => {
  if (!URL.canParse(url)) return "its address is no URL"
  const { hostname, password, protocol, username } = new URL(url)
  if (username !== "" || password !== "") return "its address holds a user name or a password"
  if (protocol === "https:" || (protocol === "http:" && loopback.test(hostname))) return undefined
  return "its address is not https"
}

/** `Retry-After` in seconds or as a date; `undefined` where it says nothing that can be understood. */
const pauseOf = (value: string | ReadonlyArray<string> | undefined, now: number): number | undefined => {
  if (typeof value !== "string") return undefined
  const millis = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(millis) ? undefined : Math.min(maxPause, Math.max(0, millis))
}

/** Sends it once; an answer of 2xx alone is an arrival. */
export const post = Effect.fn("alerts.post")(function* ({ body, channel, headers, url }: Post) {
  const flaw = flawOf(Redacted.value(url))
  if (flaw !== undefined) return yield* new SendError({ channel, detail: flaw })
  const { host } = new URL(Redacted.value(url))
  const answer = yield* Effect.tryPromise({
    try: async (signal) => {
      const answer = await request(Redacted.value(url), {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "holdfast", ...headers },
        body,
        dispatcher: dispatcher(),
        headersTimeout: timeoutMillis,
        bodyTimeout: timeoutMillis,
        signal
      })
      await answer.body.dump({ limit: maxAnswer, signal })
      return answer
    },
    catch: (cause) => new SendError({ channel, detail: `${host} could not be reached (${codeOf(cause)})` })
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.fail(new SendError({ channel, detail: `${host} did not answer within 15 s` }))
    })
  )
  const { statusCode } = answer
  if (statusCode >= 200 && statusCode < 300) return
  if (statusCode >= 300 && statusCode < 400) {
    return yield* new SendError({ channel, detail: `${host} wants to redirect (${statusCode}), which is refused` })
  }
  const pause = pauseOf(answer.headers["retry-after"], Date.now())
  return yield* new SendError({
    channel,
    detail: `${host} answered with status ${statusCode}`,
    ...(pause === undefined ? {} : { retryAfterMillis: pause })
  })
})
