/**
 * Signed evidence: a statement about a JSON report, in-toto's Statement with the predicate of test results, in a DSSE envelope. It
 * says which report, of which manifest, what came of it; whoever has the public key can tell that nobody has changed either.
 *
 * Formats: https://github.com/in-toto/attestation (Statement v1, Test Result v0.1), https://github.com/secure-systems-lab/dsse.
 */
import type { KeyObject } from "node:crypto"
import type { CheckReport } from "@holdfast/check/CheckReport"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const crypto = process.getBuiltinModule("node:crypto")

/** What is signed. */
export const payloadType = "application/vnd.in-toto+json"

const Digest = Schema.Struct({ sha256: Schema.String })

const Named = Schema.Struct({ name: Schema.String, digest: Digest })

/** A statement about one report. */
export const Statement = Schema.Struct({
  _type: Schema.Literal("https://in-toto.io/Statement/v1"),
  /** The report, by its name and the hash of its bytes. */
  subject: Schema.NonEmptyArray(
    Schema.Struct({
      ...Named.fields,
      annotations: Schema.Struct({
        run_id: Schema.String,
        timestamp: Schema.String,
        exit_code: Schema.Int,
        complete: Schema.Boolean,
        endpoint: Schema.String,
        /** The emulator's seed, or the snapshot, that answered in the place of the cloud; `null` in a real run. */
        emulator: Schema.NullOr(Schema.String),
        snapshot: Schema.NullOr(Schema.String)
      })
    })
  ),
  predicateType: Schema.Literal("https://in-toto.io/attestation/test-result/v0.1"),
  predicate: Schema.Struct({
    /** `PASSED` for exit code 0 alone: what could not be told has not passed. */
    result: Schema.Literals(["PASSED", "FAILED"]),
    /** The files of the manifest. */
    configuration: Schema.Array(Named),
    /** Addresses that are in sync. */
    passedTests: Schema.Array(Schema.String),
    /** Addresses whose drift is accepted, or in transition. */
    warnedTests: Schema.Array(Schema.String),
    /** Addresses that drifted, are missing, or could not be compared. */
    failedTests: Schema.Array(Schema.String)
  })
})
export type Statement = typeof Statement.Type

/** A DSSE envelope. */
export const Envelope = Schema.Struct({
  payloadType: Schema.String,
  payload: Schema.String,
  signatures: Schema.NonEmptyArray(Schema.Struct({ keyid: Schema.optionalKey(Schema.String), sig: Schema.String }))
})
export type Envelope = typeof Envelope.Type

/** The hash of a text's pieces, in hexadecimal. */
export const sha256Of = (pieces: Iterable<string | Uint8Array>): string => {
  const hash = crypto.createHash("sha256")
  for (const piece of pieces) hash.update(piece)
  return hash.digest("hex")
}

/** What is to be said of a report whose file has this name and hash. */
export const statementOf = (
  report: CheckReport,
  file: { readonly name: string; readonly sha256: string }
): Statement => {
  const addresses = (...states: ReadonlyArray<string>) =>
    report.resources.filter(({ state }) => states.includes(state)).map(({ address }) => address)
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      {
        name: file.name,
        digest: { sha256: file.sha256 },
        annotations: {
          run_id: report.run_id,
          timestamp: report.timestamp,
          exit_code: report.exit_code,
          complete: report.complete,
          endpoint: report.endpoint,
          emulator: report.emulator,
          snapshot: report.snapshot?.path ?? null
        }
      }
    ],
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: report.exit_code === 0 ? "PASSED" : "FAILED",
      configuration: report.manifest.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
      passedTests: addresses("in_sync"),
      warnedTests: addresses("waived", "pending"),
      failedTests: addresses("drifted", "missing", "not_compared")
    }
  }
}

/** What DSSE signs: the payload with its type and both lengths, so that neither can be taken for the other. */
const preAuthEncoding = (type: string, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])

/** The digest that a kind of key signs with; Ed25519 has its own. */
const digests: Readonly<Record<string, "sha256" | null>> = { ed25519: null, ec: "sha256", rsa: "sha256" }

/** Whether a key can sign, or verify, and why not. */
export const flawOfKey = ({ asymmetricKeyDetails, asymmetricKeyType: type }: KeyObject): string | undefined => {
  if (type === undefined || !Object.hasOwn(digests, type)) return `a key of type ${type ?? "secret"} cannot be used`
  if (type === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    return "an RSA key takes 2048 bits at least"
  }
  return undefined
}

/** Names a key by the hash of its public half. */
export const keyIdOf = (key: KeyObject): string => {
  const half = key.type === "public" ? key : crypto.createPublicKey(key)
  return sha256Of([half.export({ type: "spki", format: "der" })])
}

/** Signs a statement with a private key that has no flaw. */
export const sign = (statement: Statement, key: KeyObject): Envelope => {
  const payload = Buffer.from(JSON.stringify(statement))
  const digest = digests[key.asymmetricKeyType ?? ""] ?? null
  const signature = crypto.sign(digest, preAuthEncoding(payloadType, payload), key)
  return {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid: keyIdOf(key), sig: signature.toString("base64") }]
  }
}

const decodeStatement = Schema.decodeUnknownResult(Schema.fromJsonString(Statement))

/** The statement that an envelope holds, once its signature by `key` is right; why it is not, otherwise. */
export const open = (envelope: Envelope, key: KeyObject): Result.Result<Statement, string> => {
  if (envelope.payloadType !== payloadType) return Result.fail("it holds no statement of in-toto")
  const payload = Buffer.from(envelope.payload, "base64")
  const signed = preAuthEncoding(payloadType, payload)
  const digest = digests[key.asymmetricKeyType ?? ""] ?? null
  const isSigned = envelope.signatures.some(({ sig }) => {
    try {
      return crypto.verify(digest, signed, key, Buffer.from(sig, "base64"))
    } catch {
      return false
    }
  })
  if (!isSigned) return Result.fail("it is not signed with this key, or was changed since")
  return Result.mapError(
    decodeStatement(payload.toString()),
    () => "its statement is not one about a report of Holdfast"
  )
}
