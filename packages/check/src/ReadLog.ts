/**
 * What was read, and how: the plan that `--explain` shows.
 */
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import * as Effect from "effect/Effect"
import type { ReadStep } from "./CheckReport.ts"

export class ReadLog {
  readonly #steps = new Map<string, ReadStep>()

  /** Adds to a step: reads of the same kind, of the same folder and for the same reason are one. */
  add(step: ReadStep): void {
    const key = JSON.stringify([step.method, step.folder_id, step.why])
    const known = this.#steps.get(key)
    const sum = { requests: step.requests + (known?.requests ?? 0), items: step.items + (known?.items ?? 0) }
    this.#steps.set(key, { ...step, ...sum })
  }

  /**
   * Adds what a read takes, also where it fails: `read` is given what to call after each request that was answered well, and
   * `items` counts what it has read.
   */
  of<A, R>(
    step: Pick<ReadStep, "method" | "folder_id" | "why">,
    read: (onAnswer: () => void) => Effect.Effect<A, CloudBackupError, R>,
    items: (read: A) => number
  ): Effect.Effect<A, CloudBackupError, R> {
    return Effect.suspend(() => {
      const sum = { requests: 0, items: 0 }
      const note = (requests: number, found: number) => () => {
        sum.requests += requests
        sum.items += found
      }
      return read(note(1, 0)).pipe(
        Effect.tap((found) => Effect.sync(note(0, items(found)))),
        Effect.tapError(({ attempts }) => Effect.sync(note(attempts > 0 ? 1 : 0, 0))),
        // One was under way.
        Effect.onInterrupt(() => Effect.sync(note(1, 0))),
        Effect.ensuring(Effect.sync(() => this.add({ ...step, ...sum })))
      )
    })
  }

  /** The same of a list that comes in one answer. */
  ofOne<A, R>(
    step: Pick<ReadStep, "method" | "folder_id" | "why">,
    read: Effect.Effect<ReadonlyArray<A>, CloudBackupError, R>
  ): Effect.Effect<ReadonlyArray<A>, CloudBackupError, R> {
    return this.of(
      step,
      (onAnswer) => Effect.tap(read, () => Effect.sync(onAnswer)),
      ({ length }) => length
    )
  }

  /** The steps, in the order of folders and methods; those that asked for nothing are left out. */
  get steps(): ReadonlyArray<ReadStep> {
    const keyOf = ({ folder_id, method }: ReadStep) => `${folder_id ?? "\uffff"} ${method}`
    return [...this.#steps.values()]
      .filter(({ requests }) => requests > 0)
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))
  }
}
