/**
 * Credentials that a program chooses itself, and requests that a program carries itself: `node src/credentials.ts INSTANCE_ID`.
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as HttpClientTransport from "@holdfast/core/HttpClientTransport"
import { Config, Console, Effect, Layer } from "effect"

const credentials = Layer.unwrap(Effect.map(Config.Redacted("MY_TOKEN"), (token) => Credentials.layerToken(token)))

const client = CloudBackup.layerNoDeps.pipe(
  Layer.provideMerge(credentials),
  Layer.provide(Endpoints.layer),
  Layer.provide(HttpClientTransport.layer),
  Layer.provide(NodeHttpClient.layerUndici)
)

const program = Effect.gen(function* () {
  const { source } = yield* Credentials
  const cloud = yield* CloudBackup
  const { enabled } = yield* cloud.getResource(process.argv[2] ?? "")
  yield* Console.log(`${enabled ? "backed up" : "not backed up"}, by ${source} at ${cloud.endpoint}`)
})

NodeRuntime.runMain(Effect.provide(program, client))
