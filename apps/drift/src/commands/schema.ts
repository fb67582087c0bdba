/**
 * `drift schema`: the JSON Schema of the manifest, for editors.
 */
import * as Effect from "effect/Effect"
import { callable } from "../CommandLine.ts"
import * as Output from "../Output.ts"

const main = Effect.fn("drift schema")(function* () {
  // Help and completions load this command, and need no schema.
  const { manifestSchema } = yield* Effect.promise(() => import("@holdfast/manifest/jsonSchema"))
  yield* Output.stdout(`${JSON.stringify(manifestSchema, null, 2)}\n`)
})

export const schema = callable({
  name: "schema",
  short: "Print the JSON Schema of the manifest, for editors",
  description:
    "Prints the JSON Schema (draft 7) of the manifest: editors that speak YAML complete fields by it, explain them, and underline mistakes as they are made. drift validate sees more. Exit code: 0.",
  examples: [
    {
      command: "drift schema > manifest.schema.json",
      description: "Then begin the manifest with # yaml-language-server: $schema=manifest.schema.json"
    }
  ],
  flags: {},
  run: main
})
