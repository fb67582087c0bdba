/**
 * Signed evidence of a period: in-toto's Statement about its JSON report, with the predicate of test results, each job a test.
 */
import type { KeyObject } from "node:crypto"
import type { PeriodJob, PeriodReport } from "@holdfast/history/PeriodReport"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Envelope, payloadOf, Statement } from "./attestation.ts"
import { periodConclusion } from "./periodText.ts"

/** A statement about the report of a period. */
export const PeriodStatement = Schema.Struct({
  ...Statement.fields,
  subject: Schema.NonEmptyArray(
    Schema.Struct({
      name: Schema.String,
      digest: Schema.Struct({ sha256: Schema.String }),
      annotations: Schema.Struct({
        period: Schema.String,
        from: Schema.String,
        to: Schema.String,
        /** The last moment that the report tells of. */
        known_until: Schema.NullOr(Schema.String),
        runs: Schema.Natural
      })
    })
  )
})
export type PeriodStatement = typeof PeriodStatement.Type

/** A job that had no breach, no drift at its end, and told in each of its runs, is passed; one that had trouble and is well, warned. */
const resultOf = ({ at_end, days_without_run, over_period, rpo, runs }: PeriodJob): "passed" | "warned" | "failed" => {
  if (at_end === null || at_end.drifted + at_end.missing + at_end.not_compared + rpo.open_at_end > 0) return "failed"
  const silent = runs.failed + runs.missed + runs.skipped + runs.open + runs.could_not_tell + runs.error
  const isWhole = over_period.not_compared === 0 && silent === 0 && days_without_run.length === 0
  return isWhole && rpo.breaches === 0 && over_period.in_sync === over_period.total ? "passed" : "warned"
}

/** What is to be said of the report of a period whose file has this name and hash. */
export const periodStatementOf = (
  report: PeriodReport,
  file: { readonly name: string; readonly sha256: string }
): PeriodStatement => {
  const { evidence, jobs, known_until, period, summary } = report
  const named = (result: ReturnType<typeof resultOf>) =>
    jobs.filter((job) => resultOf(job) === result).map(({ job }) => job)
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      {
        name: file.name,
        digest: { sha256: file.sha256 },
        annotations: {
          period: period.text,
          from: period.from,
          to: period.to,
          known_until,
          runs: summary.runs.finished
        }
      }
    ],
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: periodConclusion(report).tone === "good" ? "PASSED" : "FAILED",
      configuration: evidence.manifests.map(({ job, value }) => ({ name: job, digest: { sha256: value } })),
      passedTests: named("passed"),
      warnedTests: named("warned"),
      failedTests: named("failed")
    }
  }
}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(PeriodStatement))

/** The statement about a period that an envelope holds, once its signature by `key` is right. */
export const openPeriod = (envelope: Envelope, key: KeyObject): Result.Result<PeriodStatement, string> =>
  Result.flatMap(payloadOf(envelope, key), (payload) =>
    Result.mapError(decode(payload), () => "its statement is not one about a report of Holdfast")
  )
