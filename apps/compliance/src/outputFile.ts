/**
 * Writes a result to a file, whole or not at all.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"

/** The file could not be written. */
export class FileError extends Schema.TaggedError<FileError>("@holdfast/compliance/FileError")("FileError", {
  path: Schema.String,
  detail: Schema.String
}) {
  readonly remedy = "Check the path given to --output, its directory and its permissions."
  override get message() {
    return `The file ${this.path} cannot be written: ${this.detail}`
  }
}

/** How much of a text is put together before it is written, in UTF-16 units. */
const blockLength = 64 * 1024

/** Pieces of a text as blocks that are worth a write each. */
export function* blocksOf(pieces: Iterable<string>): Iterable<string> {
  let block = ""
  for (const piece of pieces) {
    block += piece
    if (block.length < blockLength) continue
    yield block
    block = ""
  }
  if (block !== "") yield block
}

/** Writes pieces of a text beside the file first, then over it. A device or a pipe is written to, not replaced. */
export const outputFile = Effect.fnUntraced(function* (path: string, pieces: Iterable<string>) {
  const fs = yield* FileSystem.FileSystem
  const real = yield* Effect.orElseSucceed(fs.realPath(path), () => path)
  const isSpecial = yield* Effect.match(fs.stat(real), {
    onFailure: () => false,
    onSuccess: ({ type }) => type !== "File"
  })
  const encoder = new TextEncoder()
  const write = (to: string, flag: "w" | "wx") =>
    Effect.scoped(
      Effect.flatMap(fs.open(to, { flag }), (opened) =>
        Effect.forEach(blocksOf(pieces), (block) => opened.writeAll(encoder.encode(block)), { discard: true })
      )
    )
  const temporary = `${real}.${crypto.randomUUID()}.tmp`
  const writing = isSpecial
    ? write(real, "w")
    : Effect.andThen(write(temporary, "wx"), fs.rename(temporary, real)).pipe(
        Effect.onError(() => Effect.option(fs.remove(temporary)))
      )
  yield* Effect.mapError(writing, ({ reason }) => new FileError({ path, detail: reason._tag }))
})
