/**
 * A process is killed while it writes, again and again: what is there afterwards is whole. `HOLDFAST_KILLS` says how often; each
 * takes as long as a process needs to start.
 */
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { History } from "../src/History.ts"
import { inspectHistory } from "../src/inspectHistory.ts"
import { RunStore } from "../src/RunStore.ts"
import { temporaryDirectory } from "./support/databases.ts"
import { start } from "./support/processes.ts"
import { layerAt } from "./support/store.ts"

const kills = Number(process.env.HOLDFAST_KILLS ?? 25)
const seed = Number(process.env.HOLDFAST_KILL_SEED ?? 20_261_126)
/** How many runs a process may close, and how long it may go on then, before it is killed. */
const mostClosed = 3
const longestMillis = 60

/** Numbers from 0 to 1, the same for the same seed. */
const randomOf = (from: number) => {
  let state = from
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A process that waits to begin; `said` holds the runs that it says are closed. */
const historian = async (address: string) => {
  const child: ChildProcess = start("historian", address)
  const said: Array<string> = []
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  await once(lines, "line")
  lines.on("line", (line) => said.push(line))
  return {
    said,
    begin: () => child.stdin?.write("go\n"),
    closed: async (runs: number) => {
      while (said.length < runs) await once(lines, "line")
    },
    kill: async () => {
      const closed = once(child, "close")
      child.kill("SIGKILL")
      await closed
    }
  }
}

describe("a history whose writer is killed", () => {
  const directory = temporaryDirectory()

  it(
    `is whole after each of ${kills} kills, and has all that was said to be closed`,
    async () => {
      const address = join(directory(), "history.sqlite")
      const random = randomOf(seed)
      const said = new Set<string>()
      let finished = 0
      // The next one starts while this one writes: starting takes most of the time.
      let next = historian(address)
      for (let kill = 0; kill < kills; kill++) {
        const writer = await next
        if (kill + 1 < kills) next = historian(address)
        writer.begin()
        await writer.closed(Math.floor(random() * (mostClosed + 1)))
        await new Promise((resolve) => setTimeout(resolve, random() * longestMillis))
        await writer.kill()
        for (const runId of writer.said) said.add(runId)
        const [runs, open] = await Effect.runPromise(
          Effect.provide(
            Effect.gen(function* () {
              assert.deepStrictEqual(yield* inspectHistory, [])
              const runs = yield* Stream.runCollect((yield* History).allRuns)
              return [runs, yield* (yield* RunStore).open] as const
            }),
            layerAt(address)
          )
        )
        assert.isAtMost(open.length, 1)
        const states = new Map(runs.map(({ run_id, state }) => [run_id, state]))
        const lost = [...said].filter((runId) => states.has(runId) && states.get(runId) !== "finished")
        assert.deepStrictEqual(lost, [])
        // What retention has taken is gone as a whole; the last that was said is never among it.
        const last = writer.said.at(-1)
        if (last !== undefined) assert.strictEqual(states.get(last), "finished")
        finished = Math.max(finished, said.size)
      }
      assert.isAtLeast(finished, kills / 2)
    },
    60_000 + kills * 5_000
  )
})
