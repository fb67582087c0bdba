import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, drift, fleetOf, manifestOf, withEmulator } from "./drift.ts"

const privatePem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString()
const publicPem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString()

const ed25519 = generateKeyPairSync("ed25519")
const other = generateKeyPairSync("ed25519")
const pairs = {
  ed25519,
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 })
}

/** A directory with a signed report of two machines, the second of which has drifted. */
const signed = (pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } = ed25519) =>
  withEmulator(
    fleetOf(2, (index) => ({ enabled: index !== 2 })),
    (env) =>
      Effect.gen(function* () {
        const cwd = directory({
          "backup.yaml": manifestOf(2),
          "key.pem": privatePem(pair.privateKey),
          "public.pem": publicPem(pair.publicKey),
          "other.pem": publicPem(other.publicKey)
        })
        const args = ["check", "--report", "json=report.json", "--attest", "key.pem"]
        const { code, stderr, stdout } = yield* drift(args, { cwd, env })
        assert.deepStrictEqual([code, stderr], [2, ""])
        assert.notInclude(stdout, "PRIVATE")
        return cwd
      })
  )

const check = (cwd: string, ...args: ReadonlyArray<string>) => drift(["verify", "report.json", ...args], { cwd })

describe("drift check --attest", () => {
  for (const [kind, pair] of Object.entries(pairs)) {
    it.live(`signs the report with a key of ${kind}, which drift verify tells`, () =>
      Effect.gen(function* () {
        const cwd = yield* signed(pair)
        const { code, stderr, stdout } = yield* check(cwd, "--key", "public.pem")
        assert.deepStrictEqual([code, stderr], [0, ""])
        assert.match(
          stdout,
          /^report\.json: verified\n {2}key: {5}[0-9a-f]{64}\n {2}run: .*\n {2}of: {6}backup\.yaml \(SHA-256 [0-9a-f]{64}\)\n {2}against: .*\n {2}result: {2}FAILED, exit code 2\n$/
        )
      })
    )
  }

  it.live("writes a DSSE envelope with a statement of in-toto, as others read it", () =>
    Effect.gen(function* () {
      const cwd = yield* signed()
      const envelope = JSON.parse(readFileSync(join(cwd, "report.json.dsse.json"), "utf8"))
      const payload = Buffer.from(envelope.payload, "base64")
      const type = "application/vnd.in-toto+json"
      const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])
      assert.strictEqual(envelope.payloadType, type)
      assert.isTrue(verify(null, encoded, ed25519.publicKey, Buffer.from(envelope.signatures[0].sig, "base64")))
      const statement = JSON.parse(payload.toString())
      const hash = (name: string) =>
        createHash("sha256")
          .update(readFileSync(join(cwd, name)))
          .digest("hex")
      assert.strictEqual(statement._type, "https://in-toto.io/Statement/v1")
      assert.deepInclude(statement.subject[0], { name: "report.json", digest: { sha256: hash("report.json") } })
      assert.deepStrictEqual(statement.predicate, {
        result: "FAILED",
        configuration: [{ name: "backup.yaml", digest: { sha256: hash("backup.yaml") } }],
        passedTests: ["web-1"],
        warnedTests: [],
        failedTests: ["web-2"]
      })
    })
  )

  it.live.each([
    [
      "a changed report",
      (cwd: string) => change(cwd, "report.json", '"exit_code": 2', '"exit_code": 0'),
      "its bytes are not those"
    ],
    [
      "a changed statement",
      (cwd: string) => changePayload(cwd),
      "it is not signed with this key, or was changed since"
    ],
    [
      "another kind of envelope",
      (cwd: string) => change(cwd, "report.json.dsse.json", "vnd.in-toto", "vnd.other"),
      "it holds no statement"
    ],
    ["no envelope", (cwd: string) => writeFileSync(join(cwd, "report.json.dsse.json"), "{}"), "is no DSSE envelope"]
  ] as ReadonlyArray<readonly [string, (cwd: string) => void, string]>)(
    "is not verified with %s",
    ([, spoil, message]) =>
      Effect.gen(function* () {
        const cwd = yield* signed()
        spoil(cwd)
        const { code, stderr, stdout } = yield* check(cwd, "--key", "public.pem")
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.include(stderr, message)
      })
  )

  it.live.each([
    [["--key", "other.pem"], "it is not signed with this key"],
    [["--key", "report.json"], "it is no public key in PEM"],
    [["--key", "none.pem"], "There is no such file"],
    [[], "no key is given"],
    [["--key", "public.pem", "--attestation", "none.json"], "none.json cannot be verified: There is no such file"]
  ] as ReadonlyArray<readonly [ReadonlyArray<string>, string]>)("is not verified by %j", ([args, message]) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* check(yield* signed(), ...args)
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, message)
    })
  )

  it.live("says beside a report of an emulator that it is one, and that it has not passed", () =>
    Effect.gen(function* () {
      const cwd = directory({
        "backup.yaml": manifestOf(1),
        "fleet.yaml": JSON.stringify(fleetOf(1)),
        "key.pem": privatePem(ed25519.privateKey),
        "public.pem": publicPem(ed25519.publicKey)
      })
      const args = ["check", "--emulate", "fleet.yaml", "--report", "json=report.json", "--attest", "key.pem"]
      assert.strictEqual((yield* drift(args, { cwd })).code, 0)
      const { code, stdout } = yield* check(cwd, "--key", "public.pem")
      assert.strictEqual(code, 0)
      assert.include(
        stdout,
        "  against: an emulator of fleet.yaml\n  result:  WARNED, exit code 0\n  mind:    Emulated by fleet.yaml"
      )
    })
  )

  it.live("is not verified by a statement of another kind, or about another run, that the same key has signed", () =>
    Effect.gen(function* () {
      const cwd = yield* signed()
      const path = join(cwd, "report.json.dsse.json")
      const own = readFileSync(path, "utf8")
      const other = yield* signed()
      writeFileSync(path, readFileSync(join(other, "report.json.dsse.json")))
      assert.include((yield* check(cwd, "--key", "public.pem")).stderr, "its bytes are not those that were signed")
      const type = "application/vnd.in-toto+json"
      const text = Buffer.from(JSON.parse(own).payload, "base64").toString()
      const payload = Buffer.from(text.replace("test-result/v0.1", "link/v0.3"))
      const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])
      const sig = sign(null, encoded, ed25519.privateKey).toString("base64")
      writeFileSync(
        path,
        JSON.stringify({ payloadType: type, payload: payload.toString("base64"), signatures: [{ sig }] })
      )
      const { code, stderr, stdout } = yield* check(cwd, "--key", "public.pem")
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, "its statement is not one about a report of Holdfast")
    })
  )

  it.live("is verified by any of its signatures, in either alphabet of base64", () =>
    Effect.gen(function* () {
      const cwd = yield* signed()
      const path = join(cwd, "report.json.dsse.json")
      const envelope = JSON.parse(readFileSync(path, "utf8"))
      const toUrl = (text: string) => Buffer.from(text, "base64").toString("base64url")
      const [own] = envelope.signatures
      const signatures = [
        { keyid: own.keyid, sig: toUrl(Buffer.alloc(64).toString("base64")) },
        { sig: toUrl(own.sig) }
      ]
      writeFileSync(path, JSON.stringify({ ...envelope, payload: toUrl(envelope.payload), signatures }))
      assert.strictEqual((yield* check(cwd, "--key", "public.pem")).code, 0)
    })
  )

  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
  const ed448 = generateKeyPairSync("ed448").privateKey
  const encrypted = ed25519.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
  it.live.each([
    ["a public key", publicPem(ed25519.publicKey), "it is no private key in PEM"],
    ["an encrypted key", encrypted.toString(), "it is encrypted"],
    ["a weak key", privatePem(weak), "an RSA key takes 2048 bits at least"],
    ["a key of another kind", privatePem(ed448), "a key of type ed448 cannot be used"],
    ["no key", "secret-canary", "it is no private key in PEM"]
  ] as const)("refuses %s before anything is read, and never shows it", ([, pem, message]) =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(1), "key.pem": pem })
      const { code, stderr, stdout } = yield* drift(["check", "--attest", "key.pem", "--report", "json=report.json"], {
        cwd
      })
      assert.strictEqual(code, 1)
      assert.include(stderr, message)
      assert.isFalse(existsSync(join(cwd, "report.json")))
      for (const secret of ["PRIVATE", "secret-canary"]) assert.notInclude(stdout + stderr, secret)
    })
  )

  it.live("takes a report in a file", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(1), "key.pem": privatePem(ed25519.privateKey) })
      const { code, stderr } = yield* drift(["check", "--attest", "key.pem", "--format", "json"], { cwd })
      assert.strictEqual(code, 1)
      assert.include(stderr, "--report json=report.json")
    })
  )
})

const change = (cwd: string, name: string, from: string, to: string): void => {
  const text = readFileSync(join(cwd, name), "utf8")
  assert.include(text, from)
  writeFileSync(join(cwd, name), text.replace(from, to))
}

/** What a forger would do who has no key. */
const changePayload = (cwd: string): void => {
  const path = join(cwd, "report.json.dsse.json")
  const envelope = JSON.parse(readFileSync(path, "utf8"))
  const text = Buffer.from(envelope.payload, "base64").toString()
  const forged = text.replace('"result":"FAILED"', '"result":"PASSED"')
  assert.notStrictEqual(forged, text)
  writeFileSync(path, JSON.stringify({ ...envelope, payload: Buffer.from(forged).toString("base64") }))
}
