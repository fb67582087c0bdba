/** A whole check in this process, over real sockets: what `drift check` does between its flags and its output. */
import { type AddressInfo, createServer } from "node:net"
import * as Check from "@holdfast/check/Check"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { CurrentRetryPolicy, make, type RetryPolicy } from "@holdfast/core/RetryPolicy"
import * as Seed from "@holdfast/emulator/Seed"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Effect, Layer, Redacted } from "effect"

/** Four attempts with hardly a pause. */
export const quick: RetryPolicy = make({ name: "quick", baseDelayMillis: 1, maxDelayMillis: 1 })

/** A manifest of `vm-0` …, each of which must be enabled. */
export const manifestOf = (count: number): Manifest => ({
  files: [{ path: "backup.yaml", sha256: "0".repeat(64) }],
  resources: Array.from({ length: count }, (_, index) => ({
    address: `vm-${index}`,
    instance: `vm-${index}` as Manifest["resources"][number]["instance"],
    expectations: { enabled: true },
    severity: "high" as const,
    source: { path: "backup.yaml", line: index + 1, column: 1 }
  })),
  groups: [],
  folders: [],
  waivers: [],
  rules: [],
  variables: {}
})

/** Resources `vm-0` …, enabled unless `change` says otherwise. */
export const fleetOf = (
  count: number,
  change: (index: number) => Partial<typeof Seed.SeedResource.Encoded> = () => ({})
) =>
  Array.from({ length: count }, (_, index) => ({ computeInstanceId: `vm-${index}`, enabled: true, ...change(index) }))

interface Options {
  readonly concurrency?: number
  readonly timeLimitMillis?: number
  readonly policy?: Partial<RetryPolicy>
  readonly begun?: Check.Begun
}

/** Clients of their own, as another process has them. */
export const cloudAt = (url: string) =>
  Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
    Layer.provide(Credentials.layerToken(Redacted.make(Seed.defaultToken))),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(Layer.fresh(NodeTransport.layer))
  )

/** Checks `manifest` at `url`. */
export const runAt = (url: string, manifest: Manifest, options: Options = {}) =>
  Check.check(manifest, {
    version: "1.0.0",
    emulator: null,
    snapshot: null,
    concurrency: options.concurrency ?? 16,
    timeLimitMillis: options.timeLimitMillis ?? 600_000,
    elapsedMillis: 0,
    warnings: [],
    allowEmpty: false,
    failOn: "info",
    onProgress: () => Effect.void,
    onInterrupt: () => Effect.void,
    ...(options.begun === undefined ? {} : { begun: options.begun })
  }).pipe(Effect.provide(cloudAt(url)), Effect.provideService(CurrentRetryPolicy, { ...quick, ...options.policy }))

/** Checks `count` instances at `url`. */
export const checkAt = (url: string, count: number, options: Options = {}) => runAt(url, manifestOf(count), options)

/** A free port, for as many emulators as a test starts one after the other: metrics are kept by server. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/**
 * What a report says but for who asked when and how: times are reckoned anew at each answer, and of several requests that are
 * denied any may be the first.
 */
export const said = ({
  duration_ms: _,
  reads: __,
  requests: ___,
  run_id: ____,
  timestamp: _____,
  ...report
}: CheckReport): unknown =>
  JSON.parse(
    JSON.stringify(report, (key, value) => (key === "request_id" || key === "age_seconds" ? null : value))
      .replace(/request id [\w-]+/g, "[ID]")
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, "[TIME]")
      .replace(/\b\d+[dhms]( \d+[hms])?\b/g, "[AGE]")
      .replace(/policies\/\w+\/applications/g, "[APPLICATIONS]")
  )
