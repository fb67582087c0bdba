/**
 * The files that a check writes: each is written by one flag alone, and none is a file that the check reads.
 */
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { OutputError } from "./Output.ts"
import type { Presentation } from "./present.ts"

/** A file to be written, and the flag that says so, as people type it. */
export interface OutputFile {
  readonly flag: string
  readonly path: string
}

/** Where the attestation of a report lies. */
export const attestationOf = (report: string): string => `${report}.dsse.json`

/** The files that a JSON report is written to. */
export const jsonFilesOf = ({ format, output, reports }: Presentation): ReadonlyArray<string> => [
  ...(format === "json" && output !== undefined ? [output] : []),
  ...reports.filter((report) => report.format === "json").map(({ path }) => path)
]

/** All files that `options` say to write. */
export const outputFilesOf = (options: Presentation): ReadonlyArray<OutputFile> => [
  ...(options.output === undefined ? [] : [{ flag: `--output ${options.output}`, path: options.output }]),
  ...options.reports.map(({ format, path }) => ({ flag: `--report ${format}=${path}`, path })),
  ...(options.attest === undefined
    ? []
    : jsonFilesOf(options).map((path) => ({ flag: `--attest for ${path}`, path: attestationOf(path) })))
]

/** The file that a path leads to, also where nothing is there yet: two spellings of one file are one. */
const identityOf = (path: string): Effect.Effect<string, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.catch(fs.realPath(path), () => {
      // Not resolved before: `..` behind a link leads out of what the link leads to.
      const parent = dirname(path)
      return parent === path
        ? Effect.succeed(path)
        : Effect.map(identityOf(parent), (known) => join(known, basename(path)))
    })
  )

/** Refuses files of which one would be written over the other. */
export const refuseShared = Effect.fnUntraced(function* (files: ReadonlyArray<OutputFile>) {
  const known = new Map<string, OutputFile>()
  for (const file of files) {
    const identity = yield* identityOf(file.path)
    const other = known.get(identity)
    if (other !== undefined) {
      const detail = `${other.flag} and ${file.flag} write to the same file: one would replace the other`
      return yield* new OutputError({ detail, remedy: "Give each of them a file of its own." })
    }
    known.set(identity, file)
  }
})

/** Refuses files that would be written over one of `inputs`: a slip of the hand must not cost the manifest, or a key. */
export const refuseInputs = Effect.fnUntraced(function* (
  files: ReadonlyArray<OutputFile>,
  inputs: ReadonlyArray<string>
) {
  if (files.length === 0) return
  const read = new Set(yield* Effect.forEach(inputs, identityOf))
  for (const { flag, path } of files) {
    if (!read.has(yield* identityOf(path))) continue
    const detail = `${path} is read by this very command: ${flag} would replace it`
    return yield* new OutputError({ detail, remedy: "Name another file for what is written." })
  }
})
