/**
 * Reading with a retry policy of one's own, handling errors by name, and a whole folder at once:
 * `node src/policies.ts FOLDER_ID`.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import { Console, Effect, Layer } from "effect"

const hurried = RetryPolicy.make({ name: "hurried", maxAttempts: 2, totalTimeoutMillis: 5_000 })

const unprotected = Effect.fn("unprotected")(function* (folderId: string) {
  const cloud = yield* CloudBackup
  const { conflicting, resources } = yield* cloud.readFolder(folderId)
  for (const [id, resource] of resources) {
    if (!resource.enabled) yield* Console.log(`${id}: not backed up`)
  }
  for (const id of conflicting) yield* Console.log(`${id}: could not tell`)
  return resources.size
})

const program = unprotected(process.argv[2] ?? "").pipe(
  Effect.flatMap((count) => Console.log(`${count} resources read`)),
  Effect.provideService(RetryPolicy.CurrentRetryPolicy, hurried),
  Effect.catchTags({
    RateLimited: ({ retryAfterMillis = 1_000 }) => Console.log(`Busy for another ${retryAfterMillis} ms`),
    PermissionDenied: ({ remedy }) => Console.log(remedy),
    ConnectionFailed: ({ reason, remedy }) => Console.log(`No connection (${reason}). ${remedy}`)
  })
)

NodeRuntime.runMain(
  program.pipe(
    Effect.provide(CloudBackup.layer.pipe(Layer.provide(NodeTransport.layer), Layer.provide(NodeServices.layer)))
  )
)
