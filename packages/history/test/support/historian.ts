/**
 * A process that writes a history as a replica does, for as long as it lives: `historian.ts ADDRESS`, which begins once a line
 * comes in. Each run that is closed is said in a line.
 */
import { Effect } from "effect"
import { type Fence, RunStore } from "../../src/RunStore.ts"
import { retain } from "../../src/retain.ts"
import { drifted, report, row } from "./reports.ts"
import { hour, layerAt, silent } from "./store.ts"

const [address = ""] = process.argv.slice(2)
const rows = 300

/** A night in which each third resource has drifted, another third each time. */
const night = (at: number) =>
  report(Array.from({ length: rows }, (_, index) => ((index + at) % 3 === 0 ? drifted(`i${index}`) : row(`i${index}`))))

const close = Effect.fnUntraced(function* (store: RunStore["Service"], fence: Fence, at: number) {
  if (yield* store.finish(fence, night(at), silent)) process.stdout.write(`${fence.runId}\n`)
})

const program = Effect.gen(function* () {
  const store = yield* RunStore
  process.stdout.write("ready\n")
  yield* Effect.promise(() => new Promise((resolve) => process.stdin.once("data", resolve)))
  for (let at = 0; ; at++) {
    // What another one that died has left.
    for (const { runId } of yield* store.open) {
      const left = yield* store.takeRun(runId)
      if (left !== undefined) yield* close(store, left, at)
    }
    const fence = yield* store.begin(yield* store.addManual("nightly"), { timeLimitMillis: hour })
    if (fence === undefined) continue
    yield* store.plan(fence, 0, ["a", "b"])
    const chunk = yield* store.takeChunk(fence.runId, 0, "historian")
    if (chunk !== undefined) yield* store.answerChunk(chunk, "x".repeat(10_000))
    yield* close(store, fence, at)
    if (at % 2 === 1) yield* retain({ maxRuns: 50 })
  }
})

await Effect.runPromise(Effect.provide(program, layerAt(address)))
