/**
 * `compliance start --demo`: the service on an emulator, with a month of past results, in a directory that is gone afterwards.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Emulator } from "@holdfast/emulator/Emulator"
import { defaultToken } from "@holdfast/emulator/Seed"
import { Database } from "@holdfast/history/Database"
import * as SqlRunStore from "@holdfast/history/SqlRunStore"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { load } from "../config/load.ts"
import * as Output from "../Output.ts"
import { serve } from "../serve.ts"
import * as services from "../services.ts"
import { configuration } from "./files.ts"
import { Fleet, fleetName } from "./fleet.ts"
import { openBrowser } from "./openBrowser.ts"
import { ShiftedClock } from "./ShiftedClock.ts"
import { manifestWriter, writePast } from "./writePast.ts"

/** The clients of an emulator. */
const clientsOf = (url: string) =>
  Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
    Layer.provideMerge(Credentials.layerToken(Redacted.make(defaultToken), "the demo's emulator")),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(NodeTransport.layer),
    // Nothing of the environment is asked for.
    Layer.orDie
  )

/** How often the fleet changes while somebody watches. */
const changeEvery = "2 seconds"

export interface DemoOptions {
  /** The same seed has the same things happen. */
  readonly seed: number
  /** Shows the dashboard in a browser. */
  readonly open: boolean
}

/** Everything but the clock. */
const run = Effect.fnUntraced(function* (clock: ShiftedClock, fleet: Fleet, { open }: DemoOptions) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const emulator = yield* Emulator
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "holdfast-demo-" })
  const path = paths.join(directory, "compliance.yaml")
  yield* fs.writeFileString(path, configuration)
  const config = yield* load(path)
  const clients = clientsOf(emulator.url)

  yield* Output.stderr("Demo: everything that it shows is emulated. A month of checks is being written …\n")
  const past = { clock, fleet, emulator, clients: Layer.fresh(clients), directory }
  yield* writePast({ ...past, jobs: config.jobs.filter(({ name }) => name !== "live") }).pipe(
    Effect.provide(
      SqlRunStore.layer.pipe(
        Layer.provideMerge(Database.layer(paths.join(directory, "history.sqlite"), { now: clock.currentTimeMillis }))
      )
    )
  )

  const writeManifests = yield* manifestWriter(fleet, directory)
  const change = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* emulator.become(fleet.seedAt(now))
    yield* writeManifests(now)
  })
  yield* Effect.forkScoped(Effect.repeat(change, Schedule.spaced(changeEvery)))

  // The service finds the emulator as it finds the cloud: by its environment.
  const environment = ConfigProvider.fromUnknown({
    HOLDFAST_BACKUP_URL: emulator.url,
    HOLDFAST_COMPUTE_URL: emulator.url,
    HOLDFAST_IAM_URL: emulator.url,
    YC_IAM_TOKEN: defaultToken,
    NO_PROXY: "127.0.0.1"
  })
  const listening = Effect.fnUntraced(function* (url: string) {
    yield* Output.stdout(
      [
        `Dashboard: ${url}`,
        `It shows an emulated fleet: no cloud is asked, and none of its machines exists. A job runs each ten seconds.`,
        `Configuration and manifests: ${directory}`,
        "Ctrl-C ends it, and removes them.\n"
      ].join("\n")
    )
    if (open) yield* openBrowser(url)
  })
  const workshop = { ...services.workshopOf(config), emulator: fleetName }
  yield* serve(config, workshop, listening).pipe(
    Effect.provide(
      services.layer(config).pipe(Layer.provide(ConfigProvider.layerAdd(environment, { asPrimary: true })))
    )
  )
})

/** Runs it until it is interrupted. */
export const demo = Effect.fn("compliance demo")(function* (options: DemoOptions) {
  const clock = new ShiftedClock(yield* Clock.Clock)
  const fleet = new Fleet(options.seed, clock.currentTimeMillisUnsafe())
  yield* Effect.scoped(run(clock, fleet, options)).pipe(
    Effect.provide(Emulator.layer(fleet.seedAt(fleet.present))),
    Effect.provideService(Clock.Clock, clock)
  )
})
