import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, errorOf, rpc, send, token } from "./foreign.ts"
import { get, serve, withPolicy } from "./harness.ts"
import { clientWithKeyAt, pair } from "./keys.ts"
import { renderings } from "./renderings.ts"

describe("what an error quotes", () => {
  const echo = `the request had authorization: Bearer ${token}`
  it.live.each([
    ["a page", { status: 404, body: echo }],
    ["a page's title", { status: 502, body: `<title>${echo}</title>` }],
    ["a status", { status: 401, body: rpc(16, echo) }],
    [
      "a field violation",
      { status: 400, body: rpc(3, "", [{ fieldViolations: [{ field: "authorization", description: echo }] }]) }
    ],
    ["a request id", { status: 500, body: rpc(13), headers: { "x-request-id": echo } }],
    ["a body under a 200", { body: echo }],
    ["a field of another shape", { body: `{"resource":{"computeInstanceId":"web","createdAt":"${token}"}}` }],
    ["a redirect", { status: 302, headers: { location: `https://evil.example/${token}` } }]
  ] as const)("leaves the token out of %s that echoes it", ([, foreign]) =>
    Effect.map(errorOf(foreign, { maxAttempts: 1 }), ({ error }) => assert.notStrictEqual(error.message, ""))
  )

  it.live("leaves the token out of a good answer, too", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ resource: { computeInstanceId: "web", statusDetails: echo } })
      const { result } = yield* ask(send({ body }))
      if (result._tag === "Failure") return assert.fail(String(result.failure))
      assert.strictEqual(result.success.statusDetails, "the request had authorization: Bearer <redacted>")
    })
  )

  it.live("keeps the ids of the request that the service names", () =>
    Effect.gen(function* () {
      const requestInfo = { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId: "from-the-body" }
      const headers = { "x-request-id": "from-the-head" }
      const inBody = yield* errorOf({ status: 403, headers, body: rpc(7, "no", [{}, requestInfo]) })
      const inHead = yield* errorOf({ status: 403, headers, body: rpc(7) })
      assert.deepStrictEqual([inBody.error.requestId, inHead.error.requestId], ["from-the-body", "from-the-head"])
    })
  )

  it.live("is short even where the service's words are long", () =>
    Effect.gen(function* () {
      const { error } = yield* errorOf({ status: 403, body: rpc(7, "x".repeat(100_000)) })
      assert.isAtMost(error.message.length, 5_000)
    })
  )
})

describe("an error of a token request", () => {
  const issued = "t1.canary-of-an-issued-token"
  const later = "2099-01-01T00:00:00Z"

  it.live.each<readonly [string, (jwt: string) => readonly [status: number, body: string]]>([
    ["a status that echoes the JWT", (jwt) => [401, JSON.stringify({ code: 16, message: `JWT ${jwt} is invalid` })]],
    ["a page that echoes the request", (jwt) => [404, `<title>POST {"jwt":"${jwt}"}</title>`]],
    ["a text that echoes the request", (jwt) => [500, `{"jwt":"${jwt}"`]],
    ["an answer that is cut short", () => [200, `{"iamToken":"${issued}","expi`]],
    ["an answer in quotes", () => [200, JSON.stringify(`{"iamToken":"${issued}"}`)]],
    ["no expiry", () => [200, JSON.stringify({ iamToken: issued })]],
    ["an expiry that is no time", () => [200, JSON.stringify({ iamToken: issued, expiresAt: issued })]],
    ["a token that is a list", () => [200, JSON.stringify({ iamToken: [issued], expiresAt: later })]],
    [
      "a token that no header can carry",
      () => [200, JSON.stringify({ iamToken: `${issued}\n${issued}`, expiresAt: later })]
    ],
    ["a token under another status", () => [201, JSON.stringify({ iamToken: issued, expiresAt: later })]]
  ])("shows neither the JWT, the token nor the key for %s", ([, answer]) =>
    Effect.gen(function* () {
      let jwt = ""
      const { url } = yield* serve(async (request, response) => {
        let body = ""
        for await (const chunk of request) body += chunk
        jwt = JSON.parse(body).jwt
        const [status, text] = answer(jwt)
        response.writeHead(status).end(text)
      })
      const error = yield* get("web").pipe(
        Effect.flip,
        Effect.provide(clientWithKeyAt(url)),
        withPolicy({ maxAttempts: 1 })
      )
      assert.strictEqual(error._tag, "CredentialsError", String(error))
      const shown = renderings(error)
      for (const secret of [...jwt.split("."), "canary", pair.privateKey.split("\n")[3] as string]) {
        assert.isFalse(shown.includes(secret), "a secret is shown")
      }
    })
  )
})
