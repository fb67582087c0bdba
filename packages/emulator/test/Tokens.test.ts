import { randomUUID } from "node:crypto"
import { rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { ConfigProvider, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Emulator } from "../src/Emulator.ts"
import { get, serve, tagged, uuid, withPolicy } from "./harness.ts"
import { clientWithKeyAt, keyFile, otherPair, pair, seedWith, withClient } from "./keys.ts"

const token = Effect.flatMap(Credentials, (credentials) => Effect.map(credentials.token, Redacted.value))

/** How often a token was asked for, and the tokens that reads were sent with, in order and each once. */
const traffic = Effect.map(
  Effect.flatMap(Emulator, ({ requests }) => requests),
  (requests) => ({
    issued: requests.filter(({ url }) => url === "/iam/v1/tokens").length,
    reads: requests.filter(({ method }) => method === "GET").length,
    used: [...new Set(requests.flatMap(({ headers }) => headers.authorization ?? []))]
  })
)

describe("Credentials of a key file", () => {
  it.live("read a resource from nothing but the environment", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator
      const path = join(tmpdir(), `holdfast-${randomUUID()}.json`)
      yield* Effect.acquireRelease(
        Effect.sync(() => writeFileSync(path, keyFile())),
        () => Effect.sync(() => rmSync(path))
      )
      const env = { YC_SERVICE_ACCOUNT_KEY_FILE: path, HOLDFAST_BACKUP_URL: url, HOLDFAST_IAM_URL: `${url}/` }
      const resource = yield* get("vm-0").pipe(
        Effect.provide(CloudBackup.layer),
        Effect.provide([NodeFileSystem.layer, NodeTransport.layer]),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
      )
      assert.strictEqual(resource.computeInstanceId, "vm-0")
      assert.include(yield* traffic, { issued: 1, reads: 1 })
    }).pipe(Effect.provide(Emulator.layer(seedWith())))
  )

  it.effect("ask for one token for 1,000 concurrent callers", () =>
    Effect.gen(function* () {
      const tokens = yield* Effect.all(
        Array.from({ length: 1000 }, () => token),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(tokens).size, 1)
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => `vm-${index}`),
        get,
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* traffic, { issued: 1, reads: 20, used: [`Bearer ${tokens[0]}`] })
    }).pipe(withClient())
  )

  it.effect("share one failure among concurrent callers as well", () =>
    Effect.gen(function* () {
      const errors = yield* Effect.all(
        Array.from({ length: 20 }, () => Effect.flip(token)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(errors.map(({ status }) => status))], [503])
      assert.strictEqual((yield* traffic).issued, 1)
    }).pipe(withClient({ faults: [{ fault: "unavailable", on: "token" }] }))
  )

  it.effect.each([
    ["12h", "59 minutes", "1 minute"],
    ["6m", "179 seconds", "1 second"]
  ] as const)("renew a token of %s after %s and %s, while it still works", ([tokenLifetime, unchanged, rest]) =>
    Effect.gen(function* () {
      const first = yield* token
      yield* TestClock.adjust(unchanged)
      assert.strictEqual(yield* token, first)
      assert.strictEqual((yield* traffic).issued, 1)
      yield* TestClock.adjust(rest)
      const second = yield* token
      assert.notStrictEqual(second, first)
      yield* get("vm-0")
      assert.deepStrictEqual(yield* traffic, { issued: 2, reads: 1, used: [`Bearer ${second}`] })
    }).pipe(withClient({ tokenLifetime }))
  )

  it.live("renew once for all reads whose token the service refuses in the middle of a run", () =>
    Effect.gen(function* () {
      let [issued, reads, isRevoked] = [0, 0, false]
      const { url } = yield* serve((request, response) => {
        if (request.method === "POST") {
          issued += 1
          response.end(JSON.stringify({ iamToken: `t1.${issued}`, expiresAt: "2099-01-01T00:00:00Z" }))
        } else {
          reads += 1
          const refused = isRevoked && request.headers.authorization === "Bearer t1.1"
          const computeInstanceId = request.url?.split("/").at(-1)
          if (refused) response.writeHead(401).end(JSON.stringify({ code: 16, message: "expired" }))
          else response.end(JSON.stringify({ resource: { computeInstanceId } }))
        }
      })
      const ids = Array.from({ length: 20 }, (_, index) => `vm-${index}`)
      yield* Effect.gen(function* () {
        yield* get("vm-0")
        isRevoked = true
        const resources = yield* Effect.forEach(ids, get, { concurrency: "unbounded" })
        assert.deepStrictEqual(
          resources.map(({ computeInstanceId }) => String(computeInstanceId)),
          ids
        )
        assert.strictEqual(issued, 2)
        // The first read, and the 20, of which those that were under way when the token was refused were sent twice.
        assert.isAtMost(reads, 41)
        assert.deepStrictEqual(yield* Effect.flatMap(CloudBackup, ({ requests }) => requests), {
          sent: reads,
          retried: reads - 21
        })
      }).pipe(Effect.provide(clientWithKeyAt(url)), withPolicy({ maxAttempts: 1 }))
    })
  )

  it.effect("give up where the renewed token is refused too", () =>
    Effect.gen(function* () {
      const error = tagged(yield* Effect.flip(get("vm-0")), "Unauthenticated")
      assert.strictEqual(error.attempts, 2)
      assert.include(yield* traffic, { issued: 2, reads: 2 })
    }).pipe(withClient({ faults: [{ fault: "unauthenticated", on: "get" }] }))
  )

  it.effect("keep to the held token while it works and its renewal fails", () =>
    Effect.gen(function* () {
      const first = yield* token
      yield* TestClock.adjust("11 hours")
      for (let read = 0; read < 10; read++) yield* get("vm-0")
      const { issued, used } = yield* traffic
      assert.deepStrictEqual(used, [`Bearer ${first}`])
      yield* TestClock.adjust("1 hour")
      assert.include(tagged(yield* Effect.flip(get("vm-0")), "CredentialsError"), { status: 503 })
      assert.isAtMost(issued, 2, "a renewal that fails is tried again with every read")
    }).pipe(withClient({ faults: [{ fault: "unavailable", on: "token", after: 1 }] }))
  )

  it.effect.each([
    ["another key", {}, otherPair.privateKey, { status: 401, attempts: 1 }, "yc iam key list"],
    [
      "a key that was deleted",
      { serviceAccounts: [] },
      pair.privateKey,
      { status: 401, attempts: 1 },
      "yc iam key list"
    ],
    [
      "a token service that is away",
      { faults: [{ fault: "unavailable", on: "token" }] },
      pair.privateKey,
      { status: 503 },
      "later"
    ],
    [
      "a token service that forbids it",
      { faults: [{ fault: "forbidden", on: "token" }] },
      pair.privateKey,
      { status: 403 },
      "yc iam key list"
    ]
  ] as const)("fail with a remedy and the request's id for %s", ([, parts, privateKey, fields, remedy]) =>
    Effect.gen(function* () {
      const error = tagged(yield* Effect.flip(get("vm-0")), "CredentialsError")
      assert.include(error, fields)
      assert.include(error.remedy, remedy)
      assert.match(error.requestId ?? "", uuid)
      assert.strictEqual((yield* traffic).reads, 0)
    }).pipe(withClient(parts, privateKey))
  )
})
