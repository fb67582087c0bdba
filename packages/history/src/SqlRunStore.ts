/**
 * `RunStore` on the database of a history.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { chunkSteps } from "./chunkSteps.ts"
import { closingSteps } from "./closingSteps.ts"
import { Database } from "./Database.ts"
import { RunStore } from "./RunStore.ts"
import { tickSteps } from "./tickSteps.ts"

/** The store over `Database`. */
export const layer: Layer.Layer<RunStore, never, Database> = Layer.effect(
  RunStore,
  Effect.map(Database, (database) =>
    RunStore.of({ ...tickSteps(database), ...chunkSteps(database), ...closingSteps(database) })
  )
)
