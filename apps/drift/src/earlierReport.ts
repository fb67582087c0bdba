/**
 * Earlier reports; loaded only where one is named.
 */
import { CheckReport } from "@holdfast/check/CheckReport"
import { carriedFrom } from "@holdfast/check/resume"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readJson, refused } from "./jsonFile.ts"

const remedy = "Name the JSON report of an earlier run of the same manifest (drift check --format json --output FILE)."

const readReport = (path: string) => readJson(path, CheckReport, { what: "a report", remedy })

/** The report at `path`, to tell new drift from known. What an emulator has shown is nothing that is known of the cloud. */
export const baseline = Effect.fnUntraced(function* (path: string, emulator: string | null) {
  const report = yield* readReport(path)
  if ((report.emulator === null) === (emulator === null)) return report
  const whose =
    report.emulator === null ? "the cloud, and this run is of an emulator" : "an emulator, and this run is not"
  return yield* refused(path, `The report is no baseline of this run: it is of ${whose}`, remedy)
})

/** What the report at `path` has told of `manifest`. */
export const carried = Effect.fnUntraced(function* (
  path: string,
  manifest: Manifest,
  cloud: { readonly emulator: string | null; readonly endpoint: string }
) {
  const report = yield* readReport(path)
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.mapError(Effect.fromResult(carriedFrom(report, manifest, { now, ...cloud })), (why) =>
    refused(path, `The report cannot be gone on with: ${why}`, "Run the whole check again, without --resume.")
  )
})
