/**
 * What was read, and how: the plan that `--explain` shows.
 */
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

  /** The steps, in the order of folders and methods; those that asked for nothing are left out. */
  get steps(): ReadonlyArray<ReadStep> {
    const keyOf = ({ folder_id, method }: ReadStep) => `${folder_id ?? "\uffff"} ${method}`
    return [...this.#steps.values()]
      .filter(({ requests }) => requests > 0)
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))
  }
}
