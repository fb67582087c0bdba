/**
 * Real files below a directory of their own, and what `load` makes of them.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, FileSystem, Layer, Path, Stdio, Stream } from "effect"
import { load } from "../src/ManifestSource.ts"

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A manifest of resources, each `name: instance`. */
export const declare = (resources: Readonly<Record<string, string>>): string =>
  `version: 1\nresources:\n${Object.entries(resources)
    .map(([name, instance]) => `  ${name}: {instance: ${instance}}\n`)
    .join("")}`

export interface Case {
  /** Contents by name below a directory of their own. */
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** What is loaded, below that directory; `-` is standard input. */
  readonly names: ReadonlyArray<string>
  readonly stdin?: Stream.Stream<Uint8Array>
  readonly variables?: Readonly<Record<string, string>>
}

/** A directory with `files`, for as long as the test runs. */
const fixture = Effect.fnUntraced(function* (files: Case["files"]) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "holdfast-" })
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name)
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* fs.writeFile(file, typeof content === "string" ? bytes(content) : content)
  }
  return directory
}, Effect.orDie)

/** Loads `names`, and puts `.` for the directory in all that is said. */
export const run = ({ files, names, stdin = Stream.empty, variables = {} }: Case) =>
  Effect.gen(function* () {
    const directory = yield* fixture(files)
    const short = (text: string) => text.replaceAll(directory, ".")
    const given = names.map((name) => (name === "-" ? name : `${directory}/${name}`))
    return yield* load(given, new Map(Object.entries(variables))).pipe(
      Effect.map((manifest) => ({
        files: manifest.files.map((file) => ({ ...file, path: short(file.path) })),
        desired: manifest.resources,
        resources: manifest.resources.map(
          ({ address, instance, source }) => `${short(source.path)}:${source.line} ${address} ${instance}`
        )
      })),
      Effect.mapError((error) => ({
        error,
        message: short(error.message),
        mistakes: error.diagnostics.map(({ column, detail, line, path: at = "-", suggestion, summary }) =>
          short(
            [
              line === undefined ? at : `${at}:${line}:${column}`,
              summary,
              ...(detail?.includes(directory) || detail?.startsWith("It stands") ? [detail] : []),
              ...(suggestion === undefined ? [] : [`(${suggestion}?)`])
            ].join(" ")
          )
        )
      }))
    )
  }).pipe(Effect.provide(Layer.mergeAll(NodeServices.layer, Stdio.layerTest({ stdin }))))
