import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as HttpClientTransport from "@holdfast/core/HttpClientTransport"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import type { Transport } from "@holdfast/core/Transport"
import { ConfigProvider, Effect, Layer, Redacted, Result } from "effect"
import { Emulator, type EmulatorOptions } from "../src/Emulator.ts"
import { faultKinds } from "../src/Fault.ts"
import * as Seed from "../src/Seed.ts"
import { ca, good } from "./certificates.ts"
import { fleet, uuid, withPolicy } from "./harness.ts"
import { type Expected, type Row, rows } from "./matrix.ts"
import { renderings } from "./renderings.ts"

const caFile = join(tmpdir(), `holdfast-ca-${process.pid}.pem`)
writeFileSync(caFile, ca)

const transports: Readonly<Record<string, Layer.Layer<Transport>>> = {
  "undici's dispatch": NodeTransport.layer.pipe(
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ HOLDFAST_CA_FILE: caFile }))),
    Layer.orDie
  ),
  "an HttpClient": HttpClientTransport.layer.pipe(Layer.provide(NodeHttpClient.layerUndiciOptions({ connect: { ca } })))
}

const wires: Readonly<Record<string, EmulatorOptions>> = { "plain HTTP": {}, TLS: { tls: good } }

const token = "t1.canary-of-the-token"

const size = 6

/** A get of one instance, and the list of all. */
const reads = {
  get: Effect.flatMap(CloudBackup, (client) => Effect.map(client.getResource("vm-0"), () => 1)),
  list: Effect.flatMap(CloudBackup, (client) => Effect.map(client.readFolder("b1g"), ({ resources }) => resources.size))
}

const run = Effect.fnUntraced(function* (
  { faults, policy = {}, seed = {} }: Row,
  route: "get" | "list",
  transport: Layer.Layer<Transport>,
  options: EmulatorOptions
) {
  const emulator = Emulator.layer(Seed.make({ tokens: [token], resources: fleet(size), faults, ...seed }), options)
  const client = Layer.unwrap(
    Effect.map(Emulator, ({ url }) =>
      CloudBackup.layerNoDeps.pipe(
        Layer.provide(Credentials.layerToken(Redacted.make(token))),
        Layer.provide(Endpoints.layerAt(url)),
        Layer.provide(Layer.fresh(transport))
      )
    )
  )
  return yield* Effect.gen(function* () {
    const startedAt = performance.now()
    const result = yield* Effect.result(reads[route])
    const took = performance.now() - startedAt
    const seen = yield* Effect.flatMap(Emulator, ({ requests }) => requests)
    const skew = yield* Effect.flatMap(CloudBackup, ({ clockSkewMillis }) => clockSkewMillis)
    return { result, took, seen, skew, url: (yield* Emulator).url }
  }).pipe(withPolicy(policy), Effect.provide(Layer.provideMerge(client, emulator)))
})

const verify = (expected: Expected, row: Row, outcome: Effect.Success<ReturnType<typeof run>>) => {
  const { result, seen, took, url } = outcome
  const said = Result.isFailure(result) ? renderings(result.failure) : ""
  assert.strictEqual(Result.isFailure(result) ? result.failure._tag : "reads", expected.tag, said)
  assert.strictEqual(seen.length, expected.attempts, said)
  assert.isFalse(said.includes("canary"))
  assert.isAtLeast(took, row.atLeast ?? 0)
  // Where an answer hangs, the deadline of each attempt ends it; the rest is for a busy machine.
  const limit = row.policy?.attemptTimeoutMillis ?? 2_000
  assert.isAtMost(took, expected.attempts * (limit + 100) + 1_000)
  // Each request has an id of its own, and asks for a body as it is.
  const ids = seen.map(({ headers }) => headers["x-client-request-id"] ?? "")
  for (const id of ids) assert.match(id, uuid)
  assert.strictEqual(new Set(ids).size, ids.length)
  for (const { headers } of seen) assert.strictEqual(headers["accept-encoding"], "identity")
  if (Result.isSuccess(result)) return
  const { failure } = result
  assert.include(failure, { attempts: expected.attempts, ...expected.fields })
  assert.include(failure.message, `GET ${url}/backup/v1/resources`)
  assert.include(failure.message, expected.says ?? "")
  assert.notStrictEqual(failure.remedy, "")
  assert.strictEqual("clientRequestId" in failure ? failure.clientRequestId : "", ids.at(-1))
  assert.isAtMost(failure.message.length, 1_500)
}

for (const [carrier, transport] of Object.entries(transports)) {
  for (const [wire, options] of Object.entries(wires)) {
    for (const route of ["get", "list"] as const) {
      describe(`a ${route} over ${wire}, by ${carrier}`, () => {
        it.live.each(rows.map((row) => [row.row, row.name, row] as const))("row %i: %s", ([, , row]) =>
          Effect.map(run(row, route, transport, options), (outcome) =>
            verify((route === "list" ? row.list : undefined) ?? row.get, row, outcome)
          )
        )
      })
    }
  }
}

describe("the matrix", () => {
  it("uses every kind of fault that is not tested elsewhere", () => {
    const elsewhere = [
      // NodeTransport.test.ts
      "close_reused",
      // ReadFolder.test.ts and ListResources.test.ts
      ...["token_loop", "repeated_id", "conflicting_id", "empty_page", "big_page", "token_expired"],
      // The literal answer, for seeds of one's own.
      "answer"
    ]
    const used = new Set([...rows.flatMap(({ faults }) => faults.map(({ fault }) => fault)), ...elsewhere])
    assert.deepStrictEqual([...used].sort(), [...faultKinds].sort())
  })
})
