/** A Cloud Backup made of one function, which counts what it is asked. */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import {
  type CloudBackupError,
  ConnectionFailed,
  CredentialsError,
  DeadlineExceeded,
  InvalidRequest,
  MalformedResponse,
  NotRecorded,
  PermissionDenied,
  RateLimited,
  ResourceNotFound,
  ServerError,
  ServiceUnavailable,
  Unauthenticated,
  UnexpectedStatus
} from "@holdfast/core/CloudBackupError"
import { Compute } from "@holdfast/core/Compute"
import type { Resource } from "@holdfast/core/Resource"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { CheckOptions } from "../src/Check.ts"
import type { CheckReport } from "../src/CheckReport.ts"
import { desired, now, second } from "./fleet.ts"

/** A client that answers with `read`, after having sent 100 requests for others, 5 of them retries. */
export const cloud = (read: (id: string) => Effect.Effect<Resource, CloudBackupError>, clockSkewMillis = 0) => {
  const asked: Array<string> = []
  let inFlight = 0
  let mostInFlight = 0
  const backup = Layer.succeed(CloudBackup, {
    endpoint: "https://backup.example",
    clockSkewMillis: Effect.succeed(clockSkewMillis),
    getResource: (id) =>
      Effect.suspend(() => {
        asked.push(id)
        inFlight += 1
        mostInFlight = Math.max(mostInFlight, inFlight)
        return read(id)
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            inFlight -= 1
          })
        )
      ),
    listResources: () => Stream.empty,
    readFolder: () => Effect.succeed({ resources: new Map(), conflicting: new Set(), isWhole: true, pages: 1 }),
    listTasks: () => Stream.empty,
    listPolicies: () => Effect.succeed([]),
    listPolicyApplications: () => Effect.succeed([]),
    requests: Effect.sync(() => ({ sent: 100 + 2 * asked.length, retried: 5 + asked.length }))
  })
  const compute = Layer.succeed(Compute, {
    endpoint: "https://compute.example",
    listInstances: () => Stream.empty
  })
  const layer = Layer.merge(backup, compute)
  return { layer, asked, mostInFlight: () => mostInFlight, inFlight: () => inFlight }
}

/** A manifest of instances that must be enabled and backed up within an hour, with these names, in this order. */
export const manifest = (...addresses: ReadonlyArray<string>): Manifest => ({
  files: [{ path: "backup.yaml", sha256: "0".repeat(64) }],
  resources: addresses.map((address) =>
    desired({ enabled: true, maxBackupAge: 3600 * second }, { address, instance: `i-${address}` })
  ),
  groups: [],
  folders: [],
  waivers: [],
  rules: [],
  variables: {}
})

export const options = (changed: Partial<CheckOptions> = {}): CheckOptions => ({
  version: "1.2.3",
  emulator: null,
  snapshot: null,
  concurrency: 1,
  timeLimitMillis: 3600 * second,
  elapsedMillis: 0,
  warnings: [],
  allowEmpty: false,
  failOn: "info",
  onProgress: () => Effect.void,
  onInterrupt: () => Effect.void,
  ...changed
})

const request = {
  method: "GET",
  url: "https://backup.example/backup/v1/resources/i-b",
  detail: "no reason",
  attempts: 3
}

export const notFound = new ResourceNotFound({ ...request, status: 404, grpcCode: 5 })

export const unavailable = new ServiceUnavailable({ ...request, status: 503 })

/** One of every error that concerns one resource only. */
export const ofOneResource = [
  new InvalidRequest({ ...request, status: 400, fieldViolations: [] }),
  new PermissionDenied({ ...request, status: 403, grpcCode: 7, requestId: "r-1" }),
  new RateLimited({ ...request, status: 429, retryAfterMillis: 1000 }),
  unavailable,
  new DeadlineExceeded(request),
  new ServerError({ ...request, status: 500 }),
  new ConnectionFailed({ ...request, reason: "reset" }),
  new MalformedResponse({ ...request, reason: "mismatch" }),
  new UnexpectedStatus({ ...request, status: 418 }),
  new NotRecorded(request)
]

/** The errors after which no read can succeed. */
export const ofTheRun = [
  new ConnectionFailed({ ...request, reason: "tls" }),
  new Unauthenticated({ ...request, status: 401, grpcCode: 16, requestId: "r-2" }),
  new CredentialsError({ detail: "the key file is empty", source: "key.json", remedy: "Make a new key.", attempts: 1 })
]

/** Runs an effect from `now` on, for as much test time as it needs. */
export const fromNow = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(now)
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("1 day")
    return yield* Fiber.join(fiber)
  })

/** `a:in_sync b:drifted …` */
export const outcome = (report: CheckReport) =>
  report.resources.map(({ address, state }) => `${address}:${state}`).join(" ")
