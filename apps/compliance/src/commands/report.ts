/**
 * `compliance report`: what a period came to, for people and for an auditor.
 */

import { parsePeriod, periodForms } from "@holdfast/history/Period"
import type { PeriodReport } from "@holdfast/history/PeriodReport"
import { readPeriod } from "@holdfast/history/readPeriod"
import { nearest, quote } from "@holdfast/manifest/Diagnostic"
import { periodCsv } from "@holdfast/report/periodCsv"
import { periodHtml } from "@holdfast/report/periodHtml"
import { periodJson } from "@holdfast/report/periodJson"
import { periodMarkdown } from "@holdfast/report/periodMarkdown"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ComplianceConfig } from "../config/ComplianceConfig.ts"
import { load } from "../config/load.ts"
import * as database from "../database.ts"
import * as Output from "../Output.ts"
import { blocksOf, outputFile } from "../outputFile.ts"
import { version } from "../version.ts"
import * as flags from "./flags.ts"

/** What was asked for cannot be told. */
export class ReportError extends Schema.TaggedError<ReportError>("@holdfast/compliance/ReportError")("ReportError", {
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

const formats = { html: periodHtml, markdown: periodMarkdown, csv: periodCsv, json: periodJson } as const

const formatNames = ["html", "markdown", "csv", "json"] as const

const period = Flag.String("period").pipe(
  Flag.withMetavar("period"),
  Flag.withDescription(`What the report is about: ${periodForms}`)
)

const timeZone = Flag.String("time-zone").pipe(
  Flag.withMetavar("zone"),
  Flag.withDescription("Where the days of the period begin and end, such as Europe/Moscow. Default: UTC"),
  Flag.withDefault("UTC")
)

const format = Flag.Literals("format", formatNames).pipe(
  Flag.withDescription("html, markdown, csv or json. Default: markdown"),
  Flag.withDefault("markdown" as const)
)

const job = Flag.String("job").pipe(
  Flag.withMetavar("name"),
  Flag.withDescription("Only this job. Default: all of them"),
  Flag.optional
)

const output = Flag.String("output").pipe(
  Flag.withMetavar("file"),
  Flag.withDescription("Where to write it, whole or not at all. Default: standard output"),
  Flag.optional
)

const attest = Flag.String("attest").pipe(
  Flag.withMetavar("key"),
  Flag.withDescription(
    "Sign the JSON report that --output names with this private key (PEM); `drift verify` checks it"
  ),
  Flag.optional
)

/** Signs what was written, where a key was named. */
const signerOf = Effect.fnUntraced(function* (path: string | undefined) {
  if (path === undefined) return () => Effect.void
  const { attest, readPrivateKey } = yield* Effect.promise(() => import("../attest.ts"))
  const key = yield* readPrivateKey(path)
  return (report: PeriodReport, file: string) => attest(report, file, key)
})

/** A report is no reason to begin a history. */
const requireHistory = Effect.fnUntraced(function* ({ database }: ComplianceConfig) {
  if (database.kind !== "sqlite") return
  const fs = yield* FileSystem.FileSystem
  if (yield* Effect.orElseSucceed(fs.exists(database.path), () => false)) return
  return yield* new ReportError({
    detail: `There is no history at ${database.path}`,
    remedy: "Name the configuration of the service with --config, or start the service first."
  })
})

/** A name that nobody knows is a slip, rather than a quiet month. */
const requireJob = ({ jobs }: PeriodReport, config: ComplianceConfig, name: string | undefined) => {
  if (name === undefined || jobs.some(({ job }) => job === name)) return Effect.void
  const known = config.jobs.map((job) => job.name)
  if (known.includes(name)) return Effect.void
  const meant = nearest(name, known)
  const detail = `There is no job ${quote(name)}${meant === undefined ? "" : `: did you mean ${quote(meant)}?`}`
  return Effect.fail(new ReportError({ detail, remedy: `The configuration has ${known.map(quote).join(", ")}.` }))
}

export const report = Command.make(
  "report",
  { config: flags.config, period, timeZone, format, job, output, attest },
  Effect.fn("compliance report")(function* (asked) {
    const parsed = parsePeriod(asked.period, asked.timeZone)
    if (Result.isFailure(parsed)) {
      const detail = `${quote(asked.period)} cannot be reported on: ${parsed.failure}`
      return yield* new ReportError({ detail, remedy: `Write ${periodForms}, and a time zone such as Europe/Moscow.` })
    }
    if (Option.isSome(asked.attest) && (asked.format !== "json" || Option.isNone(asked.output))) {
      const remedy = "Add `--format json --output FILE`."
      return yield* new ReportError({ detail: "Only a JSON report in a file is signed", remedy })
    }
    // Before anything is read: a key that cannot be used is soon known.
    const sign = yield* signerOf(Option.getOrUndefined(asked.attest))
    const config = yield* load(asked.config)
    yield* requireHistory(config)
    const job = Option.getOrUndefined(asked.job)
    const told = yield* readPeriod({ period: parsed.success, job, tool: { name: "holdfast", version } }).pipe(
      Effect.provide(database.layer(config.database))
    )
    yield* requireJob(told, config, job)
    const pieces = formats[asked.format](told)
    if (Option.isSome(asked.output)) {
      yield* outputFile(asked.output.value, pieces)
      return yield* sign(told, asked.output.value)
    }
    yield* Effect.forEach(blocksOf(pieces), Output.stdout, { discard: true })
  })
).pipe(
  Command.withShortDescription("Tell what a month, a quarter or a week came to"),
  Command.withDescription(
    "Tells from the history what a period came to: how much was protected, breaches of the RPO, drift, repairs, waivers, and what no run could tell. The same data gives the same bytes."
  )
)
