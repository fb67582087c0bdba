import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { checkAt, fleetOf } from "./fleetRun.ts"

const size = 50

/** Whether the operation with this number fails. */
type Failing = (operation: number) => boolean

/**
 * A wire to the emulator that counts its operations (connections, writes and reads, in the order in which they happen) and
 * cuts the connection at those that are to fail.
 */
const wire = (target: number, fails: Failing) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly count: () => number; readonly close: () => void }>((resume) => {
      const sockets = new Set<Socket>()
      let operations = 0
      const server = createServer((client) => {
        const upstream = connect(target, "127.0.0.1")
        for (const socket of [client, upstream]) {
          sockets.add(socket)
          socket.on("error", () => undefined)
          socket.on("close", () => sockets.delete(socket))
        }
        const operate = (act: () => void) => {
          operations += 1
          if (!fails(operations)) return act()
          client.resetAndDestroy()
          upstream.destroy()
        }
        operate(() => undefined)
        client.on("data", (chunk) => operate(() => upstream.write(chunk)))
        upstream.on("data", (chunk) => operate(() => client.write(chunk)))
        client.on("end", () => upstream.end())
        upstream.on("end", () => client.end())
      })
      server.listen(0, "127.0.0.1", () =>
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            count: () => operations,
            close: () => {
              server.close()
              for (const socket of sockets) socket.destroy()
            }
          })
        )
      )
    }),
    ({ close }) => Effect.sync(close)
  )

/** A check of 50 instances, 3 of which have drifted, over a wire on which some operations fail. */
const run = (fails: Failing, outageMillis = 15_000) =>
  Effect.scoped(
    Effect.gen(function* () {
      const port = Number(new URL((yield* Emulator).url).port)
      const { count, url } = yield* wire(port, fails)
      const report = yield* checkAt(url, size, {
        concurrency: 8,
        policy: { attemptTimeoutMillis: 500, outageMillis }
      })
      return { report, operations: count() }
    })
  )

const withFleet = Effect.provide(
  Emulator.layer(Seed.make({ resources: fleetOf(size, (index) => ({ enabled: index % 20 !== 7 })) }))
)

describe("a check of 50 instances", () => {
  it.live(
    "is whole and right whichever single operation of the network fails",
    () =>
      Effect.gen(function* () {
        const calm = yield* run(() => false)
        assert.strictEqual(calm.report.exit_code, 2)
        assert.isAbove(calm.operations, 2 * size)
        for (let failing = 1; failing <= calm.operations; failing++) {
          const { report } = yield* run((operation) => operation === failing)
          const message = `operation ${failing} of ${calm.operations}`
          assert.deepStrictEqual(report.summary, calm.report.summary, message)
          assert.isTrue(report.complete, message)
          assert.isAtMost(report.requests.sent, size + 2, message)
        }
      }).pipe(withFleet),
    120_000
  )

  it.live(
    "is never green, and says what it did not read, whichever operation is the last that works",
    () =>
      Effect.gen(function* () {
        const calm = yield* run(() => false)
        for (let last = 0; last < calm.operations; last += 7) {
          // The network does not come back: nobody needs to wait for it here.
          const { report } = yield* run((operation) => operation > last, 100)
          const message = `after operation ${last} of ${calm.operations}`
          const { compared, drifted, not_compared } = report.summary
          assert.isAbove(not_compared, 0, message)
          assert.strictEqual(compared + not_compared, size, message)
          assert.strictEqual(report.exit_code, drifted > 0 ? 2 : compared > 0 ? 3 : 1, message)
          assert.isAtMost(report.requests.sent, 1.5 * size, message)
        }
      }).pipe(withFleet),
    300_000
  )
})
