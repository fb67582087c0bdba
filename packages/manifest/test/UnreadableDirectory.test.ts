import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, PlatformError, Stdio } from "effect"
import { load } from "../src/ManifestSource.ts"
import { bytes, declare } from "./files.ts"

/** The machine's files, of which directories named `secret` may not be listed: tests may run as root, who may do all. */
const guarded = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (fs) => {
    const denied = PlatformError.systemError({
      _tag: "PermissionDenied",
      module: "FileSystem",
      method: "readDirectory"
    })
    return FileSystem.FileSystem.of({
      ...fs,
      readDirectory: (path, options) =>
        path.endsWith("secret") ? Effect.fail(denied) : fs.readDirectory(path, options),
      // As Node's: it passes over what it may not read.
      glob: (pattern) => Effect.map(fs.glob(pattern), (found) => found.filter((path) => !path.includes("secret")))
    })
  })
).pipe(Layer.provideMerge(NodeServices.layer))

const services = Layer.mergeAll(guarded, Stdio.layerTest({}))

describe("load", () => {
  it.effect.each([
    ["**/*.yaml", ["env/secret: This directory cannot be read, and may hold files of the pattern"]],
    ["env/*/*.yaml", ["env/secret: This directory cannot be read, and may hold files of the pattern"]],
    ["env/*.yaml", []]
  ] as const)("does not take %s for all of it where a directory of the pattern cannot be read", ([pattern, expected]) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const root = yield* fs.makeTempDirectoryScoped()
      yield* fs.makeDirectory(`${root}/env/secret`, { recursive: true })
      yield* fs.makeDirectory(`${root}/env/open`)
      for (const [index, name] of ["env/a.yaml", "env/open/b.yaml", "env/secret/c.yaml"].entries()) {
        yield* fs.writeFile(`${root}/${name}`, bytes(declare({ [`r${index}`]: `i${index}` })))
      }
      const mistakes = yield* Effect.match(load([`${root}/${pattern}`]), {
        onFailure: ({ diagnostics }) =>
          diagnostics.map(({ path, summary }) => `${path}: ${summary}`.replace(`${root}/`, "")),
        onSuccess: () => []
      })
      assert.deepStrictEqual(mistakes, [...expected])
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
