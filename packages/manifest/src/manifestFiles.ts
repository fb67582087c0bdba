/**
 * The files that names mean, and their bytes.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { type Diagnostic, nearest } from "./Diagnostic.ts"

/** The longest file that is read. A declared resource takes some 50 to 150 bytes, so this holds 200,000 of them. */
export const maxFileBytes = 32 * 1024 * 1024

/** A file that went into a manifest. */
export interface ManifestFile {
  /** As it was named, or `<stdin>`. */
  readonly path: string
  /** Of its bytes, in hexadecimal. Reckoned when it is asked for. */
  readonly sha256: string
}

/** A file that a name means; `identity` is the same for all names of it. */
export interface FoundFile {
  readonly path: string
  readonly identity: string
}

/**
 * One name in terms of files: a directory is its `.yaml` and `.yml` files. A name with wildcards that names an existing file is
 * that file. What cannot be found goes to `note`.
 */
export const collect = Effect.fnUntraced(function* (
  name: string,
  note: (diagnostic: Diagnostic) => void
): Effect.fn.Return<ReadonlyArray<FoundFile>, never, FileSystem.FileSystem | Path.Path> {
  if (name === "-") return [{ path: "<stdin>", identity: "-" }]
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (yield* isDirectory(name)) return yield* inDirectory(name, note)
  const isPattern = /[*?[{]/.test(name) && !(yield* Effect.orElseSucceed(fs.exists(name), () => true))
  if (!isPattern) return [{ path: name, identity: path.resolve(name) }]
  const found = yield* Effect.catch(fs.glob(name), (error) => {
    note(cannotRead(name, error))
    return Effect.succeed([])
  })
  // The search passes over directories that it may not read: what lies in them would be missing, and nobody told.
  const wildcard = name.search(/[*?[{]/)
  const base = path.dirname(`${name.slice(0, wildcard)}x`)
  const depth = name.includes("**") ? Number.POSITIVE_INFINITY : name.slice(wildcard).split("/").length - 1
  for (const directory of yield* unreadableBelow(base, depth)) {
    note({
      severity: "error",
      path: directory,
      summary: "This directory cannot be read, and may hold files of the pattern"
    })
  }
  const matches = yield* Effect.filter(found, (match) => Effect.map(isDirectory(match), (directory) => !directory))
  if (matches.length === 0) {
    note({ severity: "error", path: name, summary: "No file matches this pattern" })
  }
  return matches.toSorted().map((match) => ({ path: match, identity: path.resolve(match) }))
})

const isDirectory = Effect.fnUntraced(function* (name: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.match(fs.stat(name), { onFailure: () => false, onSuccess: ({ type }) => type === "Directory" })
})

/** The manifests of a directory, not of those below it. */
const inDirectory = Effect.fnUntraced(function* (directory: string, note: (diagnostic: Diagnostic) => void) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* Effect.catch(fs.readDirectory(directory), (error) => {
    note(cannotRead(directory, error))
    return Effect.succeed(undefined)
  })
  if (names === undefined) return []
  const paths = names
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith("."))
    .map((name) => path.join(directory, name))
  const files = yield* Effect.filter(paths, (name) => Effect.map(isDirectory(name), (isOne) => !isOne))
  if (files.length === 0) {
    const detail = `For those below it, write a pattern in quotes: "${directory.replace(/\/+$/, "")}/**/*.yaml".`
    note({ severity: "error", path: directory, summary: "This directory holds no .yaml or .yml file", detail })
  }
  return files.toSorted().map((name) => ({ path: name, identity: path.resolve(name) }))
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

/** How long a file may be, and what to do about a longer one. */
export interface Limits {
  readonly maxBytes: number
  readonly ifTooLarge: string
}

const manifestLimits: Limits = {
  maxBytes: maxFileBytes,
  ifTooLarge: "Split it: several files can be checked together."
}

/** The bytes of a file. */
export const read = Effect.fnUntraced(function* (
  { identity, path }: FoundFile,
  limits: Limits = manifestLimits
): Effect.fn.Return<Uint8Array, Diagnostic, FileSystem.FileSystem | Path.Path | Stdio.Stdio> {
  if (identity === "-") return yield* readStream(path, (yield* Stdio.Stdio).stdin, limits)
  const fs = yield* FileSystem.FileSystem
  const { size, type } = yield* Effect.catch(fs.stat(path), (error) =>
    Effect.flatMap(unreadable(path, error), Effect.fail)
  )
  const refuse = (summary: string, detail: string) =>
    Effect.fail<Diagnostic>({ severity: "error", path, summary, detail })
  if (type === "Directory") return yield* refuse("This is a directory", "Name a file in it.")
  if (type !== "File") {
    return yield* refuse("This is not a regular file", "A pipe or a device may never end: pipe it in, and name it -.")
  }
  if (size > limits.maxBytes) return yield* Effect.fail(tooLarge(path, limits))
  return yield* Effect.mapError(fs.readFile(path), (error) => brokenOff(path, error))
})

const brokenOff = (path: string, error: PlatformError): Diagnostic => ({
  severity: "error",
  path,
  summary: `The file cannot be read (${error.reason._tag})`
})

const readStream = (path: string, stream: Stream.Stream<Uint8Array, PlatformError>, limits: Limits) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(
      Stream.mapError(stream, (error) => brokenOff(path, error)),
      (chunk) => {
        size += chunk.length
        if (size > limits.maxBytes) return Effect.fail(tooLarge(path, limits))
        chunks.push(chunk)
        return Effect.void
      }
    ).pipe(Effect.map(() => Buffer.concat(chunks)))
  })

const tooLarge = (path: string, { ifTooLarge, maxBytes }: Limits): Diagnostic => ({
  severity: "error",
  path,
  summary: `The file is larger than ${maxBytes / 1024 / 1024} MiB, the most that is read`,
  detail: ifTooLarge
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
export const fileOf = (path: string, bytes: Uint8Array): ManifestFile => {
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
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
