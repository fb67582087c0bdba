/**
 * What leaves the program: the result on standard output or in a file, everything else on standard error. A reader that
 * went away (`| head`) is no error.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"

/** The result could not be written. */
export class OutputError extends Schema.TaggedError<OutputError>("@holdfast/drift/OutputError")("OutputError", {
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

const ignore = () => undefined

/** A stream that survives its reader: where nobody listens, a write after that went away ends the process with a stack trace. */
export const surviving = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
  stream.listeners("error").includes(ignore) ? stream : stream.on("error", ignore)

const write = (stream: NodeJS.WriteStream, text: string): Effect.Effect<void, OutputError> =>
  Effect.callback((resume) => {
    surviving(stream).write(text, (error) => {
      if (error === undefined || error === null || ("code" in error && error.code === "EPIPE"))
        return resume(Effect.void)
      const remedy = "Check where the output of the command goes."
      resume(Effect.fail(new OutputError({ detail: `The output cannot be written: ${error.message}`, remedy })))
    })
  })

/** Writes to standard output, and waits until it is out. */
export const stdout = (text: string): Effect.Effect<void, OutputError> => write(process.stdout, text)

/** How much of a text is put together before it is written, in UTF-16 units. */
const blockLength = 64 * 1024

/** Pieces of a text as blocks that are worth a write each. */
function* blocksOf(pieces: Iterable<string>): Iterable<string> {
  let block = ""
  for (const piece of pieces) {
    block += piece
    if (block.length < blockLength) continue
    yield block
    block = ""
  }
  if (block !== "") yield block
}

/** Writes the pieces of a text to standard output, each when the one before is out. */
export const stdoutPieces = (pieces: Iterable<string>): Effect.Effect<void, OutputError> =>
  Effect.forEach(blocksOf(pieces), stdout, { discard: true })

/** Writes to standard error; that nobody reads it stops nothing. */
export const stderr = (text: string): Effect.Effect<void> =>
  Effect.orElseSucceed(write(process.stderr, text), () => undefined)

/**
 * Writes the pieces of a text to a file, whole or not at all: beside it first, then over it. What a link leads to is written, not
 * the link.
 */
export const file = Effect.fnUntraced(function* (path: string, pieces: Iterable<string>) {
  const fs = yield* FileSystem.FileSystem
  const real = yield* Effect.orElseSucceed(fs.realPath(path), () => path)
  // A device or a pipe cannot be replaced: /dev/stdout, /dev/null, a named pipe. What /dev/stdout leads to has no path at all.
  const isSpecial = yield* Effect.match(fs.stat(path), {
    onFailure: () => false,
    onSuccess: ({ type }) => type !== "File"
  })
  const temporary = `${real}.${crypto.randomUUID()}.tmp`
  const write = (to: string, flag: "a" | "wx") =>
    Effect.scoped(
      Effect.flatMap(fs.open(to, { flag }), (opened) =>
        Effect.forEach(blocksOf(pieces), (block) => opened.writeAll(new TextEncoder().encode(block)), { discard: true })
      )
    )
  // At no place of its own choosing: a pipe has none.
  const writing = isSpecial
    ? write(path, "a")
    : Effect.andThen(write(temporary, "wx"), fs.rename(temporary, real)).pipe(
        Effect.onError(() => Effect.option(fs.remove(temporary)))
      )
  yield* Effect.mapError(writing, (error) => unwritable(path, error))
})

const unwritable = (path: string, { reason }: PlatformError) =>
  new OutputError({
    detail: `The file ${path} cannot be written (${reason._tag})`,
    remedy: "Check the path given to --output, its directory and its permissions."
  })

const exists = (path: string) =>
  new OutputError({
    detail: `${path} exists already, and is not overwritten`,
    remedy: "Name another file with --output, or move this one away."
  })

/** Refuses a file that would have to be overwritten. */
export const refuseExisting = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  if (yield* Effect.orElseSucceed(fs.exists(path), () => false)) return yield* exists(path)
})

/** Writes a file that is not there yet, whole or not at all. */
export const newFile = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  // The name is taken first: who else takes it meanwhile keeps what he wrote.
  yield* Effect.mapError(fs.writeFileString(path, "", { flag: "wx" }), (error) =>
    error.reason._tag === "AlreadyExists" ? exists(path) : unwritable(path, error)
  )
  yield* Effect.onError(file(path, text), () => Effect.option(fs.remove(path)))
})

/** What is there already is somebody's work: it is theirs to take away. Devices and pipes lose nothing. */
export const refuseToReplace = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const isFile = yield* Effect.match(fs.stat(path), {
    onFailure: () => false,
    onSuccess: ({ type }) => type === "File"
  })
  if (!isFile) return
  const remedy = "Name another file with --output, or move that one away first."
  return yield* new OutputError({ detail: `${path} exists, and would be replaced`, remedy })
})

/** Whether to colour what goes to `stream`: the flag, then NO_COLOR, then FORCE_COLOR, then the terminal. */
export const useColor = (flag: boolean | undefined, stream: NodeJS.WriteStream): boolean => {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (flag !== undefined) return flag
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false"
  return stream.isTTY === true && TERM !== "dumb"
}
