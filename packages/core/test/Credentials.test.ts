import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Option, Redacted } from "effect"
import { Credentials } from "../src/Credentials.ts"
import { Endpoints } from "../src/Endpoints.ts"
import { Transport, type TransportRequest } from "../src/Transport.ts"
import { renderings } from "./renderings.ts"

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})
const keyFile = JSON.stringify({ id: "ajekey", service_account_id: "ajeaccount", private_key: privateKey })

/** A transport whose token service always issues `t1.issued`, and what it was sent. */
const issuing = () => {
  const sent: Array<TransportRequest> = []
  const layer = Layer.succeed(Transport, {
    send: (request) =>
      Effect.sync(() => {
        sent.push(request)
        return request.url.includes("/computeMetadata/")
          ? { status: 404, headers: {}, body: "404 page not found" }
          : { status: 200, headers: {}, body: `{"iamToken":"t1.issued","expiresAt":"2099-01-01T00:00:00Z"}` }
      })
  })
  return { sent, layer }
}

/** The credentials that `env` means, and a token from them. */
const read = (env: Readonly<Record<string, string>>) => {
  const { layer, sent } = issuing()
  return Effect.gen(function* () {
    const { renew, source, token } = yield* Credentials
    const first = yield* token
    return { source, token: Redacted.value(first), renewed: yield* renew(first), sent }
  }).pipe(
    Effect.provide(Credentials.layer),
    Effect.provide(Layer.mergeAll(layer, Endpoints.layerAt("http://127.0.0.1:1"), NodeFileSystem.layer)),
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...env })))
  )
}

/** A file of its own for one test. */
const file = (text: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "holdfast-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    ),
    (folder) => {
      const path = join(folder, "key.json")
      writeFileSync(path, text)
      return path
    }
  )

describe("Credentials.layer", () => {
  it.effect.each([
    ["YC_IAM_TOKEN", { YC_IAM_TOKEN: "t1.first", YC_TOKEN: "t1.second" }, "t1.first"],
    ["YC_TOKEN", { YC_IAM_TOKEN: "", YC_TOKEN: "t1.second" }, "t1.second"],
    ["YC_TOKEN", { YC_TOKEN: "t1.second" }, "t1.second"],
    ["YC_TOKEN", { YC_IAM_TOKEN: " \n", YC_TOKEN: "t1.second" }, "t1.second"],
    ["YC_IAM_TOKEN", { YC_IAM_TOKEN: " t1.first\r\n" }, "t1.first"]
  ] as const)("takes %s of %j before the key file, and cannot renew it", ([source, tokens, token]) =>
    Effect.gen(function* () {
      const path = yield* file(keyFile)
      const found = yield* read({ ...tokens, YC_SERVICE_ACCOUNT_KEY_FILE: path })
      assert.deepStrictEqual(found, { source, token, renewed: Option.none(), sent: [] })
    })
  )

  it.effect.each([
    ["no token variable", {}],
    ["empty ones", { YC_IAM_TOKEN: "", YC_TOKEN: "  " }]
  ] as const)("takes the key file where there is %s", ([, tokens]) =>
    Effect.gen(function* () {
      const path = yield* file(keyFile)
      const found = yield* read({ ...tokens, YC_SERVICE_ACCOUNT_KEY_FILE: path })
      assert.strictEqual(found.source, `the key file ${path}`)
      assert.strictEqual(found.token, "t1.issued")
      assert.strictEqual(Redacted.value(Option.getOrThrow(found.renewed)), "t1.issued")
      assert.deepStrictEqual(
        found.sent.map(({ method, url }) => `${method} ${url}`),
        ["POST http://127.0.0.1:1/iam/v1/tokens", "POST http://127.0.0.1:1/iam/v1/tokens"]
      )
      assert.isUndefined(found.sent[0]?.token)
    })
  )

  it.effect.each([
    ["nothing is set", {}],
    ["everything is empty", { YC_IAM_TOKEN: "", YC_TOKEN: "", YC_SERVICE_ACCOUNT_KEY_FILE: "" }],
    ["everything is blank", { YC_IAM_TOKEN: " ", YC_TOKEN: "\n", YC_SERVICE_ACCOUNT_KEY_FILE: "\t" }]
  ] as const)("says what to set where %s", ([, env]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(env))
      assert.strictEqual(error._tag, "CredentialsError")
      assert.include(error.message, "YC_IAM_TOKEN")
      assert.include(error.message, "this is not a VM of the cloud with a service account")
      assert.include(error._tag === "CredentialsError" ? error.remedy : "", "YC_SERVICE_ACCOUNT_KEY_FILE")
    })
  )

  it.effect.each([
    ["a line break inside", "t1.canary\nX-Evil: 1"],
    ["a blank inside", "Bearer t1.canary"],
    ["a control character", "t1.canary\u0000"],
    ["a letter outside of ASCII", "t1.canaryё"],
    ["a zero-width space", "t1.canary\u200b"]
  ] as const)("refuses a token with %s and does not show it", ([, token]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read({ YC_IAM_TOKEN: token }))
      assert.strictEqual(error._tag, "CredentialsError")
      assert.include(error.message, "YC_IAM_TOKEN")
      assert.isFalse(renderings(error).includes("canary"))
    })
  )

  it.effect("names the key file that cannot be read", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read({ YC_SERVICE_ACCOUNT_KEY_FILE: "/nowhere/key.json" }))
      assert.include(error.message, "/nowhere/key.json")
      assert.include(error.message, "NotFound")
    })
  )

  it.effect("does not show a key file's content that was given in place of its path", () =>
    Effect.gen(function* () {
      // The Terraform provider takes the content in the same variable.
      const exit = yield* Effect.result(read({ YC_SERVICE_ACCOUNT_KEY_FILE: keyFile }))
      const shown = exit._tag === "Failure" ? renderings(exit.failure) : exit.success.source
      assert.isFalse(shown.includes(privateKey.split("\n")[3] as string))
    })
  )

  it.effect("does not show a key file that is not one", () =>
    Effect.gen(function* () {
      const path = yield* file(privateKey)
      const error = yield* Effect.flip(read({ YC_SERVICE_ACCOUNT_KEY_FILE: path }))
      assert.include(error.message, path)
      assert.isFalse(renderings(error).includes(privateKey.split("\n")[3] as string))
    })
  )
})

describe("Credentials.layerToken", () => {
  it.effect.each(["", " ", "\n"])("refuses the empty token %j", (token) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(Credentials, Credentials.layerToken(Redacted.make(token))))
      assert.include(error.message, "empty")
    })
  )
})
