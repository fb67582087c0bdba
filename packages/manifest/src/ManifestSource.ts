/**
 * Where manifests come from: files, directories, globs, standard input and what they include, read whole or not at all.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type * as Stdio from "effect/Stdio"
import { type Declared, nothing, over } from "./DesiredResource.ts"
import { Diagnostic, quote, SourceText } from "./Diagnostic.ts"
import { type Include, open, type ParsedFile } from "./Manifest.ts"
import { type Declarations, disagreements } from "./manifestAgreement.ts"
import { collect, decodeUtf8, type FoundFile, fileOf, type ManifestFile, read } from "./manifestFiles.ts"
import { noVariables } from "./Variables.ts"

export { type ManifestFile, maxFileBytes } from "./manifestFiles.ts"

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

/** Everything that the named files declare, and those that they include. */
export interface Manifest extends Declarations {
  readonly files: ReadonlyArray<ManifestFile>
  /** What `${name}` stands for in them, by name. */
  readonly variables: Readonly<Record<string, string>>
}

type Environment = FileSystem.FileSystem | Path.Path | Stdio.Stdio

/** How deep files may include files. */
const maxIncludes = 20

/**
 * Reads the files that `names` name: paths, directories, globs (`env/**\/*.yaml`) and `-` for standard input, with `variables`
 * filled in. Fails with every mistake of every file at once.
 */
export const load = Effect.fn("Manifest.load")(function* (
  names: ReadonlyArray<string>,
  variables = noVariables
): Effect.fn.Return<Manifest, ManifestError, Environment> {
  const diagnostics: Array<Diagnostic> = []
  const note = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic)
  const files: Array<ManifestFile> = []
  const parsed: Array<ParsedFile> = []
  /** What is known of each file: its defaults, once it is read. */
  const known = new Map<string, Declared | undefined>()
  const bare = new Map<string, Diagnostic>()
  const included = new Set<string>()

  const defaultsOf = (found: FoundFile, chain: ReadonlyArray<string>): Effect.Effect<Declared, never, Environment> =>
    known.has(found.identity) ? Effect.succeed(known.get(found.identity) ?? nothing) : loadFile(found, chain)

  const loadFile = Effect.fnUntraced(function* ({ identity, path }: FoundFile, chain: ReadonlyArray<string>) {
    known.set(identity, undefined)
    const bytes = yield* Effect.match(read({ identity, path }), {
      onFailure: (diagnostic) => {
        note(diagnostic)
        return undefined
      },
      onSuccess: (bytes) => bytes
    })
    if (bytes === undefined) return nothing
    files.push(fileOf(path, bytes))
    const text = decodeUtf8(bytes)
    if (text === undefined) {
      note({ severity: "error", path, summary: "The file is not UTF-8 text", detail: "Save it as UTF-8." })
      return nothing
    }
    const file = open(new SourceText(path, text), variables)
    if (file.bare !== undefined) bare.set(identity, file.bare)
    let base = nothing
    for (const include of file.includes) base = over(yield* includedBy(path, include, [...chain, identity]), base)
    const declared = file.read(base)
    parsed.push(declared)
    for (const diagnostic of declared.diagnostics) note(diagnostic)
    known.set(identity, declared.defaults)
    return declared.defaults
  })

  /** The defaults of what a file includes. */
  const includedBy = Effect.fnUntraced(function* (
    from: string,
    { name, source }: Include,
    chain: ReadonlyArray<string>
  ) {
    const path = yield* Path.Path
    const refuse = (summary: string, detail?: string) =>
      note({ severity: "error", ...source, summary, ...(detail === undefined ? {} : { detail }) })
    const target = path.isAbsolute(name) || from === "<stdin>" ? name : path.join(path.dirname(from), name)
    const found = yield* collect(target, ({ path: at = target, summary }) => refuse(`${quote(at)}: ${summary}`))
    let base = nothing
    for (const file of found) {
      if (chain.includes(file.identity)) {
        refuse(`${quote(file.path)} is included by itself`, "Take the `include` out of one of the files.")
      } else if (chain.length > maxIncludes) refuse(`Files include files more than ${maxIncludes} deep`)
      else if (name === "-") refuse("Standard input cannot be included")
      else {
        included.add(file.identity)
        base = over(yield* defaultsOf(file, chain), base)
      }
    }
    return base
  })

  const found = yield* Effect.forEach(names, (name) => collect(name, note))
  for (const file of found.flat()) yield* defaultsOf(file, [])
  for (const [identity, diagnostic] of bare) if (!included.has(identity)) note(diagnostic)
  const all = together(parsed)
  for (const diagnostic of disagreements(all)) note(diagnostic)
  const [first, ...others] = diagnostics
  if (first !== undefined) return yield* new ManifestError({ diagnostics: [first, ...others] })
  const inOrder = [...variables].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { files, variables: Object.fromEntries(inOrder), ...all }
})

const together = (files: ReadonlyArray<ParsedFile>): Declarations => {
  /** A large manifest is one file, whose declarations need not be copied. */
  const all = <A>(of: (file: ParsedFile) => ReadonlyArray<A>): ReadonlyArray<A> => {
    const [first, ...others] = files.map(of)
    return first === undefined || others.length === 0 ? (first ?? []) : [first, ...others].flat()
  }
  return {
    resources: all(({ resources }) => resources),
    groups: all(({ groups }) => groups),
    folders: all(({ folders }) => folders),
    waivers: all(({ waivers }) => waivers),
    rules: all(({ rules }) => rules)
  }
}

/** The paths of the files that `names` name, standard input left out; what cannot be found is for `load` to say. */
export const find = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const found = yield* Effect.forEach(names, (name) => collect(name, () => undefined))
  return found.flat().flatMap(({ identity, path }) => (identity === "-" ? [] : [path]))
})
