/**
 * The addresses of the pages, each with what it asks history for.
 */
import type { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import type { Outbox } from "@holdfast/history/Outbox"
import { html as reportPieces, policy as reportPolicy } from "@holdfast/report/html"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { findingFilter, findingQuery, rowQuery, runQuery, waiverQuery } from "../api/queries.ts"
import { accepts, ifNew, minuteOf, pageAnswer } from "../server/answers.ts"
import * as Refused from "../server/Refused.ts"
import { allAssets } from "./assets.ts"
import { findingsPage } from "./findingsPage.ts"
import { instancePage } from "./instancePage.ts"
import { jobPage } from "./jobPage.ts"
import { links } from "./links.ts"
import { overviewPage } from "./overviewPage.ts"
import * as Read from "./readHistory.ts"
import { runPage } from "./runPage.ts"
import type { Page } from "./shell.ts"
import type { ScheduledJob } from "./standing.ts"
import { waiversPage } from "./waiversPage.ts"

/** How many entries a page shows unless its address says otherwise. */
const usual = { runs: 50, rows: 100, findings: 50 }

/** What the address asks for. A form sends what is left open as nothing: that is not asked for. */
const asked = <Fields extends Schema.Struct.Fields>(fields: Fields) => {
  const decode = Schema.decodeUnknownEffect(Schema.toCodecStringTree(Schema.Struct(fields)), {
    onExcessProperty: "error"
  })
  return Effect.gen(function* () {
    const parameters = yield* HttpServerRequest.ParsedSearchParams
    const filled = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ""))
    return yield* Effect.mapError(decode(filled), (error) =>
      Refused.badRequest(
        error.message,
        `It takes ${Object.keys(fields).join(", ")}; the forms of the page fill them in.`
      )
    )
  })
}

const parameter = (name: string): Effect.Effect<string, never, HttpRouter.RouteContext> =>
  Effect.map(HttpRouter.params, (all) => all[name] ?? "")

const asksNothing = Effect.flatMap(HttpServerRequest.HttpServerRequest, Refused.asksNothing)

type Needs =
  | History
  | Outbox
  | HttpServerRequest.HttpServerRequest
  | HttpRouter.RouteContext
  | HttpServerRequest.ParsedSearchParams

const page = (path: `/${string}`, read: (now: number) => Effect.Effect<Page, HistoryError | Refused.Refused, Needs>) =>
  HttpRouter.route(
    "GET",
    path,
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (!accepts(request.headers.accept, "text/html")) {
        return yield* Refused.notAcceptable("A page is HTML.", "The same as JSON is below /api/v1.")
      }
      const now = yield* Clock.currentTimeMillis
      return yield* ifNew(request, [minuteOf(now)], (version) =>
        Effect.flatMap(read(now), (one) => pageAnswer(one, version))
      )
    })
  )

const pages = (jobs: ReadonlyArray<ScheduledJob>) => [
  page("/", (now) =>
    Effect.map(Effect.andThen(asksNothing, Read.readOverview(jobs, now)), (of) => overviewPage(of, now))
  ),
  page("/jobs/:job", (now) =>
    Effect.gen(function* () {
      const filter = yield* asked(runQuery)
      const of = yield* Read.readJob(jobs, yield* parameter("job"), { limit: usual.runs, ...filter }, now)
      return jobPage({ ...of, filter }, now)
    })
  ),
  page("/runs/:run", (now) =>
    Effect.gen(function* () {
      const filter = yield* asked(rowQuery)
      const of = yield* Read.readRun(yield* parameter("run"))
      const isAsked = Object.keys(filter).length > 0
      const rows = isAsked
        ? { filter, part: yield* Read.readRows(of.run.run_id, { limit: usual.rows, ...filter }) }
        : yield* Read.readRowsByState(of.run)
      return runPage({ ...of, rows }, now)
    })
  ),
  page("/instances/:instance", (now) =>
    Effect.map(
      Effect.flatMap(Effect.andThen(asksNothing, parameter("instance")), (id) => Read.readInstance(jobs, id, now)),
      (of) => instancePage(of, now)
    )
  ),
  page("/findings", (now) =>
    Effect.gen(function* () {
      const filter = yield* asked(findingQuery)
      const { findings, states } = yield* Read.readFindings({ limit: usual.findings, ...findingFilter(filter) })
      const names = states.map(({ job }) => job)
      return findingsPage({ findings, filter, jobs: names, isUntold: Read.isUntold(states) }, now)
    })
  ),
  page("/waivers", (now) =>
    Effect.gen(function* () {
      const filter = yield* asked(waiverQuery)
      const { states, waivers } = yield* Read.readWaivers(filter)
      const names = states.map(({ job }) => job)
      return waiversPage({ waivers, jobs: names, job: filter.job, isUntold: Read.isUntold(states) }, now)
    })
  )
]

/** The whole report of a run, under its own policy: it comes with its style and its script. */
const report = HttpRouter.route(
  "GET",
  "/runs/:run/report",
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    return yield* ifNew(request, [], () =>
      Effect.map(Effect.flatMap(parameter("run"), Read.readReport), (one) =>
        HttpServerResponse.stream(Stream.encodeText(Stream.fromIterable(reportPieces(one))), {
          contentType: "text/html; charset=utf-8",
          headers: { "content-security-policy": `${reportPolicy}; frame-ancestors 'none'` }
        })
      )
    )
  })
)

/** The form that every page has asks by a query. */
const jump = HttpRouter.route(
  "GET",
  "/instances",
  Effect.map(asked({ id: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(500))) }), ({ id = "" }) =>
    HttpServerResponse.redirect(id.trim() === "" ? links.overview : links.instance(id.trim()), { status: 303 })
  )
)

const files = allAssets.map(({ contentType, path, text }) =>
  HttpRouter.route(
    "GET",
    path,
    HttpServerResponse.text(text, {
      contentType,
      headers: { "cache-control": "public, max-age=31536000, immutable" }
    })
  )
)

/** All pages of a dashboard of these jobs, and what they load. */
export const routes = (jobs: ReadonlyArray<ScheduledJob>) =>
  Layer.mergeAll(HttpRouter.addAll(pages(jobs)), HttpRouter.addAll([report, jump]), HttpRouter.addAll(files))
