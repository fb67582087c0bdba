/**
 * What a test says of a manifest: a text, and either its mistakes or its resources.
 */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Diagnostic, SourceText } from "../src/Diagnostic.ts"
import { type DesiredResource, parse } from "../src/Manifest.ts"

const path = "fleet.yaml"

/** A manifest whose resource `r` has the instance `i` and, from line 5 and column 5 on, `lines`. */
export const resource = (...lines: ReadonlyArray<string>): string =>
  ["version: 1", "resources:", "  r:", "    instance: i", ...lines.map((line) => `    ${line}`), ""].join("\n")

export const diagnosticsOf = (text: string): ReadonlyArray<Diagnostic> => parse(new SourceText(path, text)).diagnostics

/** The resources of a manifest that must be free of mistakes. */
export const resourcesOf = (text: string): ReadonlyArray<DesiredResource> => {
  const { diagnostics, resources } = parse(new SourceText(path, text))
  assert.deepStrictEqual(diagnostics, [])
  return resources
}

/** A mistake as `line:column summary (suggestion?)`, or `- summary` where the file as a whole is meant. */
const render = ({ column, line, suggestion, summary }: Diagnostic): string =>
  `${line === undefined ? "-" : `${line}:${column}`} ${summary}${suggestion === undefined ? "" : ` (${suggestion}?)`}`

/**
 * Expects exactly these mistakes, in this order. One that ends in `…` is only the beginning of what is said. The line that
 * each of them shows must be the line that it names.
 */
export const check = (text: string, expected: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.sync(() => {
    const diagnostics = diagnosticsOf(text)
    const actual = diagnostics.map(render)
    const shortened = actual.map((said, index) => {
      const wanted = expected[index]
      return wanted?.endsWith("…") && said.startsWith(wanted.slice(0, -1)) ? wanted : said
    })
    assert.deepStrictEqual(shortened, [...expected])
    const lines = text.split(/\r\n|\n|\r/)
    for (const { line, path: named, severity, text: shown } of diagnostics) {
      assert.strictEqual(named, path)
      assert.strictEqual(severity, "error")
      const wanted = line === undefined ? undefined : lines[line - 1]
      assert.strictEqual(shown, wanted !== undefined && wanted.length > 200 ? undefined : wanted)
    }
  })

/** Expects no mistake, and of each resource its address and whatever `expected` says of it. */
export const checkResources = (
  text: string,
  expected: ReadonlyArray<Pick<DesiredResource, "address"> & Partial<DesiredResource>>
): Effect.Effect<void> =>
  Effect.sync(() => {
    const picked = resourcesOf(text).map((found, index) =>
      Object.fromEntries(Object.entries(found).filter(([key]) => Object.hasOwn(expected[index] ?? {}, key)))
    )
    assert.deepStrictEqual<ReadonlyArray<object>>(picked, expected)
  })
