import { generateKeyPairSync } from "node:crypto"
import { chmodSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, drift, fleetOf, withEmulator } from "./drift.ts"

const key = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

const keyFile = JSON.stringify({ id: "ajkcanary", service_account_id: "ajecanary", private_key: key.privateKey })

const seed = {
  ...fleetOf(1),
  serviceAccounts: [{ id: "ajecanary", keys: [{ id: "ajkcanary", publicKey: key.publicKey }] }],
  metadata: { enabled: true }
}

const addresses = (env: Readonly<Record<string, string>>) => ({
  HOLDFAST_IAM_URL: env.HOLDFAST_IAM_URL ?? "",
  HOLDFAST_METADATA_URL: env.HOLDFAST_IAM_URL ?? ""
})

describe("drift auth status", () => {
  it.live("says source, account and end of a key file's token, and shows no token", () =>
    withEmulator(seed, (env, emulator) =>
      Effect.gen(function* () {
        const cwd = directory({ "key.json": keyFile })
        chmodSync(join(cwd, "key.json"), 0o600)
        const own = { ...addresses(env), YC_SERVICE_ACCOUNT_KEY_FILE: "key.json" }
        const { code, stderr, stdout } = yield* drift(["auth", "status"], { cwd, env: own })
        assert.strictEqual(code, 0, stderr)
        assert.strictEqual(stderr, "")
        assert.match(
          stdout,
          /^Source: {10}the key file key\.json\nService account: ajecanary\nValid until: {5}\d{4}-[\d:.TZ-]+, in (12h|11h59m\d*s?|11h59m)\n$/
        )
        const json = yield* drift(["auth", "status", "--format", "json"], { cwd, env: own })
        assert.deepInclude(JSON.parse(json.stdout), {
          authenticated: true,
          source: "the key file key.json",
          service_account_id: "ajecanary",
          diagnostics: []
        })
        for (const said of [stdout, json.stdout]) {
          assert.notMatch(said, /t1\.|eyJ|PRIVATE KEY/)
        }
        assert.isTrue((yield* emulator.requests).every(({ url }) => url === "/iam/v1/tokens"))
      })
    )
  )

  it.live("warns of a key file that others may read, as a check does", () =>
    withEmulator(seed, (env) =>
      Effect.gen(function* () {
        const cwd = directory({
          "key.json": keyFile,
          "backup.yaml": "version: 1\nresources: {web: {instance: epd1}}"
        })
        chmodSync(join(cwd, "key.json"), 0o644)
        const own = { ...env, ...addresses(env), YC_IAM_TOKEN: "", YC_SERVICE_ACCOUNT_KEY_FILE: "key.json" }
        const status = yield* drift(["auth", "status"], { cwd, env: own })
        assert.strictEqual(status.code, 0)
        assert.include(status.stderr, "chmod 600 key.json")
        const check = yield* drift(["check"], { cwd, env: own })
        assert.strictEqual(check.code, 0, check.stderr)
        assert.include(
          check.stdout,
          "⚠ Others on this machine may read or change the key file key.json. chmod 600 key.json."
        )
      })
    )
  )

  it.live("finds the metadata service of a VM", () =>
    withEmulator(seed, (env) =>
      Effect.gen(function* () {
        const { code, stdout } = yield* drift(["auth", "status"], { env: addresses(env) })
        assert.strictEqual(code, 0)
        assert.include(stdout, "Source:          the VM's metadata service")
      })
    )
  )

  it.live("says of no credentials what to set, within seconds", () =>
    Effect.gen(function* () {
      const startedAt = performance.now()
      const { code, stderr, stdout } = yield* drift(["auth", "status"])
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout, "")
      for (const name of ["YC_IAM_TOKEN", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_SERVICE_ACCOUNT_ID", "not a VM"]) {
        assert.include(stderr, name)
      }
      assert.isBelow(performance.now() - startedAt, 8_000)
      const json = yield* drift(["auth", "status", "--format", "json"])
      assert.strictEqual(json.code, 1)
      assert.deepInclude(JSON.parse(json.stdout), { authenticated: false, source: null, expires_at: null })
    })
  )

  it.live("refuses a key that is none, and shows nothing of it", () =>
    Effect.gen(function* () {
      const cwd = directory({ "key.json": keyFile.replace("BEGIN PRIVATE", "BEGIN PUBLIC") })
      const { code, stderr } = yield* drift(["auth", "status"], {
        cwd,
        env: { YC_SERVICE_ACCOUNT_KEY_FILE: "key.json" }
      })
      assert.strictEqual(code, 1)
      assert.include(stderr, "is not a private key")
      assert.notInclude(stderr, key.privateKey.split("\n")[3] as string)
    })
  )
})
