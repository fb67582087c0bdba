import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { importPKCS8, type JWTPayload, SignJWT, UnsecuredJWT } from "jose"
import { Emulator } from "../src/Emulator.ts"
import { otherPair, pair, withClient } from "./keys.ts"

describe("POST /iam/v1/tokens", () => {
  const now = Date.parse("2026-03-05T12:00:00Z") / 1000
  const aud = "https://iam.api.cloud.yandex.net/iam/v1/tokens"
  const good = { iss: "ajeaccount", aud, iat: now, exp: now + 3600 }
  const sign = async (claims: JWTPayload, { alg = "PS256", kid = "ajekey", privateKey = pair.privateKey } = {}) =>
    new SignJWT(claims).setProtectedHeader({ typ: "JWT", alg, kid }).sign(await importPKCS8(privateKey, alg))

  const post = (body: string) =>
    Effect.gen(function* () {
      const { url } = yield* Emulator
      return yield* Effect.promise(async () => {
        const response = await fetch(`${url}/iam/v1/tokens`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body
        })
        return { status: response.status, json: (await response.json()) as Record<string, unknown> }
      })
    })

  it.effect("issues a token for a good JWT, for 12 hours", () =>
    Effect.gen(function* () {
      for (const audience of [aud, `${(yield* Emulator).url}/iam/v1/tokens`]) {
        const jwt = yield* Effect.promise(() => sign({ ...good, aud: audience }))
        const { json, status } = yield* post(JSON.stringify({ jwt }))
        assert.strictEqual(status, 200)
        assert.match(String(json.iamToken), /^t1\.[0-9a-f]{32}$/)
        assert.strictEqual(json.expiresAt, "2026-03-06T00:00:00.000Z")
      }
    }).pipe(withClient())
  )

  it.effect.each<readonly [string, () => string | Promise<string>]>([
    ["another key's signature", () => sign(good, { privateKey: otherPair.privateKey })],
    ["a key that does not exist", () => sign(good, { kid: "ajeother" })],
    ["another issuer", () => sign({ ...good, iss: "ajeother" })],
    ["another audience", () => sign({ ...good, aud: "https://iam.api.cloud.yandex.net" })],
    ["no audience", () => sign({ iss: "ajeaccount", iat: now, exp: now + 3600 })],
    ["a JWT that has expired", () => sign({ ...good, iat: now - 3600, exp: now - 1 })],
    ["a JWT without exp", () => sign({ iss: "ajeaccount", aud, iat: now })],
    ["a JWT without iat", () => sign({ iss: "ajeaccount", aud, exp: now + 60 })],
    ["a JWT for more than an hour", () => sign({ ...good, exp: now + 3601 })],
    ["RS256", () => sign(good, { alg: "RS256" })],
    ["PS384", () => sign(good, { alg: "PS384" })],
    ["no signature", () => new UnsecuredJWT(good).encode()],
    [
      "HS256 with the public key for a secret",
      () =>
        new SignJWT(good)
          .setProtectedHeader({ alg: "HS256", kid: "ajekey" })
          .sign(new TextEncoder().encode(pair.publicKey))
    ],
    ["garbage", () => "garbage"]
  ])("answers 401 to %s", ([, make]) =>
    Effect.gen(function* () {
      const jwt = yield* Effect.promise(async () => make())
      const { json, status } = yield* post(JSON.stringify({ jwt }))
      assert.deepStrictEqual([status, json.code], [401, 16])
    }).pipe(withClient())
  )

  it.effect.each(["", "{}", `{"jwt":""}`, `{"jwt":1}`, "[]", "not json"])("answers 400 to the body %j", (body) =>
    Effect.gen(function* () {
      const { json, status } = yield* post(body)
      assert.deepStrictEqual([status, json.code], [400, 3])
      assert.include(JSON.stringify(json.details), `"field":"jwt"`)
    }).pipe(withClient())
  )
})
