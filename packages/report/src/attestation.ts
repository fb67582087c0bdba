/**
 * Signed evidence: a statement about a JSON report, in-toto's Statement with the predicate of test results, in a DSSE envelope. It
 * says which report, of which manifest, what came of it; whoever has the public key can tell that nobody has changed either.
 *
 * Formats: https://github.com/in-toto/attestation (Statement v1, Test Result v0.1), https://github.com/secure-systems-lab/dsse.
 */
import type { KeyObject } from "node:crypto"
import type { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { fails, isUnlistedDrift, unlistedFails } from "@holdfast/check/ExitCode"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { caveatsOf } from "./findings.ts"
import { liveSide } from "./liveSide.ts"

const crypto = process.getBuiltinModule("node:crypto")

/** What is signed. */
const payloadType = "application/vnd.in-toto+json"

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
        /** What was compared with, in words: the cloud's address, an emulator or a snapshot. */
        compared_with: Schema.String,
        /** What makes it say less than a report of the cloud as it is now. */
        caveats: Schema.Array(Schema.String)
      })
    })
  ),
  predicateType: Schema.Literal("https://in-toto.io/attestation/test-result/v0.1"),
  predicate: Schema.Struct({
    /** `FAILED` for every exit code but 0; `WARNED` where something is less than it could be: a warned test, a caveat. */
    result: Schema.Literals(["PASSED", "WARNED", "FAILED"]),
    /** The files of the manifest. */
    configuration: Schema.Array(Named),
    /** Addresses that are in sync. */
    passedTests: Schema.Array(Schema.String),
    /** Addresses, and instances that nobody listed, whose drift is accepted, or that `--fail-on` lets pass. */
    warnedTests: Schema.Array(Schema.String),
    /** Those whose drift fails the run, and addresses that could not be told. */
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

/** What a resource comes to as a test; what is in transition has not passed. */
const outcomeOf = (row: ResourceReport, { fail_on }: CheckReport): "passed" | "warned" | "failed" => {
  switch (row.state) {
    case "in_sync":
      return "passed"
    case "waived":
      return "warned"
    case "drifted":
    case "missing":
      return fails(row, fail_on) ? "failed" : "warned"
    case "pending":
    case "not_compared":
      return "failed"
  }
}

/** What is to be said of a report whose file has this name and hash. */
export const statementOf = (
  report: CheckReport,
  file: { readonly name: string; readonly sha256: string }
): Statement => {
  const tests = { passed: [] as string[], warned: [] as string[], failed: [] as string[] }
  for (const row of report.resources) tests[outcomeOf(row, report)].push(row.address)
  for (const row of report.unlisted) {
    if (unlistedFails(row, report.fail_on)) tests.failed.push(row.instance_id)
    else if (row.waived || isUnlistedDrift(row)) tests.warned.push(row.instance_id)
  }
  const caveats = caveatsOf(report).map(({ message }) => message)
  const passed = tests.warned.length + caveats.length === 0 ? "PASSED" : "WARNED"
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
          compared_with: liveSide(report),
          caveats
        }
      }
    ],
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: report.exit_code === 0 ? passed : "FAILED",
      configuration: report.manifest.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
      passedTests: tests.passed,
      warnedTests: tests.warned,
      failedTests: tests.failed
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
export const sign = (statement: Pick<Statement, "_type" | "predicateType">, key: KeyObject): Envelope => {
  const payload = Buffer.from(JSON.stringify(statement))
  const digest = digests[key.asymmetricKeyType ?? ""] ?? null
  const signature = crypto.sign(digest, preAuthEncoding(payloadType, payload), key)
  return {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid: keyIdOf(key), sig: signature.toString("base64") }]
  }
}

/** What an envelope holds, once its signature by `key` is right; why it is not, otherwise. */
export const payloadOf = (envelope: Envelope, key: KeyObject): Result.Result<string, string> => {
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
  return isSigned
    ? Result.succeed(payload.toString())
    : Result.fail("it is not signed with this key, or was changed since")
}

const decodeStatement = Schema.decodeUnknownResult(Schema.fromJsonString(Statement))

/** The statement about a report of a check that an envelope holds, once its signature by `key` is right. */
export const open = (envelope: Envelope, key: KeyObject): Result.Result<Statement, string> =>
  Result.flatMap(payloadOf(envelope, key), (payload) =>
    Result.mapError(decodeStatement(payload), () => "its statement is not one about a report of Holdfast")
  )
