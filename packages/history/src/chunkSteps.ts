/**
 * The parts of a run's reading, and who may write what was read.
 */
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { corrupt } from "./failures.ts"
import { inBatches } from "./inBatches.ts"
import type { Fence, OpenRun, RunStore, TakenChunk } from "./RunStore.ts"
import { storableText } from "./storableText.ts"

type Steps = Pick<
  RunStore["Service"],
  "plan" | "open" | "takeChunk" | "answerChunk" | "unanswered" | "answers" | "takeRun"
>

/** The steps over `database`. */
export const chunkSteps = (database: Database["Service"]): Steps => {
  const { now, read, shown, sql, transact } = database

  const parse = (action: string, json: string): Effect.Effect<unknown, ReturnType<typeof corrupt>> =>
    Effect.try({
      try: (): unknown => JSON.parse(json),
      catch: () => corrupt(shown, action, "a chunk is no JSON")
    })

  const plan = Effect.fn("RunStore.plan")(function* (
    { fence, runId }: Fence,
    from: number,
    chunks: ReadonlyArray<unknown>
  ) {
    const planned = from + chunks.length
    const step = Effect.gen(function* () {
      const held = yield* sql`
        UPDATE runs SET planned = ${planned}
        WHERE run_id = ${runId} AND fence = ${fence} AND state = 'running' AND planned = ${from} RETURNING run_id`
      if (held.length === 0) {
        // Planned under this fence already: by the attempt before, whose answer was lost.
        const ours = yield* sql`
          SELECT run_id FROM runs
          WHERE run_id = ${runId} AND fence = ${fence} AND state = 'running' AND planned = ${planned}`
        return ours.length > 0
      }
      const rows = chunks.map((content, index) => ({
        run_id: runId,
        number: from + index,
        content_json: JSON.stringify(content)
      }))
      yield* inBatches(rows, (some) => sql`INSERT INTO chunks ${sql.insert(some)}`)
      return true
    })
    return yield* transact("plan the run", step)
  })

  const open = read(
    "read which runs are open",
    sql<OpenRun>`
      SELECT run_id AS "runId", job, tick, started_at AS "startedAt", deadline, planned,
        (SELECT COUNT(*) FROM chunks WHERE chunks.run_id = runs.run_id AND done_at IS NOT NULL) AS done
      FROM runs WHERE state = 'running' ORDER BY started_at, run_id`
  )

  const takeChunk = Effect.fn("RunStore.takeChunk")(function* (runId: string, number: number, worker: string) {
    const step = Effect.gen(function* () {
      const at = yield* now
      const [row] = yield* sql<{ fence: number; content_json: string }>`
        UPDATE chunks SET fence = fence + 1, worker = ${storableText(worker)}, taken_at = ${at}
        WHERE run_id = ${runId} AND number = ${number} AND done_at IS NULL
          AND EXISTS (SELECT 1 FROM runs WHERE runs.run_id = chunks.run_id AND state = 'running')
        RETURNING fence, content_json`
      if (row === undefined) return undefined
      return { runId, number, fence: row.fence, content: yield* parse("take a chunk", row.content_json) }
    })
    return yield* transact("take a chunk", step)
  })

  const answerChunk = Effect.fn("RunStore.answerChunk")(function* (chunk: TakenChunk, answer: unknown) {
    const { fence, number, runId } = chunk
    const step = Effect.gen(function* () {
      const at = yield* now
      const written = yield* sql`
        UPDATE chunks SET done_at = ${at}, answer_json = ${JSON.stringify(answer)}
        WHERE run_id = ${runId} AND number = ${number} AND fence = ${fence} AND done_at IS NULL
          AND EXISTS (SELECT 1 FROM runs WHERE runs.run_id = chunks.run_id AND state = 'running')
        RETURNING number`
      if (written.length > 0) return true
      // Written under this fence already: by the attempt before, whose answer was lost.
      const ours = yield* sql`
        SELECT number FROM chunks
        WHERE run_id = ${runId} AND number = ${number} AND fence = ${fence} AND done_at IS NOT NULL`
      return ours.length > 0
    })
    return yield* transact("answer a chunk", step)
  })

  const unanswered = Effect.fn("RunStore.unanswered")(function* (runId: string) {
    const action = "read what is unanswered"
    const rows = yield* read(
      action,
      sql<{ number: number; content_json: string; taken_at: number | null }>`
        SELECT number, content_json, taken_at FROM chunks
        WHERE run_id = ${runId} AND done_at IS NULL ORDER BY number`
    )
    return yield* Effect.forEach(rows, ({ content_json, number, taken_at }) =>
      Effect.map(parse(action, content_json), (content) => ({ number, content, takenAt: taken_at ?? undefined }))
    )
  })

  const answers = Effect.fn("RunStore.answers")(function* (runId: string) {
    const action = "read the answers"
    const rows = yield* read(
      action,
      sql<{ number: number; answer_json: string }>`
        SELECT number, answer_json FROM chunks WHERE run_id = ${runId} AND done_at IS NOT NULL ORDER BY number`
    )
    return yield* Effect.forEach(rows, ({ answer_json, number }) =>
      Effect.map(parse(action, answer_json), (answer) => ({ number, answer }))
    )
  })

  const takeRun = Effect.fn("RunStore.takeRun")(function* (runId: string) {
    const step = sql<Fence>`
      UPDATE runs SET fence = fence + 1 WHERE run_id = ${runId} AND state = 'running' RETURNING run_id AS "runId", fence`
    const [row] = yield* transact("take the run", step)
    return row
  })

  return { plan, open, takeChunk, answerChunk, unanswered, answers, takeRun }
}
