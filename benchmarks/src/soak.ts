/**
 * 30 minutes' worth of reads at 50 a second, as fast as they go, from a server in constant trouble: what is left behind then?
 * `pnpm soak` prints heap, sockets and timers, and fails where the heap has grown by more than 5 MB or anything is left open.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { CurrentRetryPolicy, make } from "@holdfast/core/RetryPolicy"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect, Layer, Redacted } from "effect"

const reads = Number(process.env.HOLDFAST_SOAK_READS ?? 90_000)
const limitBytes = 5 * 1024 * 1024

/** The heap after all that is garbage has been collected, in bytes. */
const heap = (): number => {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MB`

/** Open handles that a client could have left: sockets and timers. */
const handles = (): ReadonlyArray<string> =>
  process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap" || name === "Timeout")

const server = spawn(process.execPath, [`${import.meta.dirname}/soakServer.ts`], {
  stdio: ["ignore", "pipe", "inherit"]
})
const [url] = await once(createInterface({ input: server.stdout }), "line")

const read = (from: number, count: number) =>
  Effect.flatMap(CloudBackup, (cloud) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => `vm-${(from + index) % 1_000}`),
      (id) => Effect.map(Effect.result(cloud.getResource(id)), (result) => (result._tag === "Success" ? 1 : 0)),
      { concurrency: 32 }
    )
  )

const soak = Effect.gen(function* () {
  const cloud = yield* CloudBackup
  const startedAt = performance.now()
  let good = 0
  let before = 0
  // The first fifth warms up: code is compiled, connections and metrics are made.
  const round = reads / 20
  for (let done = 0; done < 20; done++) {
    for (const outcome of yield* read(done * round, round)) good += outcome
    if (done === 3) before = heap()
  }
  const after = heap()
  const { retried, sent } = yield* cloud.requests
  return { before, after, good, sent, retried, seconds: (performance.now() - startedAt) / 1_000 }
}).pipe(
  Effect.provide(
    CloudBackup.layerNoDeps.pipe(
      Layer.provide(Credentials.layerToken(Redacted.make(Seed.defaultToken))),
      Layer.provide(Endpoints.layerAt(url)),
      Layer.provide(NodeTransport.layer)
    )
  ),
  Effect.provideService(
    CurrentRetryPolicy,
    make({ baseDelayMillis: 2, maxDelayMillis: 20, attemptTimeoutMillis: 500, outageMillis: 5_000 })
  )
)

const result = await Effect.runPromise(soak)
server.kill("SIGKILL")
await once(server, "exit")
await new Promise((resolve) => setTimeout(resolve, 200))
const left = handles().filter((name) => name === "TCPSocketWrap" || name === "Timeout")
const grown = result.after - result.before

process.stdout.write(
  [
    `reads           ${reads}, of them good ${result.good}`,
    `requests        ${result.sent}, of them retries ${result.retried}`,
    `time            ${result.seconds.toFixed(1)} s`,
    `heap            ${megabytes(result.before)} after a fifth, ${megabytes(result.after)} at the end (${megabytes(grown)})`,
    `handles left    ${left.length === 0 ? "none" : left.join(", ")}`,
    ""
  ].join("\n")
)
process.exitCode = grown <= limitBytes && left.length === 0 ? 0 : 1
