/**
 * Writes a report of drifted resources to a file, as `drift check` does, in a process of its own: `reportWriter.ts FORMAT COUNT FILE`.
 * The rows are one and the same, so that what is measured is the writing and not what a check has come to know.
 */
import { summarize } from "@holdfast/check/Check"
import { type CheckReport, formatVersion, type ResourceReport } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"
import { pretty } from "@holdfast/report/pretty"
import { Effect } from "effect"
import * as Output from "../../apps/drift/src/Output.ts"
import * as platform from "../../apps/drift/src/platform.ts"
import { reportFormats, writers } from "../../apps/drift/src/reportFormats.ts"

const [format = "", count = "", file = ""] = process.argv.slice(2)
const known = reportFormats.find((name) => name === format)
const write =
  known === undefined
    ? (report: CheckReport) => pretty(report, { color: false, verbose: true })
    : await writers[known]()

const found = {
  severity: "high",
  reason_code: "HF001",
  reason: "Backup is not enabled."
} as const

const row: ResourceReport = {
  ...found,
  address: "web-12345",
  instance_id: "epdweb00000000012345",
  folder_id: "b1gprod0000000000001",
  state: "drifted",
  changes: [{ ...found, field: "enabled", desired: true, actual: false, remedy: rules.HF001.remedy }],
  error: null,
  owner: "platform",
  tags: { env: "prod" },
  groups: ["production"],
  source: { path: "backup.yaml", line: 12_345, column: 3 }
}

const resources = Array.from({ length: Number(count) }, () => row)

const report: CheckReport = {
  format_version: formatVersion,
  tool: { name: "holdfast", version: "0.0.0" },
  run_id: "00000000-0000-4000-8000-000000000000",
  timestamp: "2026-06-02T12:00:00.000Z",
  complete: true,
  interrupted: false,
  exit_code: resources.length === 0 ? 0 : 2,
  fail_on: "info",
  failing: resources.length,
  endpoint: "https://backup.api.cloud.yandex.net",
  emulator: null,
  snapshot: null,
  resumed: null,
  baseline: null,
  manifest: [{ path: "backup.yaml", sha256: "0".repeat(64) }],
  variables: {},
  summary: summarize(resources, 0),
  resources,
  unlisted: [],
  waivers: { used: [], unused: [], expired: [] },
  reads: [],
  requests: { sent: 101, retried: 0 },
  duration_ms: 2_000,
  diagnostics: []
}

await Effect.runPromise(Effect.provide(Output.file(file, write(report)), platform.layer))
