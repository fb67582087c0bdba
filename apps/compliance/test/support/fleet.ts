/**
 * A fleet with all that a check can meet, the jobs that check it, and what a single process finds.
 */
import * as Check from "@holdfast/check/Check"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import * as Seed from "@holdfast/emulator/Seed"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import { Effect, Layer, Redacted } from "effect"
import { healthy } from "./replica.ts"

const machines = Array.from({ length: 60 }, (_, index) => index)

/** Members of groups, with a policy and without, some disabled, old, missing or unlisted. */
const grouped = machines.map((index) => ({
  instance: {
    id: `g${index}`,
    folderId: index % 2 === 0 ? "b1a" : "b1b",
    name: `vm-${index}`,
    labels: { env: index % 5 === 0 ? "test" : "prod" },
    status: "RUNNING",
    createdAt: "-90d"
  },
  resources:
    index % 7 === 3
      ? []
      : [
          healthy(`g${index}`, {
            folderId: index % 2 === 0 ? "b1a" : "b1b",
            ...(index % 11 === 4 ? { enabled: false } : {}),
            ...(index % 13 === 5 ? { lastBackupTime: "-80h" } : {})
          })
        ]
}))

/** Single machines, each in a folder of its own: no list answers for two of them. */
const singles = Array.from({ length: 700 }, (_, index) =>
  index % 50 === 7
    ? []
    : [healthy(`s${index}`, { folderId: `f${index}`, ...(index % 40 === 9 ? { online: false } : {}) })]
).flat()

/** What the emulator knows; each answer takes a moment, so that there is something to be killed in. */
export const seed = (delay: string): typeof Seed.Seed.Encoded => ({
  instances: grouped.map(({ instance }) => instance),
  resources: [...grouped.flatMap(({ resources }) => resources), ...singles],
  policies: [
    {
      id: "cdgdaily",
      folderId: "b1a",
      name: "daily",
      enabled: true,
      applications: machines
        .filter((index) => index % 4 === 0)
        .map((index) => ({ computeInstanceId: `g${index}`, enabled: true, status: "OK" }))
    }
  ],
  faults: [
    { fault: "latency", delay },
    { fault: "forbidden", on: "policies", after: 1_000_000 }
  ]
})

/** The manifests of the jobs. */
export const manifests = {
  "groups.yaml": [
    "version: 1",
    "folders:",
    "  b1b: {unlisted: fail}",
    "groups:",
    "  production: {folders: [b1a, b1b], labels: {env: prod}, expect: {protected: true, maxBackupAge: 26h}}",
    "waivers:",
    "  - {instance: g4, until: 2999-12-31, reason: moving}"
  ].join("\n"),
  "policies.yaml": [
    "version: 1",
    "groups:",
    "  all: {folders: [b1a], expect: {policies: [daily]}}",
    "resources:",
    "  other: {instance: s3, protected: true}"
  ].join("\n"),
  "singles.yaml": [
    "version: 1",
    "defaults: {protected: true}",
    "resources:",
    ...Array.from({ length: 700 }, (_, index) => `  s-${index}: {instance: s${index}}`)
  ].join("\n")
} as const

/** Clients of the emulator at `url`, as the processes under test make them. */
const cloudAt = (url: string) =>
  Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
    Layer.provide(Credentials.layerToken(Redacted.make(Seed.defaultToken))),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(Layer.fresh(NodeTransport.layer))
  )

/** What one process finds by a manifest. */
export const checkAlone = (url: string, name: keyof typeof manifests) => {
  const { defaults: _, diagnostics: __, ...declared } = parse(new SourceText(name, manifests[name]))
  return Check.check(
    { files: [], variables: {}, ...declared },
    {
      version: "",
      emulator: null,
      snapshot: null,
      concurrency: 64,
      timeLimitMillis: 600_000,
      elapsedMillis: 0,
      warnings: [],
      allowEmpty: false,
      failOn: "info",
      onProgress: () => Effect.void,
      onInterrupt: () => Effect.void
    }
  ).pipe(Effect.provide(cloudAt(url)))
}

/** What a report says but for who asked when, and where the manifest lies. */
export const said = ({ exit_code, resources, summary, unlisted, waivers }: CheckReport): unknown =>
  JSON.parse(
    JSON.stringify({ exit_code, resources, summary, unlisted, waivers }, (key, value) =>
      key === "request_id" || key === "age_seconds" || key === "source" ? null : value
    )
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, "[TIME]")
      .replace(/\b\d+[dhms]( \d+[hms])?\b/g, "[AGE]")
  )
