/**
 * Prints what Cloud Backup knows of one instance: `pnpm --filter @holdfast/example-library start INSTANCE_ID`. It reads the
 * same environment as `drift`.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Console, Effect, Layer } from "effect"

const show = Effect.fn("show")(function* (id: string) {
  const cloud = yield* CloudBackup
  const resource = yield* cloud.getResource(id)
  yield* Console.log(
    `${id}: ${resource.enabled ? "backed up" : "not backed up"}, last ${resource.lastBackupTime ?? "never"}`
  )
})

const program = show(process.argv[2] ?? "").pipe(
  Effect.catchTags({
    ResourceNotFound: () => Console.log("Cloud Backup does not know this instance"),
    PermissionDenied: (error) => Console.error(`${error.message}\n${error.remedy}`),
    RateLimited: (error) => Console.error(`Busy; try again in ${error.retryAfterMillis ?? 1000} ms`)
  }),
  Effect.provide(CloudBackup.layer.pipe(Layer.provide(NodeTransport.layer), Layer.provide(NodeServices.layer)))
)

NodeRuntime.runMain(program)
