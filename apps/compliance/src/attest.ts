/**
 * Signs the JSON report of a period; loaded only where it is asked for.
 */
import { createPrivateKey, type KeyObject } from "node:crypto"
import { basename } from "node:path"
import type { PeriodReport } from "@holdfast/history/PeriodReport"
import { decodeUtf8, type Limits, read } from "@holdfast/manifest/manifestFiles"
import { flawOfKey, sha256Of, sign } from "@holdfast/report/attestation"
import { jsonText } from "@holdfast/report/json"
import { periodStatementOf } from "@holdfast/report/periodAttestation"
import { periodJson } from "@holdfast/report/periodJson"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { outputFile } from "./outputFile.ts"

/** The key cannot be used. */
export class KeyError extends Schema.TaggedError<KeyError>("@holdfast/compliance/KeyError")("KeyError", {
  path: Schema.String,
  detail: Schema.String
}) {
  readonly remedy = "Make one: openssl genpkey -algorithm ed25519 -out key.pem"
  override get message() {
    return `The key ${this.path} cannot be used: ${this.detail}`
  }
}

/** A key in PEM takes some kB. */
const limits: Limits = { maxBytes: 64 * 1024, ifTooLarge: "Name a key in PEM." }

/** The private key at `path`; what it holds is never repeated. */
export const readPrivateKey = Effect.fnUntraced(function* (path: string) {
  const refuse = (detail: string) => new KeyError({ path, detail })
  const bytes = yield* Effect.mapError(read({ path, identity: path }, limits), ({ summary }) => refuse(summary))
  const pem = decodeUtf8(bytes) ?? ""
  if (pem.includes("ENCRYPTED")) return yield* refuse("it is encrypted")
  const key = yield* Effect.try({
    try: () => createPrivateKey(pem),
    catch: () => refuse("it is no private key in PEM")
  })
  const flaw = flawOfKey(key)
  return flaw === undefined ? key : yield* refuse(flaw)
})

/** Writes the attestation of the JSON report that was written to `path`, beside it. */
export const attest = (report: PeriodReport, path: string, key: KeyObject) => {
  const statement = periodStatementOf(report, { name: basename(path), sha256: sha256Of(periodJson(report)) })
  return outputFile(`${path}.dsse.json`, [jsonText(sign(statement, key))])
}
