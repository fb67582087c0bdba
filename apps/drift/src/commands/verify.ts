/**
 * `drift verify`: whether a report is the one that was signed.
 */
import { decodeUtf8, type Limits, read } from "@holdfast/manifest/manifestFiles"
import { Envelope, keyIdOf, open, type Statement, sha256Of } from "@holdfast/report/attestation"
import { openPeriod, type PeriodStatement } from "@holdfast/report/periodAttestation"
import { safe } from "@holdfast/report/Terminal"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AttestationError, readPublicKey } from "../attestation.ts"
import { callable } from "../CommandLine.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"
import { attestationOf } from "../outputFiles.ts"

const limits: Limits = { maxBytes: 256 * 1024 * 1024, ifTooLarge: "Name a report of drift check." }

const bytesOf = Effect.fnUntraced(function* (path: string, remedy: string) {
  return yield* Effect.mapError(
    read({ path, identity: path }, limits),
    ({ summary }) => new AttestationError({ detail: `${path} cannot be verified: ${summary}`, remedy })
  )
})

const decodeEnvelope = Schema.decodeUnknownResult(Schema.fromJsonString(Envelope))

interface Options {
  readonly key: string | undefined
  readonly attestation: string | undefined
}

type Annotations = (Statement | PeriodStatement)["subject"][0]["annotations"]

/** What was signed, of a check or of a period. */
const linesOf = (of: Annotations, { configuration, result }: Statement["predicate"]): ReadonlyArray<string> => {
  if ("period" in of) {
    const { from, known_until, period, runs, to } = of
    return [
      safe`  period:  ${period}, ${from} to ${to}`,
      safe`  known:   ${runs} runs, until ${known_until ?? "nothing is known"}`,
      safe`  result:  ${result}`
    ]
  }
  const { caveats, compared_with, exit_code, run_id, timestamp } = of
  return [
    safe`  run:     ${run_id} of ${timestamp}`,
    ...configuration.map(({ digest, name }) => safe`  of:      ${name} (SHA-256 ${digest.sha256})`),
    safe`  against: ${compared_with}`,
    safe`  result:  ${result}, exit code ${exit_code}`,
    ...caveats.map((caveat) => safe`  mind:    ${caveat}`)
  ]
}

const main = Effect.fn("drift verify")(function* (options: Options, report: string) {
  const path = options.attestation ?? attestationOf(report)
  const refuse = (why: string, remedy: string) =>
    new AttestationError({ detail: `${report} is not verified: ${why}`, remedy })
  if (options.key === undefined) return yield* refuse("no key is given", "Name the public key with --key.")
  const key = yield* readPublicKey(options.key)
  const bytes = yield* bytesOf(report, "Name the JSON report that was signed.")
  const signed = yield* bytesOf(path, "Name the attestation with --attestation.")
  const envelope = decodeEnvelope(decodeUtf8(signed) ?? "")
  if (Result.isFailure(envelope)) {
    return yield* refuse(`${path} is no DSSE envelope`, "Name the attestation that drift check --attest has written.")
  }
  const statement = Result.orElse(open(envelope.success, key), () => openPeriod(envelope.success, key))
  if (Result.isFailure(statement))
    return yield* refuse(statement.failure, "Do not trust it; ask whoever has signed it.")
  const { predicate, subject: subjects } = statement.success
  const [subject] = subjects
  if (subject.digest.sha256 !== sha256Of([bytes])) {
    return yield* refuse("its bytes are not those that were signed", "Do not trust it; ask whoever has signed it.")
  }
  const about = linesOf(subject.annotations, predicate)
  yield* Output.stdout(`${[safe`${report}: verified`, safe`  key:     ${keyIdOf(key)}`, ...about].join("\n")}\n`)
})

export const verify = callable({
  name: "verify",
  short: "Tell whether a report is the one that was signed",
  description:
    "Checks the attestation of a JSON report (drift check --attest): that it is signed with the key, and that the report is byte for byte the one that was signed. What the report says, good or bad, it leaves to you. Exit codes: 0 verified, 1 not.",
  examples: [
    { command: "drift verify report.json --key public.pem", description: "With report.json.dsse.json beside it" }
  ],
  argument: { kind: "path", name: "report", description: "The JSON report", isVariadic: false },
  flags: {
    key: flags.publicKey,
    attestation: flags.attestation
  },
  run: (options, [report = ""]) => main(options, report)
})
