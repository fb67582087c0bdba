/**
 * What keeps a request from its answer, wherever that shows: it becomes a page or a problem at the server's edge.
 */
import type { HistoryError } from "@holdfast/history/HistoryError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A request without an answer. Its texts may quote others. */
export class Refused extends Schema.TaggedError<Refused>("@holdfast/compliance/Refused")("Refused", {
  status: Schema.Int,
  title: Schema.String,
  detail: Schema.String,
  /** What to do. */
  remedy: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String)
}) {
  override get message() {
    return `${this.title}: ${this.detail}`
  }
}

const refused =
  (status: number, title: string, headers: Readonly<Record<string, string>> = {}) =>
  (detail: string, remedy: string) =>
    new Refused({ status, title, detail, remedy, headers })

export const notFound = refused(404, "Not found")

export const badRequest = refused(400, "This cannot be asked for")

/** What an address asks for that knows no questions: passing over them would answer another. */
export const asksNothing = ({ url }: { readonly url: string }): Effect.Effect<void, Refused> =>
  /\?./.test(url)
    ? Effect.fail(badRequest("This takes nothing after the question mark.", "Leave that out."))
    : Effect.void

export const forbidden = refused(403, "Refused")

export const unauthenticated = refused(401, "Nobody is signed in", { "www-authenticate": 'Bearer realm="holdfast"' })

export const notAcceptable = refused(406, "Not in this form")

/** The methods that there are instead. */
export const methodNotAllowed = (allow: string) => refused(405, "Not with this method", { allow })

/** After so many seconds it may go. */
export const tooMany = (seconds: number) => refused(429, "Too many failed attempts", { "retry-after": String(seconds) })

/** What history could not tell. What may work later says when to ask again. */
export const historyFailed = (error: HistoryError): Refused => {
  if (error.reason === "unknown_page") return badRequest(error.detail, error.remedy)
  const isPassing = error.reason === "unavailable" || error.reason === "busy"
  const refuse = isPassing
    ? refused(503, "History cannot be read just now", { "retry-after": "5" })
    : refused(500, "History cannot be read")
  return refuse(error.message, error.remedy)
}

export const overcrowded = refused(503, "Too many are listening", { "retry-after": "30" })

export const internalError = refused(500, "The dashboard failed by a mistake of its own")
