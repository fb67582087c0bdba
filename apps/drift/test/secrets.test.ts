import { generateKeyPairSync } from "node:crypto"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { directory, drift, fleetOf, manifestOf, withEmulator } from "./drift.ts"

const key = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

const keyFile = JSON.stringify({
  id: "ajkcanary",
  service_account_id: "ajecanary",
  key_algorithm: "RSA_2048",
  public_key: key.publicKey,
  private_key: `PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <ajkcanary>\n${key.privateKey}`
})

const canary = "t1.canaryCANARYcanary"

/** What must never be seen: the given token, any issued one, any JWT, any part of the private key. */
const secrets = [
  /t1\.[0-9a-zA-Z]{8}/,
  /eyJ[\w-]{8}/,
  /BEGIN [A-Z ]*PRIVATE KEY/,
  ...key.privateKey.split("\n").slice(1, -2)
]

const failing = ["rate_limited", "internal", "forbidden", "reset", "truncated", "html", "mismatch"] as const

const fleet = (faults: typeof Seed.Seed.Encoded = {}): typeof Seed.Seed.Encoded => ({
  ...fleetOf(9, (index) => {
    const fault = failing[index - 1]
    return fault === undefined ? {} : { faults: [{ fault }] }
  }),
  tokens: [canary],
  serviceAccounts: [{ id: "ajecanary", keys: [{ id: "ajkcanary", publicKey: key.publicKey }] }],
  ...faults
})

const cases: ReadonlyArray<{
  readonly fact: string
  readonly seed: typeof Seed.Seed.Encoded
  readonly env: Record<string, string>
  readonly code: number
}> = [
  { fact: "of a good token", seed: fleet(), env: { YC_IAM_TOKEN: canary }, code: 3 },
  { fact: "of a refused token", seed: fleet(), env: { YC_IAM_TOKEN: `${canary}x` }, code: 1 },
  { fact: "of a token with a line break inside", seed: fleet(), env: { YC_IAM_TOKEN: `${canary}\nx` }, code: 1 },
  { fact: "of a good key file", seed: fleet(), env: { YC_SERVICE_ACCOUNT_KEY_FILE: "key.json" }, code: 3 },
  {
    fact: "of a key that the service does not know",
    seed: fleet({ serviceAccounts: [] }),
    env: { YC_SERVICE_ACCOUNT_KEY_FILE: "key.json" },
    code: 1
  },
  {
    fact: "of a token service that fails",
    seed: fleet({ faults: [{ fault: "html", on: "token" }] }),
    env: { YC_SERVICE_ACCOUNT_KEY_FILE: "key.json" },
    code: 1
  },
  { fact: "of a key file cut short", seed: fleet(), env: { YC_SERVICE_ACCOUNT_KEY_FILE: "short.json" }, code: 1 },
  {
    fact: "of a key file with a garbled key",
    seed: fleet(),
    env: { YC_SERVICE_ACCOUNT_KEY_FILE: "garbled.json" },
    code: 1
  },
  { fact: "of a key file that is a bare key", seed: fleet(), env: { YC_SERVICE_ACCOUNT_KEY_FILE: "bare.pem" }, code: 1 }
]

describe("no token, key or JWT is in any output", () => {
  it.live.each(cases)("$fact", ({ code, env, seed }) =>
    withEmulator(seed, (emulated) =>
      Effect.gen(function* () {
        const cwd = directory({
          "backup.yaml": manifestOf(9),
          "key.json": keyFile,
          "short.json": keyFile.slice(0, -200),
          "garbled.json": keyFile.replace(/[a-f]/g, "!"),
          "bare.pem": key.privateKey
        })
        const token = { YC_IAM_TOKEN: "" }
        for (const args of [["--verbose"], ["--format", "json"]]) {
          const result = yield* drift(["check", ...args, "--retry-policy", "none"], {
            cwd,
            env: { ...emulated, ...token, ...env }
          })
          const said = result.stdout + result.stderr
          assert.strictEqual(result.code, code, said)
          for (const secret of secrets) {
            if (typeof secret === "string") assert.notInclude(said, secret)
            else assert.notMatch(said, secret)
          }
        }
      })
    )
  )

  it.live("a key file is exchanged once for all reads, however many", () =>
    withEmulator({ ...fleet(), resources: fleetOf(50).resources ?? [] }, (env, emulator) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(50), "key.json": keyFile })
        const path = join(cwd, "key.json")
        const { code } = yield* drift(["check"], {
          cwd,
          env: { ...env, YC_IAM_TOKEN: "", YC_SERVICE_ACCOUNT_KEY_FILE: path }
        })
        assert.strictEqual(code, 0)
        const asked = (yield* emulator.requests).filter(({ url }) => url === "/iam/v1/tokens")
        assert.lengthOf(asked, 1)
      })
    )
  )
})
