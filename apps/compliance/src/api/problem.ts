/**
 * What the API answers where it has no answer: a problem as RFC 9457 has it, with what to do.
 */
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import type { Refusal } from "../dashboard/plainPages.ts"

const problem = <Status extends number>(status: Status) =>
  Schema.Struct({
    type: Schema.Literal("about:blank"),
    status: Schema.Literal(status),
    title: Schema.String,
    /** What is wrong. */
    detail: Schema.String,
    /** What to do. */
    remedy: Schema.String
  }).pipe(HttpApiSchema.asJson({ contentType: "application/problem+json" }), HttpApiSchema.status(status))

/** The problems by their status, as the API's document has them. */
export const problems = {
  400: problem(400),
  401: problem(401),
  404: problem(404),
  429: problem(429),
  500: problem(500),
  503: problem(503)
}

/** A problem as JSON. */
export const problemOf = ({ detail, remedy, status, title }: Refusal) => ({
  type: "about:blank",
  status,
  title,
  detail,
  remedy
})
