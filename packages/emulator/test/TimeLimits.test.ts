import { createServer, type Socket } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as HttpClientTransport from "@holdfast/core/HttpClientTransport"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Transport, type TransportRequest } from "@holdfast/core/Transport"
import { Clock, ConfigProvider, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"

/** A server that takes connections and says nothing, and what it sees of them. */
const silent = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly open: Set<Socket> }>((resume) => {
    const open = new Set<Socket>()
    const server = createServer((socket) => {
      open.add(socket)
      socket.on("error", () => socket.destroy()).resume()
      socket.on("close", () => open.delete(socket))
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, open }))
    })
  }),
  ({ open }) =>
    Effect.sync(() => {
      for (const socket of open) socket.destroy()
    })
)

const request = (url: string, timeoutMillis: number): TransportRequest => ({
  method: "GET",
  url: `${url}/backup/v1/resources/web`,
  clientRequestId: "c1",
  maxBodyBytes: 1_000,
  timeoutMillis
})

/** Waits for what happens outside of test time, on a machine as busy as it may be. */
const until = (isSo: () => boolean) =>
  Effect.promise(async () => {
    while (!isSo()) await new Promise<void>((resolve) => setTimeout(resolve, 10))
  })

const layer = Layer.fresh(NodeTransport.layer).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({}))))

describe("the transport on Node, in test time", () => {
  it.effect("ends each request when its own time is up, whichever began first", () =>
    Effect.gen(function* () {
      const { open, url } = yield* silent
      const transport = yield* Transport
      const ended: Array<readonly [name: string, at: number]> = []
      const send = (name: string, timeoutMillis: number) =>
        Effect.flip(transport.send(request(url, timeoutMillis))).pipe(
          Effect.flatMap((error) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              assert.strictEqual(error.reason, "late")
              assert.include(error.detail, `${Math.ceil(timeoutMillis)} ms`)
              ended.push([name, now])
            })
          ),
          Effect.forkChild({ startImmediately: true })
        )
      const long = yield* send("long", 5_000)
      yield* TestClock.adjust("1 second")
      const short = yield* send("short", 1_000)
      const middle = yield* send("middle", 2_500.5)
      const calledOff = yield* send("called off", 100)
      yield* Fiber.interrupt(calledOff)
      yield* until(() => open.size === 3)
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(ended, [])
      yield* TestClock.adjust("1 hour")
      yield* Effect.forEach([long, short, middle], Fiber.join)
      assert.deepStrictEqual(
        ended.map(([name]) => name),
        ["short", "middle", "long"]
      )
      yield* until(() => open.size === 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("has the next request wait for its own time after one that was called off", () =>
    Effect.gen(function* () {
      const { url } = yield* silent
      const transport = yield* Transport
      const first = yield* Effect.forkChild(transport.send(request(url, 1_000)), { startImmediately: true })
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("900 millis")
      const second = yield* Effect.forkChild(Effect.flip(transport.send(request(url, 1_000))), {
        startImmediately: true
      })
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(second.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(second)).reason, "late")
    }).pipe(Effect.provide(layer))
  )
})

describe("a transport over any HttpClient", () => {
  it.live("leaves time limits to the client, which says so", () =>
    Effect.gen(function* () {
      assert.isNotTrue((yield* Transport).keepsTime)
    }).pipe(Effect.provide(HttpClientTransport.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))))
  )
})
