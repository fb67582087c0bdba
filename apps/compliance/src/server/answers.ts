/**
 * Answers as they leave: what a browser may do with them, whether they are new to whoever asks, and what stands in the place of one.
 */
import { createHash } from "node:crypto"
import { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { problemOf } from "../api/problem.ts"
import { policy } from "../dashboard/assets.ts"
import { loginPage, refusalPage } from "../dashboard/plainPages.ts"
import { type Frame, type Page, pageText } from "../dashboard/shell.ts"
import { version as program } from "../version.ts"
import { type Caller, nobody } from "./Access.ts"
import type { Refused } from "./Refused.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** Who asks, for the page that answers. */
export const CurrentCaller = Context.Reference<Caller>("@holdfast/compliance/CurrentCaller", {
  defaultValue: () => nobody
})

/** What answers in the place of the cloud; `null`: nothing does. */
export const EmulatedBy = Context.Reference<string | null>("@holdfast/compliance/EmulatedBy", {
  defaultValue: () => null
})

/** The path of a request, without its query. */
export const pathOf = ({ url }: Request): string => url.split("?", 1)[0] ?? ""

/** What every answer says, unless it says otherwise itself. */
const common: Readonly<Record<string, string>> = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cache-control": "no-store"
}

export const secured = (response: Response): Response => {
  const own = Object.fromEntries(Object.entries(common).filter(([name]) => response.headers[name] === undefined))
  return HttpServerResponse.setHeaders(response, own)
}

/** Whether whoever asks takes a type of media. */
export const accepts = (header: string | undefined, type: string): boolean => {
  if (header === undefined || header.trim() === "") return true
  const [kind] = type.split("/")
  return header.split(",").some((part) => {
    const [range = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase())
    const isRefused = parameters.some((each) => /^q=0(\.0{0,3})?$/.test(each))
    return !isRefused && (range === type || range === `${kind}/*` || range === "*/*")
  })
}

/** The answer, or that nothing has changed: `parts` are all that it depends on beside history. */
export const ifNew = <E, R>(
  request: Request,
  parts: ReadonlyArray<string>,
  answer: (version: string) => Effect.Effect<Response, E, R>
): Effect.Effect<Response, E | HistoryError, R | History> =>
  Effect.gen(function* () {
    const history = yield* History
    const version = yield* history.version
    const { user } = yield* CurrentCaller
    const hash = createHash("sha256").update([program, version, request.url, user ?? "", ...parts].join("\n"))
    const etag = `W/"${hash.digest("base64url").slice(0, 27)}"`
    const headers = { etag, "cache-control": "private, no-cache", vary: "accept, authorization, cookie" }
    const known = (request.headers["if-none-match"] ?? "").split(",").map((each) => each.trim())
    if (known.includes(etag)) return HttpServerResponse.empty({ status: 304, headers })
    const response = yield* answer(version)
    return response.status === 200 ? HttpServerResponse.setHeaders(response, headers) : response
  })

/** Ages on a page are to the minute. */
export const minuteOf = (now: number): string => String(Math.floor(now / 60_000))

const frameOf = (version: string | undefined) =>
  Effect.gen(function* () {
    const { hasSession, user } = yield* CurrentCaller
    const now = yield* Clock.currentTimeMillis
    return { now, version, user, canSignOut: hasSession, emulator: yield* EmulatedBy } satisfies Frame
  })

/** A page of history as it was at `version`; `undefined` of one that shows nothing of it. */
export const pageAnswer = (page: Page, version: string | undefined, status = 200): Effect.Effect<Response> =>
  Effect.map(frameOf(version), (frame) =>
    HttpServerResponse.text(pageText(page, frame), { status, contentType: "text/html; charset=utf-8" })
  )

/** Programs are told in JSON, people on a page. */
export const isForPrograms = (request: Request): boolean =>
  pathOf(request).startsWith("/api/") ||
  !accepts(request.headers.accept, "text/html") ||
  request.headers.accept === "*/*"

/**
 * What stands in the place of an answer: the way in where nobody is signed in, else what is wrong and what to do. `to`: where who has
 * signed in goes then.
 */
export const refusal = (request: Request, refused: Refused, to?: string): Effect.Effect<Response> => {
  const { headers, status } = refused
  if (isForPrograms(request)) {
    return Effect.succeed(
      HttpServerResponse.text(JSON.stringify(problemOf(refused)), {
        status,
        headers,
        contentType: "application/problem+json"
      })
    )
  }
  const page =
    status === 401 || (status === 429 && pathOf(request) === "/login")
      ? loginPage({
          to: to ?? (request.method === "GET" ? request.url : "/"),
          problem: request.method === "POST" ? `${refused.detail} ${refused.remedy}` : undefined,
          isFromElsewhere: request.headers["sec-fetch-site"] === "cross-site"
        })
      : refusalPage(refused)
  return Effect.map(pageAnswer(page, undefined, status), (response) => HttpServerResponse.setHeaders(response, headers))
}
