/**
 * The layers under a command that works: the database, the steps of runs, and the cloud.
 */
import { hostname } from "node:os"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Database } from "@holdfast/history/Database"
import { ofSqlError } from "@holdfast/history/failures"
import { Quotas } from "@holdfast/history/Quotas"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { announce } from "./alerts/announce.ts"
import type { ComplianceConfig } from "./config/ComplianceConfig.ts"
import * as database from "./database.ts"
import { Cloud } from "./engine/Cloud.ts"
import type { Workshop } from "./engine/makeWork.ts"
import { Steps } from "./engine/Steps.ts"
import * as sharedPace from "./engine/sharedPace.ts"

/** The steps of runs, in the database of the context. */
const layerSteps = Layer.unwrap(
  Effect.map(Database, ({ shown }) =>
    Steps.layer.pipe(Layer.catch((error) => Layer.effectContext(Effect.fail(ofSqlError(shown, "open")(error)))))
  )
)

/** All that runs are done with. */
export const layer = ({ database: place, quota }: ComplianceConfig) =>
  Layer.mergeAll(layerSteps, Cloud.layer).pipe(
    Layer.provide(sharedPace.layer(quota).pipe(Layer.provide(NodeTransport.layer), Layer.provide(Quotas.layer))),
    Layer.provideMerge(database.layer(place))
  )

/** What a replica works with. */
export const workshopOf = ({ alerts, jobs }: ComplianceConfig): Workshop => ({
  jobs: new Map(jobs.map((job) => [job.name, job])),
  worker: `${hostname()}/${process.pid}`,
  announce: announce(alerts),
  alerts,
  emulator: null
})
