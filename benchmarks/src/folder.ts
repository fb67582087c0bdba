/**
 * Checks a folder as it is listed, page by page, in a process of its own: `folder.ts URL COUNT`. Nothing is kept but what has
 * drifted. Prints how long it took in milliseconds, and the most memory that it had, in MB.
 */
import type { ResourceReport } from "@holdfast/check/CheckReport"
import { compare } from "@holdfast/check/compare"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Effect, Layer, Redacted, Stream } from "effect"

const [url = "", count = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const cloud = yield* CloudBackup
  const now = Date.parse("2026-06-01T12:00:00Z")
  const drifted: Array<ResourceReport> = []
  let checked = 0
  yield* Stream.runForEach(cloud.listResources({ folderId: "folder" }), (page) =>
    Effect.sync(() => {
      for (const resource of page) {
        const desired = {
          address: resource.computeInstanceId,
          instance: resource.computeInstanceId,
          expectations: { enabled: true, online: true, maxBackupAge: 93_600_000 },
          severity: "high" as const,
          source: { path: "backup.yaml", line: 1, column: 1 }
        }
        const report = compare(desired, { _tag: "Found", resource }, now)
        if (report.state !== "in_sync") drifted.push(report)
      }
      checked += page.length
    })
  )
  if (checked !== Number(count)) return yield* Effect.die(new Error(`${checked} were checked`))
  return drifted.length
}).pipe(
  Effect.provide(
    CloudBackup.layerNoDeps.pipe(
      Layer.provide(Credentials.layerToken(Redacted.make("t1.benchmark"))),
      Layer.provide(Endpoints.layerAt(url)),
      Layer.provide(NodeTransport.layer)
    )
  ),
  Effect.withTracerEnabled(false)
)

const startedAt = performance.now()
const drifted = await Effect.runPromise(program)
const millis = performance.now() - startedAt
process.stdout.write(JSON.stringify({ millis, megabytes: process.resourceUsage().maxRSS / 1024, drifted }))
