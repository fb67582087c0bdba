/**
 * The API of the dashboard: history as JSON. This is what its OpenAPI document is made of.
 */
import { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { Figures, Finding, InstanceRun, Run, RunCount, TrendPoint, WaiverSeen } from "@holdfast/history/Run"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { version } from "../version.ts"
import { problems } from "./problem.ts"
import { findingQuery, rowQuery, runQuery, trendQuery, waiverQuery } from "./queries.ts"

/** A job, and how it stands now. */
export const Job = Schema.Struct({
  job: Schema.String,
  /** `null` of a job that the configuration does not name. */
  schedule: Schema.NullOr(Schema.Struct({ cron: Schema.String, time_zone: Schema.String, next: Schema.String })),
  /** What its answer is worth now: `good` only where it is in sync, complete, and no tick is missing. */
  standing: Schema.Struct({ tone: Schema.Literals(["good", "unsure", "bad"]), words: Schema.String }),
  /** The latest tick that is over, whatever became of it. */
  latest: Schema.NullOr(Run),
  /** The last that has a report or failed. */
  last: Schema.NullOr(Run),
  last_in_sync: Schema.NullOr(Run),
  running: Schema.NullOr(Run),
  open_findings: Schema.Natural
})

/** An instance's whole story. */
export const Instance = Schema.Struct({
  instance_id: Schema.String,
  rows: Schema.Array(Schema.Struct({ run: Run, row: ResourceReport })),
  runs: Schema.Array(InstanceRun),
  findings: Schema.Array(Finding),
  waivers: Schema.Array(WaiverSeen)
})

const pageOf = <A extends Schema.Top>(item: A) =>
  Schema.Struct({
    items: Schema.Array(item),
    /** `null` after the last part. */
    next: Schema.NullOr(Schema.String)
  })

const listOf = <A extends Schema.Top>(item: A) => Schema.Struct({ items: Schema.Array(item) })

const error = Object.values(problems)
const runId = { run: Schema.String }
const described = (summary: string, description = "") =>
  OpenApi.annotations({ summary, ...(description === "" ? {} : { description }) })

const parts = "A list comes in parts: ask again with `after` set to `next` until that is null."

const history = HttpApiGroup.make("history")
  .add(
    HttpApiEndpoint.get("jobs", "/jobs", { success: listOf(Job), error }).annotateMerge(
      described("The jobs, those that need attention first")
    ),
    HttpApiEndpoint.get("runs", "/runs", { query: runQuery, success: pageOf(Run), error }).annotateMerge(
      described("Runs, the newest first", parts)
    ),
    HttpApiEndpoint.get("run", "/runs/:run", {
      params: runId,
      success: Schema.Struct({ run: Run, counts: Schema.Array(RunCount) }),
      error
    }).annotateMerge(described("A run, and its counts by group, owner and folder")),
    HttpApiEndpoint.get("rows", "/runs/:run/rows", {
      params: runId,
      query: rowQuery,
      success: pageOf(ResourceReport),
      error
    }).annotateMerge(described("The resources of a run, by address", parts)),
    HttpApiEndpoint.get("report", "/runs/:run/report", {
      params: runId,
      success: CheckReport,
      error
    }).annotateMerge(described("The whole report of a run, as `drift check --format json` writes it")),
    HttpApiEndpoint.get("findings", "/findings", {
      query: findingQuery,
      success: pageOf(Finding),
      error
    }).annotateMerge(described("Findings, the newest first", parts)),
    HttpApiEndpoint.get("figures", "/figures", { query: trendQuery, success: Figures, error }).annotateMerge(
      described("What is open now, and the repairs of a time")
    ),
    HttpApiEndpoint.get("instance", "/instances/:instance", {
      params: { instance: Schema.String },
      success: Instance,
      error
    }).annotateMerge(described("An instance's whole story")),
    HttpApiEndpoint.get("waivers", "/waivers", {
      query: waiverQuery,
      success: listOf(WaiverSeen),
      error
    }).annotateMerge(described("The waivers that the last runs saw, those that end first first")),
    HttpApiEndpoint.get("trend", "/trend", { query: trendQuery, success: listOf(TrendPoint), error }).annotateMerge(
      described("Counts by day in UTC", "A day without a result has no point: nothing is known of it.")
    )
  )
  .prefix("/api/v1")

/** The API. A question that it does not know is a mistake, and never answered as if it had not been asked. */
export const Api = HttpApi.make("holdfast")
  .add(history)
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Holdfast",
      version,
      description:
        "History of scheduled checks. It is read only. Times are RFC 3339 in UTC. Answers carry an ETag that changes when history does: send it as If-None-Match. Where tokens are configured, send one as `Authorization: Bearer`."
    })
  )
