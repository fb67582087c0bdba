import { node } from "../measure.ts"
import { program, type Ratio, type Result } from "../scenario.ts"

interface Guarded {
  readonly name: string
  readonly ours: ReadonlyArray<number>
  readonly reference: ReadonlyArray<number>
}

/** What each may cost, in terms of work beside it that never changes: 30 to 45 % above what it took when this was written. */
const limits: Readonly<Record<string, number>> = {
  "decode a page ÷ JSON.parse": 2.9,
  "read a resource ÷ JSON.parse": 7.5,
  "compare a resource ÷ JSON.parse": 1.7,
  "parse a manifest ÷ js-yaml load": 1.4
}

/** Finds what has become slower, in half a minute, on any machine: ratios of the best of many runs in turns. */
export const guard = (): Promise<ReadonlyArray<Result>> => {
  const guarded: ReadonlyArray<Guarded> = JSON.parse(node([program("guarded")]))
  const ratios = guarded.map(
    ({ name, ours, reference }): Ratio => ({
      name,
      value: Math.min(...ours) / Math.min(...reference),
      limit: limits[name] ?? 0,
      aim: limits[name] ?? 0,
      direction: "at most"
    })
  )
  const figures = Object.fromEntries(guarded.map(({ name, ours }) => [name, ours]))
  return Promise.resolve([{ scenario: "guard", unit: "ms", figures, ratios }])
}
