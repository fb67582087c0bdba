import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { decodeProtectedHeader, importSPKI, jwtVerify } from "jose"
import * as ServiceAccountKey from "../src/ServiceAccountKey.ts"
import { renderings } from "./renderings.ts"

const pair = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})
const warning = "PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <ajekey>\n"
const source = "the key file key.json"
const audience = "https://iam.api.cloud.yandex.net/iam/v1/tokens"
const now = Date.parse("2026-03-05T07:05:10.900Z")

/** A line of the key's base64 that nothing else contains. */
const canary = pair.privateKey.split("\n")[3] as string

const fileWith = (fields: object) =>
  JSON.stringify({
    id: "ajekey",
    service_account_id: "ajeaccount",
    created_at: "2026-01-01T00:00:00Z",
    key_algorithm: "RSA_2048",
    public_key: pair.publicKey,
    private_key: warning + pair.privateKey,
    ...fields
  })

describe("ServiceAccountKey.parse", () => {
  it.effect("reads the file that the CLI writes, and hides the private key", () =>
    Effect.gen(function* () {
      const key = yield* ServiceAccountKey.parse(fileWith({}), source)
      assert.strictEqual(key.id, "ajekey")
      assert.strictEqual(key.serviceAccountId, "ajeaccount")
      // It can be used, and no more be read.
      assert.isFalse(key.privateKey.extractable)
      for (const text of [JSON.stringify(key), inspect(key, { depth: 10 }), String(key.privateKey)]) {
        assert.notInclude(text, canary)
      }
    })
  )

  it.effect.each([
    ["an empty file", ""],
    ["the bare PEM", pair.privateKey],
    ["JSON that is cut short", fileWith({}).slice(0, -20)],
    ["JSON with a comma too many", fileWith({}).replace(/\}$/, ",}")],
    ["the PEM as a JSON string", JSON.stringify(pair.privateKey)],
    ["an array of the file", `[${fileWith({})}]`],
    ["null", "null"],
    ["no id", fileWith({ id: undefined })],
    ["an empty id", fileWith({ id: "" })],
    ["no account", fileWith({ service_account_id: undefined })],
    ["no private key", fileWith({ private_key: undefined, privateKey: pair.privateKey })],
    ["an empty private key", fileWith({ private_key: "" })],
    ["the private key in lines", fileWith({ private_key: pair.privateKey.split("\n") })],
    ["the private key in an object", fileWith({ private_key: { pem: pair.privateKey } })],
    ["the private key where the id belongs", fileWith({ id: { pem: pair.privateKey } })],
    ["a null for the account beside the key", fileWith({ service_account_id: null })]
  ] as const)("refuses %s without quoting the file", ([, text]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ServiceAccountKey.parse(text, source))
      assert.strictEqual(error._tag, "CredentialsError")
      assert.strictEqual(error.source, source)
      assert.strictEqual(error.attempts, 0)
      assert.isFalse(error.isRetryable)
      assert.include(error.remedy, "yc iam key create")
      assert.isFalse(renderings(error).includes(canary))
      assert.isFalse(renderings(error).includes("BEGIN PRIVATE KEY"))
    })
  )
})

describe("ServiceAccountKey.signJwt", () => {
  it.effect.each([
    ["the vendor's line of warning before the PEM", warning + pair.privateKey],
    ["the bare PEM", pair.privateKey],
    ["CRLF line ends", (warning + pair.privateKey).replaceAll("\n", "\r\n")]
  ] as const)("signs with %s as the API asks", ([, private_key]) =>
    Effect.gen(function* () {
      const key = yield* ServiceAccountKey.parse(fileWith({ private_key }), source)
      const jwt = yield* ServiceAccountKey.signJwt(key, audience, now)
      assert.notInclude(String(jwt) + JSON.stringify(jwt) + inspect(jwt), Redacted.value(jwt))
      assert.deepStrictEqual(decodeProtectedHeader(Redacted.value(jwt)), { typ: "JWT", alg: "PS256", kid: "ajekey" })
      const { payload } = yield* Effect.promise(async () =>
        jwtVerify(Redacted.value(jwt), await importSPKI(pair.publicKey, "PS256"), { currentDate: new Date(now) })
      )
      const iat = Math.floor(now / 1000)
      assert.deepStrictEqual(payload, { iss: "ajeaccount", aud: audience, iat, exp: iat + 3600 })
    })
  )
})

const encrypted = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" }
}).privateKey

const other = (kind: "pkcs1" | "ec" | "sec1" | "ed25519") =>
  kind === "pkcs1"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" })
    : kind === "ed25519"
      ? generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })
      : generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
          type: kind === "ec" ? "pkcs8" : "sec1",
          format: "pem"
        })

describe("a private key that cannot sign", () => {
  it.effect.each([
    ["a public key", pair.publicKey, "is not a private key (-----BEGIN PUBLIC KEY-----)"],
    ["a PEM that is cut short", pair.privateKey.slice(0, 400), "is cut short, or is not an RSA key"],
    ["a PEM without its header", pair.privateKey.split("\n").slice(1).join("\n"), "has no PEM header"],
    ["an Ed25519 key", other("ed25519"), "is cut short, or is not an RSA key"],
    ["an EC key", other("ec"), "is cut short, or is not an RSA key"],
    ["an EC key in SEC 1", other("sec1"), "is not in PKCS #8"],
    ["PKCS #1", other("pkcs1"), "is not in PKCS #8"],
    ["an encrypted key", encrypted, "is encrypted with a passphrase"],
    ["a text that is no key", "hunter2 hunter2 hunter2", "has no PEM header"]
  ] as const)("is refused when it is read: %s", ([, private_key, detail]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ServiceAccountKey.parse(fileWith({ private_key }), source))
      assert.strictEqual(error._tag, "CredentialsError")
      assert.include(error.detail, `private_key of the key file ${detail}`)
      for (const line of String(private_key)
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("-----"))) {
        assert.isFalse(renderings(error).includes(line))
      }
    })
  )
})
