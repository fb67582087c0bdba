/**
 * The machines of a folder that Cloud Backup does not know: those are the ones that lose data.
 * `node src/forgotten.ts FOLDER_ID`.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Console, Effect, Layer, Stream } from "effect"

const forgotten = Effect.fn("forgotten")(function* (folderId: string) {
  const { resources } = yield* Effect.flatMap(CloudBackup, (cloud) => cloud.readFolder(folderId))
  const compute = yield* Compute
  yield* compute.listInstances({ folderId }).pipe(
    Stream.flatMap(Stream.fromIterable),
    Stream.filter(({ id, labels }) => labels.env === "prod" && !resources.has(id)),
    Stream.runForEach(({ id, name }) => Console.log(`${name} (${id}) is not connected to Cloud Backup`))
  )
})

const clients = Layer.merge(CloudBackup.layer, Compute.layer).pipe(
  Layer.provide(NodeTransport.layer),
  Layer.provide(NodeServices.layer)
)

NodeRuntime.runMain(forgotten(process.argv[2] ?? "").pipe(Effect.provide(clients)))
