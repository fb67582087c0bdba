/**
 * The formats of reports, each loaded where it is asked for.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"

/** Makes the pieces of a report's text. */
export type Writer = (report: CheckReport) => Iterable<string>

/** Every format but that for people on a terminal. */
export const writers = {
  html: () => import("@holdfast/report/html").then(({ html }): Writer => html),
  json: () => import("@holdfast/report/json").then(({ json }): Writer => json),
  junit: () => import("@holdfast/report/junit").then(({ junit }): Writer => junit),
  sarif: () => import("@holdfast/report/sarif").then(({ sarif }): Writer => sarif),
  gitlab: () => import("@holdfast/report/gitlab").then(({ gitlab }): Writer => gitlab),
  ocsf: () => import("@holdfast/report/ocsf").then(({ ocsf }): Writer => ocsf)
} as const satisfies Readonly<Record<string, () => Promise<Writer>>>

export type ReportFormat = keyof typeof writers
export const reportFormats = Object.keys(writers) as ReadonlyArray<ReportFormat>
