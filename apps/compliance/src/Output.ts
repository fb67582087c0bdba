/**
 * What leaves the program: results on standard output, everything else on standard error. A reader that went away is no error.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The result could not be written. */
export class OutputError extends Schema.TaggedError<OutputError>("@holdfast/compliance/OutputError")("OutputError", {
  detail: Schema.String
}) {
  readonly remedy = "Check where the output of the command goes."
  override get message() {
    return `The output cannot be written: ${this.detail}`
  }
}

const ignore = () => undefined

/** A stream that survives its reader: where nobody listens, a write after that went away ends the process with a stack trace. */
const surviving = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
  stream.listeners("error").includes(ignore) ? stream : stream.on("error", ignore)

const write = (stream: NodeJS.WriteStream, text: string): Effect.Effect<void, OutputError> =>
  Effect.callback((resume) => {
    surviving(stream).write(text, (error) => {
      const isWritten = error === undefined || error === null || ("code" in error && error.code === "EPIPE")
      resume(isWritten ? Effect.void : Effect.fail(new OutputError({ detail: error.message })))
    })
  })

/** Writes to standard output, and waits until it is out. */
export const stdout = (text: string): Effect.Effect<void, OutputError> => write(process.stdout, text)

/** Writes to standard error; that nobody reads it stops nothing. */
export const stderr = (text: string): Effect.Effect<void> =>
  Effect.orElseSucceed(write(process.stderr, text), () => undefined)

/** Whether to colour what goes to `stream`: NO_COLOR, then FORCE_COLOR, then the terminal. */
export const useColor = (stream: NodeJS.WriteStream): boolean => {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false"
  return stream.isTTY === true && TERM !== "dumb"
}
