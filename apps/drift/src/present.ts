/**
 * How a check's report leaves the program: what is shown, the files beside it, and the signature of these.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import { pretty, verdict } from "@holdfast/report/pretty"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ReportFile } from "./flags.ts"
import * as Output from "./Output.ts"
import { jsonFilesOf } from "./outputFiles.ts"
import { type ReportFormat, type Writer, writers } from "./reportFormats.ts"

/** What the flags say of it. */
export interface Presentation {
  readonly format: "pretty" | ReportFormat
  readonly output: string | undefined
  readonly reports: ReadonlyArray<ReportFile>
  readonly attest: string | undefined
  readonly color: boolean | undefined
  readonly quiet: boolean
  readonly verbose: boolean
  readonly explain: boolean
}

/** There is no file of which it could be told later whether it was changed. */
class NothingToAttest extends Schema.TaggedError<NothingToAttest>("@holdfast/drift/NothingToAttest")(
  "NothingToAttest",
  {}
) {
  readonly remedy = "Write the report to a file: --report json=report.json"
  override get message() {
    return "--attest signs a JSON report, and none is written to a file"
  }
}

/** Signs what is presented; made before there is anything to sign, so that a key that is wrong costs no check. */
const signerOf = Effect.fnUntraced(function* (options: Presentation) {
  if (options.attest === undefined) return () => Effect.void
  const files = jsonFilesOf(options)
  if (files.length === 0) return yield* new NothingToAttest()
  const { attest, readPrivateKey } = yield* Effect.promise(() => import("./attestation.ts"))
  const key = yield* readPrivateKey(options.attest)
  return (report: CheckReport) => Effect.forEach(files, (path) => attest(report, path, key), { discard: true })
})

const writerOf = (format: ReportFormat): Effect.Effect<Writer> => Effect.promise(() => writers[format]())

/** What presents a report: the result where it was asked for; where that is no person's terminal, the verdict on standard error. */
export const presenterOf = Effect.fnUntraced(function* (options: Presentation) {
  const { explain, format, output, quiet, verbose } = options
  const sign = yield* signerOf(options)
  return Effect.fnUntraced(function* (report: CheckReport) {
    // One that cannot be written costs neither the others nor what is shown.
    const written = yield* Effect.forEach(options.reports, ({ format, path }) =>
      Effect.result(Effect.flatMap(writerOf(format), (write) => Output.file(path, write(report))))
    )
    const toFile = output !== undefined
    const color = !toFile && Output.useColor(options.color, process.stdout)
    const pieces = format === "pretty" ? pretty(report, { color, verbose, explain }) : (yield* writerOf(format))(report)
    if (output !== undefined) yield* Output.file(output, pieces)
    else if (!quiet) yield* Output.stdoutPieces(pieces)
    yield* Effect.forEach(written, Effect.fromResult, { discard: true })
    yield* sign(report)
    const isSaid = format === "pretty" && !toFile && !quiet
    if (!isSaid && (!quiet || report.exit_code === 1)) {
      yield* Output.stderr(verdict(report, { color: Output.useColor(options.color, process.stderr) }))
    }
  })
})
