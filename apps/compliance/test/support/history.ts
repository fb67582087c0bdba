/**
 * The history that the processes under test write, as the test reads it.
 */
import { Database } from "@holdfast/history/Database"
import { History } from "@holdfast/history/History"
import type { Run } from "@holdfast/history/Run"
import * as SqlHistory from "@holdfast/history/SqlHistory"
import { Effect, Layer, ManagedRuntime } from "effect"
import type { SqlError } from "effect/sql/SqlError"

/** What the test asks of it. */
export type Asked = Awaited<ReturnType<typeof openHistory>>

/** Opens the history at `location`. */
export const openHistory = async (location: string) => {
  const runtime = ManagedRuntime.make(SqlHistory.layer.pipe(Layer.provideMerge(Database.layer(location))))
  const ask = <A, E>(question: Effect.Effect<A, E, Database | History>): Promise<A> => runtime.runPromise(question)
  return {
    ask,
    /** All runs, the latest first. */
    runs: (): Promise<ReadonlyArray<Run>> =>
      ask(History.use((history) => Effect.map(history.runs({ limit: 1_000 }), ({ items }) => items))),
    report: (runId: string) => ask(History.use((history) => history.report(runId))),
    /** The rows of a statement. */
    rows: <A extends object>(of: (sql: Database["Service"]["sql"]) => Effect.Effect<ReadonlyArray<A>, SqlError>) =>
      ask(Database.use(({ sql }) => of(sql))),
    close: () => runtime.dispose()
  }
}
