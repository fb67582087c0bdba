/**
 * `History` on the database of a history.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { askFindings } from "./askFindings.ts"
import { askRuns } from "./askRuns.ts"
import { askTotals } from "./askTotals.ts"
import { Database } from "./Database.ts"
import { History } from "./History.ts"

/** History over `Database`. */
export const layer: Layer.Layer<History, never, Database> = Layer.effect(
  History,
  Effect.map(Database, (database) =>
    History.of({ ...askRuns(database), ...askFindings(database), ...askTotals(database) })
  )
)
