import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SourceText } from "../src/Diagnostic.ts"
import { parse } from "../src/Manifest.ts"
import type { Manifest } from "../src/ManifestSource.ts"
import { manifestFromJson, manifestToJson } from "../src/manifestJson.ts"
import { manifestOf, Parts, toYaml, variables } from "./jsonManifests.ts"

/** What a text declares; what is a mistake in it is left out. */
const read = (text: string): Manifest => {
  const { defaults: _, diagnostics: __, ...declared } = parse(new SourceText("backup.yaml", text), variables)
  const files = [{ path: "backup.yaml", sha256: "0".repeat(64) }]
  return { files, variables: Object.fromEntries(variables), ...declared }
}

const isKept = (manifest: Manifest) =>
  Effect.gen(function* () {
    const text = JSON.stringify(yield* manifestToJson(manifest))
    assert.deepStrictEqual(yield* manifestFromJson(JSON.parse(text)), manifest)
  })

describe("a manifest as JSON", () => {
  it.effect.prop(
    "is the same manifest when it is read again",
    [Parts],
    ([parts]) => isKept(read(toYaml(manifestOf(parts)))),
    {
      arbitrary: { runs: 300, seed: "manifest json" }
    }
  )

  it.effect("keeps names that objects of JavaScript have of their own", () =>
    isKept(
      read(
        [
          "version: 1",
          "resources:",
          "  __proto__: {instance: epd1, tags: {constructor: a, __proto__: b}}",
          "groups:",
          "  toString: {folders: b1g, labels: {__proto__: c, constructor: d}, expect: {protected: true}}"
        ].join("\n")
      )
    )
  )

  it.effect("is the same where it is long", () =>
    isKept(
      read(
        ["version: 1", "resources:", ...Array.from({ length: 1_234 }, (_, at) => `  a${at}: {instance: i${at}}`)].join(
          "\n"
        )
      )
    )
  )
})
