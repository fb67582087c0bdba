/**
 * JSON files of this program's own kinds: read whole, or not at all.
 */
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import { decodeUtf8, type Limits, read } from "@holdfast/manifest/manifestFiles"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The file cannot be used. */
export class JsonFileError extends Schema.TaggedError<JsonFileError>("@holdfast/drift/JsonFileError")("JsonFileError", {
  diagnostics: Schema.NonEmptyArray(Diagnostic)
}) {
  override get message() {
    return this.diagnostics[0].summary
  }
}

/** Why the file at `path` cannot be used, and what to do. */
export const refused = (path: string, summary: string, detail: string) =>
  new JsonFileError({ diagnostics: [{ severity: "error", path, summary, detail }] })

/** A resource takes some 600 bytes: enough for 400,000. */
const limits: Limits = { maxBytes: 256 * 1024 * 1024, ifTooLarge: "Take fewer machines at a time." }

const Versioned = Schema.Struct({ format_version: Schema.String })

/** Reads the file at `path`, which should be `what`, by a schema of version 1; `remedy` says how to come by one. */
export const readJson = <S extends Schema.ConstraintDecoder<unknown>>(
  path: string,
  schema: S,
  { remedy, what }: { readonly what: string; readonly remedy: string }
) =>
  Effect.gen(function* () {
    const bytes = yield* Effect.mapError(
      read({ path, identity: path }, limits),
      (diagnostic) => new JsonFileError({ diagnostics: [diagnostic] })
    )
    const text = decodeUtf8(bytes)
    if (text === undefined) return yield* refused(path, "The file is not UTF-8 text", remedy)
    const refuse = ({ message }: Schema.SchemaError) =>
      refused(path, `The file is not ${what}: ${message.split("\n")[0]?.slice(0, 200)}`, remedy)
    const json = yield* Effect.mapError(Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))(text), refuse)
    const { format_version: version } = yield* Effect.mapError(Schema.decodeUnknownEffect(Versioned)(json), refuse)
    if (!/^1\.\d{1,4}$/.test(version)) {
      return yield* refused(
        path,
        `The file is of format version ${version.slice(0, 20)}, and this program reads 1`,
        remedy
      )
    }
    return yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(json), refuse)
  })
