/**
 * A program of its own: by how much the memory of a client grows that reads, many times over, what the server at `URL` sends.
 * Prints bytes.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { CurrentRetryPolicy, none } from "@holdfast/core/RetryPolicy"
import { Effect, Layer, Redacted } from "effect"

const { ROUTE = "get", TOKEN = "", URL = "" } = process.env

const program = Effect.gen(function* () {
  const cloud = yield* CloudBackup
  const read =
    ROUTE === "get"
      ? Effect.asVoid(Effect.result(cloud.getResource("bad")))
      : Effect.asVoid(Effect.result(cloud.readFolder("b1gbad")))
  // What a client needs to be one, whatever it reads.
  yield* Effect.forEach([1, 2, 3], () => cloud.getResource("good"))
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let most = before
  for (let round = 0; round < 5; round++) {
    yield* read
    most = Math.max(most, process.memoryUsage().rss)
    globalThis.gc?.()
  }
  return most - before
}).pipe(
  Effect.provide(
    CloudBackup.layerNoDeps.pipe(
      Layer.provide(Credentials.layerToken(Redacted.make(TOKEN))),
      Layer.provide(Endpoints.layerAt(URL)),
      Layer.provide(NodeTransport.layer)
    )
  ),
  Effect.provideService(CurrentRetryPolicy, none)
)

process.stdout.write(String(await Effect.runPromise(program)))
