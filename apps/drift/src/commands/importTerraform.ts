/**
 * `drift import terraform`: writes a manifest of what a state or a plan of Terraform holds.
 */
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import { importTerraform as manifestOf } from "@holdfast/manifest/importTerraform"
import { decodeUtf8, type Limits, read } from "@holdfast/manifest/manifestFiles"
import * as TerraformState from "@holdfast/manifest/TerraformState"
import { diagnostics } from "@holdfast/report/diagnostics"
import { safe } from "@holdfast/report/Terminal"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { callable } from "../CommandLine.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"

/** No manifest can be made of the file: every reason. */
export class ImportError extends Schema.TaggedError<ImportError>("@holdfast/drift/ImportError")("ImportError", {
  diagnostics: Schema.NonEmptyArray(Diagnostic)
}) {
  override get message() {
    return this.diagnostics[0].summary
  }
}

/** A state of 64 MiB holds some 10,000 instances: each takes 3 to 6 KiB. */
const limits: Limits = {
  maxBytes: 64 * 1024 * 1024,
  ifTooLarge: "Import the states of its parts, or one that holds the instances, the policies and their bindings alone."
}

/** The text of the file at `path`, which `-` reads from standard input. */
const readText = Effect.fnUntraced(function* (path: string, identity: string) {
  const refuse = (diagnostic: Diagnostic) => new ImportError({ diagnostics: [diagnostic] })
  const bytes = yield* Effect.mapError(read({ path, identity }, limits), refuse)
  const [first, second] = bytes
  // A plan that `terraform plan -out` saves is a zip file.
  if (first === 0x50 && second === 0x4b) {
    const detail = "Write it out with `terraform show -json`, and import what that prints."
    return yield* refuse({ severity: "error", path, summary: "This is a plan as only Terraform reads it", detail })
  }
  const text = decodeUtf8(bytes)
  if (text !== undefined) return text
  const detail = "Save it as UTF-8: in PowerShell, `| Out-File -Encoding utf8` does in place of `>`."
  return yield* refuse({ severity: "error", path, summary: "The file is not UTF-8 text", detail })
})

const main = Effect.fn("drift import terraform")(function* (
  { output }: { readonly output: string | undefined },
  file: string
) {
  if (output !== undefined) yield* Output.refuseToReplace(output)
  const isStdin = file === "-"
  const path = isStdin ? "<stdin>" : file
  const text = yield* readText(path, file)
  const state = yield* Effect.mapError(
    Effect.fromResult(TerraformState.read(path, text)),
    (problems) => new ImportError({ diagnostics: problems })
  )
  const imported = yield* Effect.mapError(
    Effect.fromResult(manifestOf(path, state)),
    (problem) => new ImportError({ diagnostics: [problem] })
  )
  yield* output === undefined ? Output.stdout(imported.text) : Output.file(output, [imported.text])
  if (imported.warnings.length > 0) {
    yield* Output.stderr(diagnostics(imported.warnings, { color: Output.useColor(undefined, process.stderr) }))
  }
  if (output !== undefined) {
    const { count } = imported
    yield* Output.stderr(safe`${output}: written, ${count} ${count === 1 ? "resource" : "resources"}\n`)
  }
})

/** `drift import terraform`. */
export const importTerraform = callable({
  name: "terraform",
  short: "Make a manifest of a Terraform state or plan",
  description:
    "Writes a manifest that declares every yandex_compute_instance of a Terraform state or plan protected, with the backup policies that are bound to it there. What cannot be declared stands in it as a comment, and is warned of. It needs no credentials and no network, and copies nothing but addresses, ids and the names of policies. A file that exists is never replaced. Exit codes: 0 written, 1 not.",
  examples: [
    {
      command: "drift import terraform terraform.tfstate --output backup.yaml",
      description: "Begin with what there is"
    },
    { command: "terraform state pull | drift import terraform -", description: "A state that is kept elsewhere" },
    { command: "terraform show -json tfplan | drift import terraform -", description: "What a saved plan will lead to" }
  ],
  argument: {
    kind: "path",
    name: "file",
    description: "A terraform.tfstate, or what terraform show -json prints; - for standard input",
    isVariadic: false
  },
  flags: { output: flags.output },
  run: (options, [file = ""]) => main(options, file)
})
