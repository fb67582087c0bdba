/**
 * The formats of reports, each loaded where it is asked for.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import { repositoryPath } from "./repositoryPath.ts"

/** Makes the pieces of a report's text. */
export type Writer = (report: CheckReport) => Iterable<string>

/** Every format but that for people on a terminal. */
export const writers = {
  json: () => import("@holdfast/report/json").then(({ json }): Writer => json),
  ndjson: () => import("@holdfast/report/ndjson").then(({ ndjson }): Writer => ndjson),
  junit: () =>
    import("@holdfast/report/junit").then(
      ({ junit }): Writer =>
        (report) =>
          junit(report, repositoryPath)
    ),
  sarif: () =>
    Promise.all([import("@holdfast/report/sarif"), import("./rulePages.ts")]).then(
      ([{ sarif }, { pages }]): Writer =>
        (report) =>
          sarif(report, { pathOf: repositoryPath, pages })
    ),
  markdown: () => import("@holdfast/report/markdown").then(({ markdown }): Writer => markdown),
  csv: () => import("@holdfast/report/csv").then(({ csv }): Writer => csv),
  github: () =>
    import("@holdfast/report/github").then(
      ({ github }): Writer =>
        (report) =>
          github(report, repositoryPath)
    ),
  gitlab: () =>
    import("@holdfast/report/gitlab").then(
      ({ gitlab }): Writer =>
        (report) =>
          gitlab(report, repositoryPath)
    ),
  html: () => import("@holdfast/report/html").then(({ html }): Writer => html),
  ocsf: () => import("@holdfast/report/ocsf").then(({ ocsf }): Writer => ocsf)
} as const satisfies Readonly<Record<string, () => Promise<Writer>>>

export type ReportFormat = keyof typeof writers
export const reportFormats = Object.keys(writers) as ReadonlyArray<ReportFormat>
