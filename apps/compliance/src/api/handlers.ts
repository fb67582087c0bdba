/**
 * What the API answers: history's values as they are.
 */
import { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import { json as jsonPieces } from "@holdfast/report/json"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Read from "../dashboard/readHistory.ts"
import type { JobView, ScheduledJob } from "../dashboard/standing.ts"
import { asksNothing, badRequest, historyFailed, type Refused } from "../server/Refused.ts"
import { Api } from "./Api.ts"
import { problemOf } from "./problem.ts"
import { findingFilter } from "./queries.ts"

/** Where there is no value, the response says why. */
const orProblem = <A, R>(effect: Effect.Effect<A, HistoryError | Refused, R>) =>
  Effect.catch(effect, (error) => {
    const refused = error._tag === "HistoryError" ? historyFailed(error) : error
    return Effect.succeed(
      HttpServerResponse.text(JSON.stringify(problemOf(refused)), {
        status: refused.status,
        headers: refused.headers,
        contentType: "application/problem+json"
      })
    )
  })

const time = (millis: number): string => new Date(millis).toISOString()

const jobOf = ({ job, next, scheduled, standing, state }: JobView) => ({
  job,
  schedule:
    scheduled === undefined || next === undefined
      ? null
      : { cron: scheduled.cronText, time_zone: scheduled.timeZone, next: time(next) },
  standing: { tone: standing.tone, words: standing.words },
  latest: state?.latest ?? null,
  last: state?.last ?? null,
  last_in_sync: state?.lastInSync ?? null,
  running: state?.running ?? null,
  open_findings: state?.openFindings ?? 0
})

const dayMillis = 86_400_000

/** The most days that a trend is asked for. */
const maxDays = 400

/** The time from the beginning of one day to the end of another. */
const rangeOf = Effect.fnUntraced(function* ({ from, to }: { readonly from?: string; readonly to?: string }) {
  const usual = Read.trendRange(yield* Clock.currentTimeMillis)
  const end = to === undefined ? usual.to : Date.parse(to) + dayMillis
  const start = from === undefined ? end - (usual.to - usual.from) : Date.parse(from)
  const isDay = (text: string | undefined) => text === undefined || time(Date.parse(text)).startsWith(text)
  if (!isDay(from) || !isDay(to)) return yield* badRequest("There is no such day.", "Write a day as 2026-10-31.")
  if (start < end && end - start <= maxDays * dayMillis) return { from: start, to: end }
  return yield* badRequest(
    `\`from\` is not before \`to\`, or more than ${maxDays} days before it.`,
    "Ask for fewer days; both are included."
  )
})

/** How many items a part has unless more or fewer are asked for. */
const usual = 100

const handlers = (jobs: ReadonlyArray<ScheduledJob>) =>
  HttpApiBuilder.group(Api, "history", (group) =>
    group.handleAll({
      jobs: ({ request }) =>
        orProblem(
          Effect.gen(function* () {
            yield* asksNothing(request)
            const views = yield* Read.readViews(jobs, yield* Clock.currentTimeMillis)
            return { items: views.map(jobOf) }
          })
        ),
      runs: ({ query: { limit = usual, ...filter } }) =>
        orProblem(History.use((history) => history.runs({ ...filter, limit }))),
      run: ({ params, request }) => orProblem(Effect.andThen(asksNothing(request), Read.readRun(params.run))),
      rows: ({ params, query: { limit = usual, ...filter } }) =>
        orProblem(Effect.andThen(Read.readRun(params.run), Read.readRows(params.run, { ...filter, limit }))),
      report: ({ params, request }) =>
        orProblem(
          Effect.map(Effect.andThen(asksNothing(request), Read.readReport(params.run)), (one) =>
            HttpServerResponse.stream(Stream.encodeText(Stream.fromIterable(jsonPieces(one))), {
              contentType: "application/json"
            })
          )
        ),
      findings: ({ query: { limit = usual, ...filter } }) =>
        orProblem(History.use((history) => history.findings({ ...findingFilter(filter), limit }))),
      figures: ({ query: { job, ...days } }) =>
        orProblem(
          Effect.gen(function* () {
            const history = yield* History
            return yield* history.figures({ ...(yield* rangeOf(days)), job })
          })
        ),
      instance: ({ params, request }) =>
        orProblem(
          Effect.gen(function* () {
            yield* asksNothing(request)
            const now = yield* Clock.currentTimeMillis
            const { story, waivers } = yield* Read.readInstance(jobs, params.instance, now)
            return { ...story, waivers }
          })
        ),
      waivers: ({ query }) => orProblem(Effect.map(Read.readWaivers(query), ({ waivers }) => ({ items: waivers }))),
      trend: ({ query: { job, ...days } }) =>
        orProblem(
          Effect.gen(function* () {
            const history = yield* History
            return { items: yield* history.trend({ ...(yield* rangeOf(days)), job }) }
          })
        )
    })
  )

const document = HttpRouter.add(
  "GET",
  "/api/v1/openapi.json",
  Effect.sync(() => HttpServerResponse.jsonUnsafe(OpenApi.fromApi(Api)))
)

/** The API of these jobs, and its document. */
export const apiRoutes = (jobs: ReadonlyArray<ScheduledJob>) =>
  Layer.merge(HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers(jobs))), document)
