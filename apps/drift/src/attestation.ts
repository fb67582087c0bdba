/**
 * Keys and files of signed evidence; loaded only where it is asked for.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { basename } from "node:path"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { decodeUtf8, type Limits, read } from "@holdfast/manifest/manifestFiles"
import { flawOfKey, sha256Of, sign, statementOf } from "@holdfast/report/attestation"
import { json, jsonText } from "@holdfast/report/json"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Output from "./Output.ts"
import { attestationOf } from "./outputFiles.ts"

/** A key, or what is signed with one, cannot be used. */
export class AttestationError extends Schema.TaggedError<AttestationError>("@holdfast/drift/AttestationError")(
  "AttestationError",
  { detail: Schema.String, remedy: Schema.String }
) {
  override get message() {
    return this.detail
  }
}

/** A key in PEM takes some kB. */
const limits: Limits = { maxBytes: 64 * 1024, ifTooLarge: "Name a key in PEM." }

/** Reads a key; what it holds is never repeated. */
const readKey = Effect.fnUntraced(function* (
  path: string,
  kind: { readonly make: (pem: string) => KeyObject; readonly name: string; readonly remedy: string }
) {
  const refuse = (why: string) =>
    new AttestationError({ detail: `The key ${path} cannot be used: ${why}`, remedy: kind.remedy })
  const bytes = yield* Effect.mapError(read({ path, identity: path }, limits), ({ summary }) => refuse(summary))
  const pem = decodeUtf8(bytes) ?? ""
  if (pem.includes("ENCRYPTED")) return yield* refuse("it is encrypted")
  const key = yield* Effect.try({ try: () => kind.make(pem), catch: () => refuse(`it is no ${kind.name} in PEM`) })
  const flaw = flawOfKey(key)
  if (flaw !== undefined) return yield* refuse(flaw)
  return key
})

/** The private key at `path`. */
export const readPrivateKey = (path: string) =>
  readKey(path, {
    make: (pem) => createPrivateKey(pem),
    name: "private key",
    remedy: "Make one: openssl genpkey -algorithm ed25519 -out key.pem"
  })

/** The public key at `path`, or that of a private one. */
export const readPublicKey = (path: string) =>
  readKey(path, {
    make: (pem) => createPublicKey(pem),
    name: "public key",
    remedy: "Take it out of the private one: openssl pkey -in key.pem -pubout -out public.pem"
  })

/** Signs the JSON report that was written to `path`. */
export const attest = (report: CheckReport, path: string, key: KeyObject) => {
  const statement = statementOf(report, { name: basename(path), sha256: sha256Of(json(report)) })
  return Output.file(attestationOf(path), [jsonText(sign(statement, key))])
}
