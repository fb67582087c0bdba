import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import { CurrentRetryPolicy } from "@holdfast/core/RetryPolicy"
import { ConfigProvider, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Emulator } from "../src/Emulator.ts"
import type * as Seed from "../src/Seed.ts"
import { get, quick, tagged, transport, withPolicy } from "./harness.ts"
import { keyFile, otherPair, pair, seedWith } from "./keys.ts"
import { renderings } from "./renderings.ts"

const account = "ajeaccount"
const requestToken = "canary-of-the-runner"

/** An OIDC provider as GitHub's runners have it, a federation that trusts it, and a VM with a service account. */
const withoutVm = {
  oidc: {
    issuer: "https://token.example.test",
    privateKey: pair.privateKey,
    subject: "repo:us/infra:ref:refs/heads/main",
    requestToken,
    audience: "https://github.com/us"
  },
  federations: [
    {
      issuer: "https://token.example.test",
      publicKey: pair.publicKey,
      audiences: ["https://github.com/us", "cloud"],
      subjects: { "repo:us/infra:ref:refs/heads/main": account }
    }
  ]
}

const everyWay = { ...withoutVm, metadata: { enabled: true } }

type Env = Readonly<Record<string, string>>

const github = (url: string): Env => ({
  YC_SERVICE_ACCOUNT_ID: account,
  ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/oidc/token?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken
})

/** The variables of each source of tokens that can issue more than one. */
const sources: Readonly<Record<string, (url: string) => Env>> = {
  "a key file's content": () => ({ YC_SERVICE_ACCOUNT_KEY_FILE: keyFile() }),
  "GitHub's OIDC token": github,
  "the metadata service": () => ({})
}

/** Clients as the environment `env` makes them, at an emulator of `seed`. */
const withEnv = (env: (url: string) => Env, seed: Partial<typeof Seed.Seed.Encoded> = {}, ways: object = everyWay) =>
  Layer.unwrap(
    Effect.map(Emulator, ({ url }) =>
      CloudBackup.layerNoDeps.pipe(
        Layer.provideMerge(Credentials.layer),
        Layer.provide(Endpoints.layerAt(url)),
        Layer.provide([
          transport,
          NodeFileSystem.layer,
          ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...env(url) }))
        ])
      )
    )
  ).pipe(Layer.provideMerge(Emulator.layer(seedWith({ ...ways, ...seed }))))

/** Runs in test time that begins in 2026. */
const inTestTime = Effect.andThen(TestClock.setTime(Date.parse("2026-03-05T12:00:00Z")), Effect.void)

const token = Effect.flatMap(Credentials, (credentials) => Effect.map(credentials.token, Redacted.value))

const issuing = ["/iam/v1/tokens", "/oauth/token", "/computeMetadata/v1/instance/service-accounts/default/token"]

/** The requests for tokens, as far as the emulator remembers. */
const tokenRequests = Effect.flatMap(Emulator, ({ requests }) =>
  Effect.map(requests, (seen) => seen.filter(({ url }) => issuing.includes(url)))
)

/** How many tokens were asked for. */
const issued = Effect.map(tokenRequests, ({ length }) => length)

/** The OIDC token that the emulator would hand to the runner, for `audience`. */
const idToken = (audience: string) =>
  Effect.flatMap(Emulator, ({ url }) =>
    Effect.promise(async () => {
      const headers = { authorization: `Bearer ${requestToken}` }
      const answer = await fetch(`${url}/oidc/token?audience=${audience}`, { headers })
      return String(((await answer.json()) as { value: unknown }).value)
    })
  )

/** The credentials of an environment that needs the emulator's OIDC token first. */
const withIdToken = (audience: string, env: Env, seed: Partial<typeof Seed.Seed.Encoded> = {}) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { url } = yield* Emulator
      const given = { YC_ID_TOKEN: yield* idToken(audience), YC_SERVICE_ACCOUNT_ID: account, ...env }
      return Credentials.layer.pipe(
        Layer.provide(Endpoints.layerAt(url)),
        Layer.provide([transport, NodeFileSystem.layer, ConfigProvider.layer(ConfigProvider.fromEnvRecord(given))])
      )
    })
  ).pipe(Layer.provideMerge(Emulator.layer(seedWith({ ...everyWay, ...seed }))))

describe("each source of tokens", () => {
  it.effect.each(Object.entries(sources))("%s reads a resource, and says where its token is from", ([name, env]) =>
    Effect.gen(function* () {
      const resource = yield* get("vm-0")
      assert.strictEqual(resource.computeInstanceId, "vm-0")
      const { status, warnings } = yield* Credentials
      const known = yield* status
      assert.strictEqual(known.account, name === "the metadata service" ? undefined : account)
      assert.strictEqual(known.expiresAt, "2026-03-06T00:00:00.000Z")
      assert.deepStrictEqual(warnings, [])
      assert.strictEqual(yield* issued, 1)
      assert.notInclude(JSON.stringify(known), yield* token)
    }).pipe(Effect.provide(withEnv(env)), withPolicy({}), (effect) => Effect.andThen(inTestTime, effect))
  )

  it.effect.each(Object.entries(sources))("%s issues one token for 1,000 callers at once", ([, env]) =>
    Effect.gen(function* () {
      const tokens = yield* Effect.all(
        Array.from({ length: 1_000 }, () => token),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(tokens).size, 1)
      assert.strictEqual(yield* issued, 1)
    }).pipe(Effect.provide(withEnv(env)), withPolicy({}), (effect) => Effect.andThen(inTestTime, effect))
  )

  it.effect.each(Object.entries(sources))("%s outlives a caller that is interrupted while it waits", ([, env]) =>
    Effect.gen(function* () {
      const first = yield* Effect.forkChild(token)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(first)
      const tokens = yield* Effect.all([token, token], { concurrency: 2 })
      assert.strictEqual(new Set(tokens).size, 1)
    }).pipe(Effect.provide(withEnv(env)), withPolicy({}), (effect) => Effect.andThen(inTestTime, effect))
  )

  it.effect.each(
    Object.entries(sources).flatMap(([name, env]) =>
      (["24h", "-24h"] as const).map((clock) => [name, clock, env] as const)
    )
  )("%s works where the service's clock is %s ahead, with one token for all reads", ([, clock, env]) =>
    Effect.gen(function* () {
      for (let read = 0; read < 20; read++) yield* get(`vm-${read}`)
      // A JWT that the service's clock refuses is signed once more by that clock.
      assert.isAtMost(yield* issued, 2)
      yield* TestClock.adjust("58 minutes")
      yield* get("vm-0")
      assert.isAtMost(yield* issued, 2)
    }).pipe(Effect.provide(withEnv(env, { clock })), withPolicy({}), (effect) => Effect.andThen(inTestTime, effect))
  )
})

describe("24 hours of 256 readers with tokens of an hour", () => {
  it.effect(
    "fail no read, and ask for a token once for each that ends",
    () =>
      Effect.gen(function* () {
        let reads = 0
        const reader = Effect.fnUntraced(function* (index: number) {
          for (let round = 0; round < 96; round++) {
            yield* get(`vm-${index % 20}`)
            reads += 1
            yield* Effect.sleep("15 minutes")
          }
        })
        const fiber = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: 256 }, (_, index) => index),
            reader,
            { concurrency: "unbounded", discard: true }
          )
        )
        // The emulator remembers its last requests only: those for tokens are kept here.
        const requested = new Set<object>()
        // Sockets take real time: a quarter of an hour passes when all have read.
        for (let round = 1; round <= 96; round++) {
          while (reads < 256 * round) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          for (const request of yield* tokenRequests) requested.add(request)
          yield* TestClock.adjust("15 minutes")
        }
        yield* Fiber.join(fiber)
        assert.strictEqual(reads, 256 * 96)
        // A token of an hour is renewed after 55 minutes, here by the reads of the next full hour.
        assert.strictEqual(requested.size, 24)
      }).pipe(
        Effect.provide(withEnv(() => ({ YC_SERVICE_ACCOUNT_KEY_FILE: keyFile() }), { tokenLifetime: "1h" })),
        Effect.provideService(CurrentRetryPolicy, quick),
        (effect) => Effect.andThen(inTestTime, effect)
      ),
    120_000
  )
})

describe("the order of sources", () => {
  it.live("is a token, a key, an OIDC token, the metadata service", () =>
    Effect.gen(function* () {
      const all = (url: string): Env => ({
        YC_IAM_TOKEN: "t1.first",
        YC_TOKEN: "t1.second",
        YC_SERVICE_ACCOUNT_KEY_FILE: keyFile(),
        ...github(url)
      })
      const without = (url: string, ...names: ReadonlyArray<string>) =>
        Object.fromEntries(Object.entries(all(url)).filter(([name]) => !names.includes(name)))
      const found: Array<string> = []
      const gone: Array<string> = []
      for (const name of ["", "YC_IAM_TOKEN", "YC_TOKEN", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_SERVICE_ACCOUNT_ID"]) {
        gone.push(name)
        const missing = [...gone]
        found.push(
          yield* Credentials.pipe(
            Effect.map(({ source }) => source),
            Effect.provide(Layer.fresh(withEnv((url) => without(url, ...missing))))
          )
        )
      }
      assert.deepStrictEqual(found, [
        "YC_IAM_TOKEN",
        "YC_TOKEN",
        "the key in YC_SERVICE_ACCOUNT_KEY_FILE",
        "GitHub's OIDC token",
        "the VM's metadata service"
      ])
    })
  )
})

describe("a key file", () => {
  const withFile = (mode: number) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "holdfast-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      ),
      (folder) => {
        const path = join(folder, "key.json")
        writeFileSync(path, keyFile())
        chmodSync(path, mode)
        return path
      }
    )

  it.live.each([
    ["600", 0o600, false],
    ["400", 0o400, false],
    ["640", 0o640, true],
    ["604", 0o604, true],
    ["666", 0o666, true]
  ] as const)("of mode %s draws a warning: %s", ([, mode, warns]) =>
    Effect.gen(function* () {
      const path = yield* withFile(mode)
      const { status, warnings } = yield* Effect.provide(
        Credentials,
        Layer.fresh(withEnv(() => ({ YC_SERVICE_ACCOUNT_KEY_FILE: path })))
      )
      assert.strictEqual(warnings.length, warns ? 1 : 0)
      if (warns) assert.strictEqual(warnings[0]?.remedy, `chmod 600 ${path}`)
      assert.isDefined(status)
    })
  )
})

describe("workload identity", () => {
  it.live("takes GitLab's token from YC_ID_TOKEN", () =>
    Effect.gen(function* () {
      const { source, status } = yield* Credentials
      assert.strictEqual(source, "the OIDC token in YC_ID_TOKEN")
      assert.strictEqual((yield* status).account, account)
      assert.strictEqual(yield* issued, 1)
    }).pipe(Effect.provide(withIdToken("cloud", {})), withPolicy({}))
  )

  it.live("asks GitHub for the audience that YC_ID_TOKEN_AUDIENCE names", () =>
    Effect.gen(function* () {
      yield* token
      const asked = (yield* Effect.flatMap(Emulator, ({ requests }) => requests)).find(({ url }) =>
        url.startsWith("/oidc")
      )
      assert.strictEqual(asked?.url, "/oidc/token?api-version=2.0&audience=cloud")
      assert.strictEqual(asked?.headers.authorization, `Bearer ${requestToken}`)
    }).pipe(Effect.provide(withEnv((url) => ({ ...github(url), YC_ID_TOKEN_AUDIENCE: "cloud" }))), withPolicy({}))
  )

  it.live.each<readonly [string, Env, string, string]>([
    ["no OIDC token", { YC_SERVICE_ACCOUNT_ID: account }, "YC_ID_TOKEN", "id-token: write"],
    [
      "half of GitHub's variables",
      { YC_SERVICE_ACCOUNT_ID: account, ACTIONS_ID_TOKEN_REQUEST_URL: "https://example.test" },
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "id-token: write"
    ],
    [
      "an account that is none",
      { YC_SERVICE_ACCOUNT_ID: "../x", YC_ID_TOKEN: "a.b.c" },
      "not the id",
      "service-account list"
    ],
    ...["http://example.test/token", "https://user:canary@example.test/", "canary", "ftp://example.test/"].map(
      (address): readonly [string, Env, string, string] => [
        `the address ${address.replace("canary", "…")}`,
        {
          YC_SERVICE_ACCOUNT_ID: account,
          ACTIONS_ID_TOKEN_REQUEST_URL: address,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken
        },
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "runner"
      ]
    )
  ])("with %s says what to do, and sends nothing", ([, env, says, remedy]) =>
    Effect.gen(function* () {
      const error = tagged(
        yield* Effect.flip(Effect.provide(Credentials, Layer.fresh(withEnv(() => env)))),
        "CredentialsError"
      )
      assert.include(error.message, says)
      assert.include(error.remedy, remedy)
      assert.isFalse(renderings(error).includes("canary"))
    })
  )

  it.live.each<readonly [string, Effect.Effect<unknown, unknown, Emulator>, string]>([
    [
      "an audience that the federation does not take",
      Effect.provide(Effect.flip(Effect.flatMap(Credentials, (_) => _.token)), withIdToken("elsewhere", {})),
      "aud"
    ],
    [
      "an account that the subject may not act as",
      Effect.provide(
        Effect.flip(Effect.flatMap(Credentials, (_) => _.token)),
        withIdToken("cloud", { YC_SERVICE_ACCOUNT_ID: "ajeother" })
      ),
      "audience is not a federated service account"
    ],
    [
      "a provider whose key is another one",
      Effect.provide(
        Effect.flip(Effect.flatMap(Credentials, (_) => _.token)),
        withIdToken("cloud", {}, { oidc: { ...everyWay.oidc, privateKey: otherPair.privateKey } })
      ),
      "signature"
    ],
    [
      "an issuer that nobody trusts",
      Effect.provide(
        Effect.flip(Effect.flatMap(Credentials, (_) => _.token)),
        withIdToken("cloud", {}, { oidc: { ...everyWay.oidc, issuer: "https://evil.example.test" } })
      ),
      "no federation trusts its issuer"
    ],
    [
      "a runner's bearer that is wrong",
      Effect.provide(
        Effect.flip(Effect.flatMap(Credentials, (_) => _.token)),
        withEnv((url) => ({ ...github(url), ACTIONS_ID_TOKEN_REQUEST_TOKEN: "wrong-bearer" }))
      ),
      "401"
    ]
  ])("of %s fails with a remedy, and shows no token", ([, failing, says]) =>
    Effect.gen(function* () {
      const error = yield* Effect.provide(failing, Emulator.layer(seedWith(everyWay)))
      const text = renderings(error)
      assert.include(text, "CredentialsError")
      assert.include(text, says)
      for (const secret of ["eyJ", requestToken, "wrong-bearer"]) assert.isFalse(text.includes(secret))
    }).pipe(withPolicy({ maxAttempts: 1 }))
  )
})

describe("the metadata service", () => {
  it.live.each([
    ["that hands out no tokens", { ...everyWay, metadata: { enabled: false } }, "hands out no tokens", "enabled"],
    ["of a VM without a service account", withoutVm, "not a VM of the cloud", "YC_IAM_TOKEN"]
  ] as const)("%s says what to do instead", ([, ways, says, remedy]) =>
    Effect.gen(function* () {
      const error = tagged(yield* Effect.flip(get("vm-0")), "CredentialsError")
      assert.include(error.message, says)
      assert.include(error.remedy, remedy)
    }).pipe(Effect.provide(withEnv(() => ({}), {}, ways)), withPolicy({}))
  )

  it.live("that is not there is given up within seconds", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(token)
      assert.include(error.message, "none of YC_IAM_TOKEN")
    }).pipe(
      Effect.provide(
        Credentials.layer.pipe(
          Layer.provide(Endpoints.layerAt("http://127.0.0.1:1")),
          Layer.provide([transport, NodeFileSystem.layer, ConfigProvider.layer(ConfigProvider.fromEnvRecord({}))])
        )
      ),
      withPolicy({})
    )
  )
})
