/**
 * Writes the month before the demo: each tick is considered, begun, checked over the emulator and closed as the service does it, by a
 * clock that is put to the time of the tick.
 */
import * as Check from "@holdfast/check/Check"
import type { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Compute } from "@holdfast/core/Compute"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import type { Emulator } from "@holdfast/emulator/Emulator"
import { RunStore } from "@holdfast/history/RunStore"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import * as Cron from "effect/Cron"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as SqlClient from "effect/sql/SqlClient"
import type { Job } from "../config/ComplianceConfig.ts"
import { ticksOf } from "../engine/ticksOf.ts"
import { version } from "../version.ts"
import { manifestsAt } from "./files.ts"
import { day, type Fleet, fleetName } from "./fleet.ts"
import type { ShiftedClock } from "./ShiftedClock.ts"

/** What the past is made with. */
export interface Past {
  readonly clock: ShiftedClock
  readonly fleet: Fleet
  readonly emulator: Emulator["Service"]
  /** The clients of the emulator, made anew for each run: an outage of one night is over in the next. */
  readonly clients: Layer.Layer<CloudBackup | Compute>
  /** Those with a past; each other one begins with the demo. */
  readonly jobs: ReadonlyArray<Job>
  /** Where the manifests are. */
  readonly directory: string
}

/** How long the past is. */
const length = 31 * day

/** How long after its tick a run is begun, in milliseconds. */
const delay = 400

/** When something is to be done: whenever a tick of some job comes, oldest first. */
const moments = (jobs: ReadonlyArray<Job>, from: number, to: number): ReadonlyArray<number> => {
  const all = jobs.flatMap(({ cron }) => {
    const ticks: Array<number> = []
    for (let tick = Cron.next(cron, from).getTime(); tick < to; tick = Cron.next(cron, tick).getTime()) ticks.push(tick)
    return ticks
  })
  return [...new Set(all)].toSorted((a, b) => a - b)
}

/** Writes the manifests as they are at a time, where they have changed. */
export const manifestWriter = Effect.fnUntraced(function* (fleet: Fleet, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const written = new Map<string, string>()
  return Effect.fnUntraced(function* (at: number) {
    for (const [name, text] of Object.entries(manifestsAt(fleet, at))) {
      if (written.get(name) === text) continue
      yield* fs.writeFileString(paths.join(directory, name), text)
      written.set(name, text)
    }
  })
})

export const writePast = Effect.fn("demo.writePast")(function* (past: Past) {
  const { clients, clock, directory, emulator, fleet, jobs } = past
  const store = yield* RunStore
  const writeManifests = yield* manifestWriter(fleet, directory)
  const { present } = fleet

  const checkOf = Effect.fnUntraced(function* (job: Job) {
    const manifest = yield* ManifestSource.load(job.manifests, job.variables)
    return yield* Check.check(manifest, {
      version,
      emulator: fleetName,
      snapshot: null,
      concurrency: 16,
      timeLimitMillis: job.timeoutMillis,
      elapsedMillis: 0,
      warnings: [],
      allowEmpty: job.allowEmpty,
      failOn: job.failOn,
      onProgress: () => Effect.void,
      onInterrupt: () => Effect.void
    }).pipe(Effect.provideService(RetryPolicy.CurrentRetryPolicy, RetryPolicy.none), Effect.provide(clients))
  })

  const runDue = Effect.gen(function* () {
    for (const { job: name, runId } of yield* store.due) {
      const job = jobs.find((one) => one.name === name)
      const fence = job && (yield* store.begin(runId, { timeLimitMillis: job.timeoutMillis }))
      if (job === undefined || fence === undefined) continue
      yield* store.finish(fence, yield* checkOf(job), () => [])
    }
  })

  const consider = Effect.gen(function* () {
    const now = yield* store.now
    for (const job of jobs) {
      const from = yield* store.consideredUntil(job.name)
      const ticks = ticksOf(job, { from, now, isBusy: false })
      if (ticks.length > 0) yield* store.addTicks(job.name, ticks, now)
    }
  })

  // What is thrown away at the end need not survive a power cut: a third of the time is waiting for the disk.
  yield* SqlClient.SqlClient.use((sql) => sql`PRAGMA synchronous = OFF`)
  const beginning = present - length
  clock.put(beginning)
  yield* Effect.forEach(jobs, ({ name }) => store.consideredUntil(name), { discard: true })
  for (const moment of moments(jobs, beginning, present - 60_000)) {
    if (fleet.isDown(moment)) continue
    clock.put(moment + delay)
    yield* emulator.become(fleet.seedAt(moment + delay))
    yield* writeManifests(moment)
    yield* consider
    yield* runDue
  }
  clock.put(undefined)
})
