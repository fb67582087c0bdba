import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Endpoints, EndpointsError, serviceNames, variableOf } from "../src/Endpoints.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import { CurrentRetryPolicy, none, standard } from "../src/RetryPolicy.ts"
import { Transport, type TransportRequest, type TransportResponse } from "../src/Transport.ts"

const defaults = {
  backup: "https://backup.api.cloud.yandex.net",
  compute: "https://compute.api.cloud.yandex.net",
  iam: "https://iam.api.cloud.yandex.net",
  auth: "https://auth.yandex.cloud",
  metadata: "http://169.254.169.254"
}

type Env = Readonly<Record<string, string>>

/** The endpoints that `env` means, over a transport that answers everything with `answer`; and what was sent. */
const read = (env: Env, answer?: Partial<TransportResponse>) =>
  Effect.gen(function* () {
    const sent: Array<TransportRequest> = []
    const transport = Transport.of({
      send: (request) =>
        Effect.suspend(() => {
          sent.push(request)
          return answer === undefined ? Effect.never : Effect.succeed({ status: 200, headers: {}, body: "", ...answer })
        })
    })
    const endpoints = yield* Endpoints.pipe(
      Effect.provide(Endpoints.layer),
      Effect.provideService(Transport, transport),
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
    )
    return { endpoints: { ...endpoints }, sent }
  })

/** The error that `env` means, and what it shows. */
const refusal = Effect.fnUntraced(
  function* (env: Env, answer?: Partial<TransportResponse>) {
    const error = yield* Effect.flip(read(env, answer))
    assert.instanceOf(error, EndpointsError)
    assert.notStrictEqual(error.remedy, "")
    assert.isTrue(error.message.startsWith(`${error.source}: `))
    return error
  },
  Effect.provideService(CurrentRetryPolicy, none)
)

const directory = (...endpoints: ReadonlyArray<readonly [id: string, address: string]>) => ({
  body: JSON.stringify({ endpoints: endpoints.map(([id, address]) => ({ id, address })) })
})

const kazakhstan = directory(
  ["backup", "backup.api.yandexcloud.kz:443"],
  ["compute", "compute.api.yandexcloud.kz:443"],
  ["iam", "iam.api.yandexcloud.kz:443"],
  ["serialssh", "serialssh.yandexcloud.kz:9600"]
)

describe("Endpoints.layer", () => {
  it.effect("is the public cloud where nothing is set, and asks nobody", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({}), { endpoints: defaults, sent: [] })
    })
  )

  it.effect("takes empty variables for unset", () =>
    Effect.gen(function* () {
      const env = Object.fromEntries(
        [...serviceNames.map(variableOf), "YC_ENDPOINT", "HOLDFAST_PLAINTEXT"].map((name) => [name, ""])
      )
      assert.deepStrictEqual(yield* read(env), { endpoints: defaults, sent: [] })
    })
  )

  it.effect.each(serviceNames)("takes the address of %s from its variable alone", (service) =>
    Effect.gen(function* () {
      const { endpoints } = yield* read({ [`HOLDFAST_${service.toUpperCase()}_URL`]: "https://other.example" })
      assert.deepStrictEqual(endpoints, { ...defaults, [service]: "https://other.example" })
    })
  )

  it.effect.each([
    ["https://backup.example/", "https://backup.example"],
    ["https://backup.example///", "https://backup.example"],
    ["https://backup.example:443", "https://backup.example"],
    ["https://backup.example:8443/", "https://backup.example:8443"],
    ["https://backup.example/proxy/cloud/", "https://backup.example/proxy/cloud"],
    ["HTTPS://Backup.Example", "https://backup.example"],
    [" https://backup.example\n", "https://backup.example"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["http://127.0.0.1:1", "http://127.0.0.1:1"],
    ["http://127.8.9.10", "http://127.8.9.10"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["http://169.254.169.254/", "http://169.254.169.254"]
  ] as const)("makes of %j the base URL %s", ([value, expected]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* read({ HOLDFAST_BACKUP_URL: value })).endpoints.backup, expected)
    })
  )

  it.effect.each([
    "backup.example",
    "backup.example:443",
    "/backup",
    "https://",
    "https://[::1",
    "garbage",
    "file:///etc/passwd",
    "ftp://backup.example",
    "javascript:alert(1)",
    "https://user@backup.example",
    "https://user:pa55word@backup.example",
    "https://:pa55word@backup.example",
    "https://backup.example?x=1",
    "https://backup.example#top",
    "https://backup.example?",
    "https://backup.example#",
    "http://backup.example",
    "http://10.0.0.1:8080",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "http://169.254.169.254:8080",
    "http://169.254.169.253"
  ])("refuses %j, and names the variable but no password", (value) =>
    Effect.gen(function* () {
      const error = yield* refusal({ HOLDFAST_IAM_URL: value })
      assert.strictEqual(error.source, "HOLDFAST_IAM_URL")
      assert.notInclude(JSON.stringify(error) + error.message, "pa55word")
    })
  )

  it.effect.each([
    ["true", "http://backup.example"],
    ["yes", "http://backup.example"],
    ["false", undefined],
    ["", undefined]
  ] as const)("lets HOLDFAST_PLAINTEXT=%j decide over plain http", ([plaintext, expected]) =>
    Effect.gen(function* () {
      const env = { HOLDFAST_PLAINTEXT: plaintext, HOLDFAST_BACKUP_URL: "http://backup.example" }
      if (expected !== undefined) assert.strictEqual((yield* read(env)).endpoints.backup, expected)
      else assert.include((yield* refusal(env)).message, "in the clear")
    })
  )
})

describe("YC_ENDPOINT", () => {
  it.effect.each([
    ["api.yandexcloud.kz:443", "https://api.yandexcloud.kz/endpoints"],
    ["api.yandexcloud.kz", "https://api.yandexcloud.kz/endpoints"],
    ["https://api.yandexcloud.kz/", "https://api.yandexcloud.kz/endpoints"],
    ["api.yandexcloud.kz:8443", "https://api.yandexcloud.kz:8443/endpoints"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/endpoints"]
  ] as const)("%s is asked at %s, without a token", ([address, url]) =>
    Effect.gen(function* () {
      const { endpoints, sent } = yield* read({ YC_ENDPOINT: address }, kazakhstan)
      assert.deepStrictEqual(endpoints, {
        ...defaults,
        backup: "https://backup.api.yandexcloud.kz",
        compute: "https://compute.api.yandexcloud.kz",
        iam: "https://iam.api.yandexcloud.kz"
      })
      assert.deepStrictEqual(
        sent.map(({ token, url }) => ({ token, url })),
        [{ token: undefined, url }]
      )
    })
  )

  it.effect("yields to a service's own variable", () =>
    Effect.gen(function* () {
      const env = { YC_ENDPOINT: "api.yandexcloud.kz:443", HOLDFAST_BACKUP_URL: "http://127.0.0.1:1" }
      const { endpoints } = yield* read(env, kazakhstan)
      assert.strictEqual(endpoints.backup, "http://127.0.0.1:1")
      assert.strictEqual(endpoints.iam, "https://iam.api.yandexcloud.kz")
    })
  )

  it.effect.each([
    ["no address", "https://", kazakhstan],
    ["plain http to another machine", "http://api.yandexcloud.kz", kazakhstan],
    ["a user name", "https://me@api.yandexcloud.kz", kazakhstan],
    ["a 404", "api.cloud.example", { status: 404, body: "404 page not found" }],
    ["a 503", "api.cloud.example", { status: 503 }],
    ["a redirect", "api.cloud.example", { status: 302, headers: { location: "https://evil.example/endpoints" } }],
    ["an HTML page", "api.cloud.example", { body: "<html><title>Sign in</title></html>" }],
    ["an empty body", "api.cloud.example", {}],
    ["a list of another shape", "api.cloud.example", { body: `{"endpoints":{"backup":"x"}}` }],
    ["an empty list", "api.cloud.example", directory()],
    ["a list without iam", "api.cloud.example", directory(["backup", "backup.example:443"])],
    ["a list without backup", "api.cloud.example", directory(["iam", "iam.example:443"])],
    [
      "an address with a user name",
      "api.cloud.example",
      directory(["backup", "b.example"], ["iam", "me:pw@i.example"])
    ],
    ["an address with a query", "api.cloud.example", directory(["backup", "b.example?x="], ["iam", "i.example"])],
    ["an error under a 200", "api.cloud.example", { body: `{"code":5,"message":"nothing here"}` }]
  ] as const)("is refused for %s", ([, address, answer]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* refusal({ YC_ENDPOINT: address }, answer)).source, "YC_ENDPOINT")
    })
  )

  it.effect("is asked as often and as long as the policy allows", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(refusal({ YC_ENDPOINT: "api.cloud.example" }))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.include((yield* Fiber.join(fiber)).message, "no whole answer within 10000 ms")
      const down = yield* Effect.forkChild(
        Effect.flip(read({ YC_ENDPOINT: "api.cloud.example" }, { status: 503 })).pipe(
          Effect.provideService(CurrentRetryPolicy, standard)
        )
      )
      yield* TestClock.adjust("30 seconds")
      assert.include((yield* Fiber.join(down)).message, "4 attempts")
    })
  )

  it.live("is read over a real socket", () =>
    Effect.gen(function* () {
      const paths: Array<string | undefined> = []
      const server = createServer((request, response) => {
        paths.push(request.url)
        response.end(kazakhstan.body)
      })
      const url = yield* Effect.acquireRelease(
        Effect.callback<string>((resume) => {
          server.listen(0, "127.0.0.1", () =>
            resume(Effect.succeed(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
          )
        }),
        () => Effect.sync(() => server.close())
      )
      const endpoints = yield* Endpoints.pipe(
        Effect.provide(Layer.provide(Endpoints.layer, NodeTransport.layer)),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ YC_ENDPOINT: url })))
      )
      assert.strictEqual(endpoints.backup, "https://backup.api.yandexcloud.kz")
      assert.deepStrictEqual(paths, ["/endpoints"])
    })
  )
})

describe("Endpoints.layerAt", () => {
  it.effect("has every service at one address", () =>
    Effect.gen(function* () {
      const endpoints = yield* Endpoints.pipe(Effect.provide(Endpoints.layerAt("http://127.0.0.1:1")))
      for (const service of serviceNames) assert.strictEqual(endpoints[service], "http://127.0.0.1:1")
    })
  )
})
