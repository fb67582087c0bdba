/**
 * How a command ends badly: by an exit code whose reason has been said, or by an error that is said here, once.
 */
import type { Diagnostic } from "@holdfast/manifest/Diagnostic"
import { diagnostics } from "@holdfast/report/diagnostics"
import { escapeText } from "@holdfast/report/Terminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Output from "./Output.ts"

/** Ends the program with `code`; everything has been said. */
export class ExitWith extends Schema.TaggedError<ExitWith>("@holdfast/compliance/ExitWith")("ExitWith", {
  code: Schema.Int
}) {
  override get [Runtime.errorExitCode]() {
    return this.code
  }
}

/** Any error of ours, in terms of what a person reads. */
export const toDiagnostics = (error: unknown): ReadonlyArray<Diagnostic> => {
  if (Predicate.hasProperty(error, "diagnostics") && Array.isArray(error.diagnostics)) return error.diagnostics
  const summary = error instanceof Error ? error.message : String(error)
  const remedy = Predicate.hasProperty(error, "remedy") && typeof error.remedy === "string" ? error.remedy : undefined
  return [{ severity: "error", summary, ...(remedy === undefined ? {} : { detail: remedy }) }]
}

/** The error as a person reads it. */
export const textOf = (error: unknown): string =>
  diagnostics(toDiagnostics(error), { color: Output.useColor(process.stderr) })

/** What went wrong, as a log has it. */
export const whyOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return error instanceof Error ? error.message : String(error)
}

/** Says why a command failed, on standard error, and leaves only the exit code. No stack trace reaches a user. */
export const report = (cause: Cause.Cause<unknown>): Effect.Effect<never, ExitWith> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
  const error = Cause.squash(cause)
  if (error instanceof ExitWith) return Effect.fail(error)
  const text = Cause.hasFails(cause)
    ? textOf(error)
    : `error: compliance failed by a mistake of its own: ${escapeText(whyOf(cause))}\n  Please report it with the command that you ran.\n`
  return Effect.andThen(Output.stderr(text), Effect.fail(new ExitWith({ code: 1 })))
}
