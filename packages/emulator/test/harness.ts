import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { assert } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { CurrentRetryPolicy, type RetryPolicy } from "@holdfast/core/RetryPolicy"
import { Effect, Layer, Redacted } from "effect"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"

/** Four attempts without a pause; the times are only there for a test that hangs to end. */
export const quick: RetryPolicy = {
  name: "quick",
  maxAttempts: 4,
  baseDelayMillis: 1,
  maxDelayMillis: 1,
  attemptTimeoutMillis: 10_000,
  totalTimeoutMillis: 20_000,
  maxRetryAfterMillis: 20_000,
  outageMillis: 0
}

/** Carries requests over real sockets. */
export const transport = Layer.orDie(NodeTransport.layer)

/** The client at `url` with `token`, and its transport. */
export const clientAt = (url: string, token: string = Seed.defaultToken) =>
  CloudBackup.layerNoDeps.pipe(
    Layer.provide(Credentials.layerToken(Redacted.make(token))),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(transport)
  )

/** The client on an emulator of `seed`, and the emulator. */
export const clientOn = (seed: typeof Seed.Seed.Encoded, token?: string) =>
  Layer.unwrap(Effect.map(Emulator, ({ url }) => clientAt(url, token))).pipe(
    Layer.provideMerge(Emulator.layer(Seed.make(seed)))
  )

export const withPolicy = (policy: Partial<RetryPolicy>) =>
  Effect.provideService(CurrentRetryPolicy, { ...quick, ...policy })

/** A server that answers with `handler` until the scope ends, and every request that it saw. */
export const serve = (handler: Http.RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly seen: Array<Http.IncomingMessage>; readonly close: () => void }>(
      (resume) => {
        const seen: Array<Http.IncomingMessage> = []
        const server = Http.createServer((request, response) => {
          seen.push(request)
          handler(request, response)
        })
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close }))
        )
      }
    ),
    ({ close }) => Effect.sync(close)
  )

/** `value` once it has the tag, so that its own fields can be asked for. */
export const tagged = <E extends { readonly _tag: string }, T extends E["_tag"]>(
  error: E,
  tag: T
): Extract<E, { _tag: T }> => {
  assert.strictEqual(error._tag, tag, String(error))
  return error as Extract<E, { _tag: T }>
}

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Faults as a seed writes them. */
export type Faults = NonNullable<(typeof Seed.Seed.Encoded)["faults"]>

export const get = (id: string) => Effect.flatMap(CloudBackup, (client) => client.getResource(id))

/** What the client says that it has sent. */
export const sent = Effect.flatMap(CloudBackup, (client) => client.requests)

/** What the emulator has seen. */
export const seen = Effect.flatMap(Emulator, ({ requests }) => requests)

/** Resources of the folder `b1g`, named `vm-0` and so on. */
export const fleet = (size: number) =>
  Array.from({ length: size }, (_, index) => ({ computeInstanceId: `vm-${index}`, folderId: "b1g" }))

/** Asserts that every request that was sent had an id of its own, and that `error` has the last one's. */
export const carriesIds = Effect.fnUntraced(function* (error: CloudBackupError) {
  const ids = (yield* seen).map(({ headers }) => headers["x-client-request-id"] ?? "")
  for (const id of ids) assert.match(id, uuid)
  assert.strictEqual(new Set(ids).size, ids.length)
  assert.strictEqual("clientRequestId" in error ? error.clientRequestId : undefined, ids.at(-1))
  assert.include(error.message, ids.at(-1) ?? "")
})
