/**
 * Where manifests come from: files, globs and standard input, read whole or not at all.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Diagnostic, nearest, SourceText } from "./Diagnostic.ts"
import { type DesiredResource, parse } from "./Manifest.ts"

/** The longest file that is read. A declared resource takes some 50 to 150 bytes, so this holds 200,000 of them. */
export const maxFileBytes = 32 * 1024 * 1024

/** The manifest cannot be used: every mistake in it. */
export class ManifestError extends Schema.TaggedError<ManifestError>("@holdfast/manifest/ManifestError")(
  "ManifestError",
  { diagnostics: Schema.NonEmptyArray(Diagnostic) }
) {
  override get message() {
    const [first, ...others] = this.diagnostics
    const place = first.line === undefined ? (first.path ?? "manifest") : `${first.path}:${first.line}:${first.column}`
    return `${place}: ${first.summary}${others.length === 0 ? "" : ` (and ${others.length} more)`}`
  }
}

/** A file that went into a manifest. */
export interface ManifestFile {
  /** As it was named, or `<stdin>`. */
  readonly path: string
  /** Of its bytes, in hexadecimal. Reckoned when it is asked for. */
  readonly sha256: string
}

/** Everything that the named files declare. */
export interface Manifest {
  readonly files: ReadonlyArray<ManifestFile>
  readonly resources: ReadonlyArray<DesiredResource>
}

/**
 * Reads the files that `names` name: paths, globs (`env/**\/*.yaml`) and `-` for standard input. Fails with every mistake of
 * every file at once.
 */
export const load = Effect.fn("Manifest.load")(function* (names: ReadonlyArray<string>) {
  const diagnostics: Array<Diagnostic> = []
  const found = yield* Effect.forEach(names, (name) => collect(name, diagnostics))
  const named = [...new Map(found.flat().map((file) => [file.identity, file])).values()]

  const files: Array<ManifestFile> = []
  const resources: Array<DesiredResource> = []
  for (const { identity, path } of named) {
    const bytes = yield* Effect.catch(read(path, identity === "-"), (diagnostic) => {
      diagnostics.push(diagnostic)
      return Effect.succeed(undefined)
    })
    if (bytes === undefined) continue
    files.push(fileOf(path, bytes))
    const text = decodeUtf8(bytes)
    if (text === undefined) {
      diagnostics.push({ severity: "error", path, summary: "The file is not UTF-8 text", detail: "Save it as UTF-8." })
      continue
    }
    const manifest = parse(new SourceText(path, text))
    for (const diagnostic of manifest.diagnostics) diagnostics.push(diagnostic)
    for (const resource of manifest.resources) resources.push(resource)
  }
  for (const diagnostic of repeated(resources)) diagnostics.push(diagnostic)
  const [first, ...others] = diagnostics
  if (first !== undefined) return yield* new ManifestError({ diagnostics: [first, ...others] })
  return { files, resources } satisfies Manifest
})

/** The paths of the files that `names` name, standard input left out; what cannot be found is for `load` to say. */
export const find = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const found = yield* Effect.forEach(names, (name) => collect(name, []))
  return found.flat().flatMap(({ identity, path }) => (identity === "-" ? [] : [path]))
})

/** One name in terms of files. A name with wildcards that names an existing file is that file. */
const collect = Effect.fnUntraced(function* (name: string, diagnostics: Array<Diagnostic>) {
  if (name === "-") return [{ path: "<stdin>", identity: "-" }]
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const isPattern = /[*?[{]/.test(name) && !(yield* Effect.orElseSucceed(fs.exists(name), () => true))
  if (!isPattern) return [{ path: name, identity: path.resolve(name) }]
  const found = yield* Effect.catch(fs.glob(name), (error) => {
    diagnostics.push(cannotRead(name, error))
    return Effect.succeed([])
  })
  // The search passes over directories that it may not read: what lies in them would be missing, and nobody told.
  const wildcard = name.search(/[*?[{]/)
  const base = path.dirname(`${name.slice(0, wildcard)}x`)
  const depth = name.includes("**") ? Number.POSITIVE_INFINITY : name.slice(wildcard).split("/").length - 1
  for (const directory of yield* unreadableBelow(base, depth)) {
    diagnostics.push({
      severity: "error",
      path: directory,
      summary: "This directory cannot be read, and may hold files of the pattern"
    })
  }
  const isDirectory = (match: string) =>
    Effect.match(fs.stat(match), { onFailure: () => false, onSuccess: ({ type }) => type === "Directory" })
  const matches = yield* Effect.filter(found, (match) => Effect.map(isDirectory(match), (directory) => !directory))
  if (matches.length === 0) {
    diagnostics.push({ severity: "error", path: name, summary: "No file matches this pattern" })
  }
  return matches.toSorted().map((match) => ({ path: match, identity: path.resolve(match) }))
})

/** The directories at and up to `depth` below `directory` that cannot be listed. Links are not followed, nor by the search. */
const unreadableBelow: (
  directory: string,
  depth: number
) => Effect.Effect<ReadonlyArray<string>, never, FileSystem.FileSystem | Path.Path> = Effect.fnUntraced(
  function* (directory, depth) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const names = yield* Effect.result(fs.readDirectory(directory))
    if (names._tag === "Failure") return names.failure.reason._tag === "PermissionDenied" ? [directory] : []
    if (depth === 0) return []
    const below = yield* Effect.forEach(names.success, (name) =>
      Effect.flatMap(
        Effect.match(fs.lstat(path.join(directory, name)), {
          onFailure: () => false,
          onSuccess: ({ type }) => type === "Directory" && !name.startsWith(".")
        }),
        (isDirectory) => (isDirectory ? unreadableBelow(path.join(directory, name), depth - 1) : Effect.succeed([]))
      )
    )
    return below.flat()
  }
)

const cannotRead = (path: string, error: PlatformError): Diagnostic => ({
  severity: "error",
  path,
  summary: `It cannot be read (${error.reason._tag})`
})

const read = Effect.fnUntraced(function* (
  path: string,
  isStdin: boolean
): Effect.fn.Return<Uint8Array, Diagnostic, FileSystem.FileSystem | Path.Path | Stdio.Stdio> {
  if (isStdin) return yield* readStream(path, (yield* Stdio.Stdio).stdin)
  const fs = yield* FileSystem.FileSystem
  const { size, type } = yield* Effect.catch(fs.stat(path), (error) =>
    Effect.flatMap(unreadable(path, error), Effect.fail)
  )
  const refuse = (summary: string, detail: string) =>
    Effect.fail<Diagnostic>({ severity: "error", path, summary, detail })
  if (type === "Directory") {
    const pattern = `"${path.replace(/\/+$/, "")}/*.yaml"`
    return yield* refuse("This is a directory", `Name files, or a pattern in quotes: ${pattern}.`)
  }
  if (type !== "File") {
    return yield* refuse("This is not a regular file", "A pipe or a device may never end: pipe it in, and name it -.")
  }
  if (size > maxFileBytes) return yield* Effect.fail(tooLarge(path))
  return yield* Effect.mapError(fs.readFile(path), (error) => brokenOff(path, error))
})

const brokenOff = (path: string, error: PlatformError): Diagnostic => ({
  severity: "error",
  path,
  summary: `The file cannot be read (${error.reason._tag})`
})

const readStream = (path: string, stream: Stream.Stream<Uint8Array, PlatformError>) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(
      Stream.mapError(stream, (error) => brokenOff(path, error)),
      (chunk) => {
        size += chunk.length
        if (size > maxFileBytes) return Effect.fail(tooLarge(path))
        chunks.push(chunk)
        return Effect.void
      }
    ).pipe(Effect.map(() => Buffer.concat(chunks)))
  })

const tooLarge = (path: string): Diagnostic => ({
  severity: "error",
  path,
  summary: `The file is larger than ${maxFileBytes / 1024 / 1024} MiB, the most that is read`,
  detail: "Split it: several files can be checked together."
})

/** Why a path cannot be read; a missing file may have a neighbour of nearly the same name. */
const unreadable = Effect.fnUntraced(function* (name: string, error: PlatformError) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (error.reason._tag !== "NotFound") {
    return {
      severity: "error",
      path: name,
      summary: `The file cannot be read (${error.reason._tag})`
    } satisfies Diagnostic
  }
  const neighbours = yield* Effect.orElseSucceed(fs.readDirectory(path.dirname(name)), () => [])
  const neighbour = nearest(path.basename(name), neighbours)
  const suggestion = neighbour === undefined ? {} : { suggestion: path.join(path.dirname(name), neighbour) }
  return {
    severity: "error",
    path: name,
    summary: "There is no such file",
    detail: `It was looked for in ${path.resolve(path.dirname(name))}.`,
    ...suggestion
  } satisfies Diagnostic
})

/** Node's cryptography takes as long to load as a fifth of Node, and few reports show the hash. */
const fileOf = (path: string, bytes: Uint8Array): ManifestFile => {
  let sha256: string | undefined
  return {
    path,
    get sha256() {
      sha256 ??= process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex")
      return sha256
    }
  }
}

/** Without its byte order mark; `undefined` where it is not UTF-8. */
const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Names and instances that more than one file declares; within a file the parser has said so already. */
const repeated = (resources: ReadonlyArray<DesiredResource>): ReadonlyArray<Diagnostic> => {
  const byAddress = new Map<string, DesiredResource>()
  const byInstance = new Map<string, DesiredResource>()
  return resources.flatMap((resource) => {
    const named = byAddress.get(resource.address)
    const same = byInstance.get(resource.instance)
    if (named === undefined) byAddress.set(resource.address, resource)
    if (same === undefined) byInstance.set(resource.instance, resource)
    const first = named ?? same
    if (first === undefined || first.source.path === resource.source.path) return []
    const summary =
      named === undefined
        ? `"${resource.address}" is the same instance as "${first.address}": ${resource.instance}`
        : `"${resource.address}" is declared in two files`
    return [
      {
        severity: "error" as const,
        ...resource.source,
        summary,
        detail: `It stands first in ${first.source.path}:${first.source.line}.`
      }
    ]
  })
}
