import { inspect } from "node:util"
import { Cause } from "effect"

/** Everything that a log, a report or a crash could show of an error, in one text to look for secrets in. */
export const renderings = (error: unknown): string =>
  [
    String(error),
    error instanceof Error ? `${error.message}\n${error.stack}` : "",
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true }),
    Cause.pretty(Cause.fail(error)),
    inspect(Cause.fail(error), { depth: 10 })
  ].join("\n")
