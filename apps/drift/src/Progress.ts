/**
 * One line on standard error that counts what has been read, where a person is looking.
 */
import { isatty } from "node:tty"
import * as Effect from "effect/Effect"
import { surviving } from "./Output.ts"

/** How often the line is drawn at most, in milliseconds: faster is flicker. */
const intervalMillis = 100

/** Asked by its number, since to make a stream of it costs time that most runs have no use for. */
const stderrDescriptor = 2

const clearLine = "\r\u001b[2K"

export interface Progress {
  readonly update: (done: number, total: number) => Effect.Effect<void>
  /** Removes the line. */
  readonly end: Effect.Effect<void>
}

/** A progress line on a terminal; nothing in CI, in a pipe, or where it is not wanted. */
export const make = (wanted: boolean): Progress => {
  const { CI, TERM } = process.env
  if (!wanted || (CI !== undefined && CI !== "") || TERM === "dumb" || !isatty(stderrDescriptor)) {
    return { update: () => Effect.void, end: Effect.void }
  }
  let drawnAt = 0
  return {
    update: (done, total) =>
      Effect.sync(() => {
        const now = performance.now()
        if (now - drawnAt < intervalMillis && done < total) return
        drawnAt = now
        surviving(process.stderr).write(`${clearLine}Read ${done} of ${total}`)
      }),
    end: Effect.sync(() => {
      if (drawnAt > 0) process.stderr.write(clearLine)
    })
  }
}
