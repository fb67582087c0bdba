import { assert, describe, it } from "@effect/vitest"
import { type Known, nothingKnown, partsLeft, resourcesPerPart, together } from "@holdfast/check/Known"
import { knownFromJson, knownToJson } from "@holdfast/check/knownJson"
import { Part } from "@holdfast/check/Part"
import { readPart } from "@holdfast/check/readPart"
import { countedAlone } from "@holdfast/core/RequestCount"
import { CurrentRetryPolicy } from "@holdfast/core/RetryPolicy"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Effect, Schema } from "effect"
import { fleets } from "./anyFleet.ts"
import { cloudAt, fleetOf, freePort, manifestOf, quick, runAt, said } from "./fleetRun.ts"

/** How many fleets are tried; `HOLDFAST_PROPERTY_RUNS` raises it. */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 60)

const port = await freePort()

/** What crosses a database. */
const throughJson = (part: Part): Part =>
  Schema.decodeUnknownSync(Part)(JSON.parse(JSON.stringify(Schema.encodeSync(Part)(part))))
const knownThroughJson = (known: Known) =>
  Effect.flatMap(knownToJson(known), (json) => knownFromJson(JSON.parse(JSON.stringify(json))))

/** Reads all that can be read in parts, each with clients of its own. */
const readInParts = Effect.fnUntraced(function* (url: string, manifest: Manifest) {
  const read: Array<Known> = []
  for (let known: Known = nothingKnown; ; known = together(read)) {
    const parts = partsLeft(manifest, known)
    if (parts.length === 0) return { known, count: read.length }
    for (const part of parts) {
      const one = yield* readPart(throughJson(part), { concurrency: 4, timeLimitMillis: 600_000 }).pipe(
        countedAlone,
        Effect.provide(cloudAt(url)),
        Effect.provideService(CurrentRetryPolicy, quick)
      )
      read.push(yield* knownThroughJson(one))
    }
  }
})

/** The same fleet checked at once, and in parts. */
const bothWays = Effect.fnUntraced(function* (manifest: Manifest) {
  const { requests, url } = yield* Emulator
  const whole = yield* runAt(url, manifest)
  const before = (yield* requests).length
  const { count, known } = yield* readInParts(url, manifest)
  const parts = yield* runAt(url, manifest, { begun: { runId: "run-1", at: Date.now(), known } })
  return { whole, parts, count, asked: (yield* requests).length - before }
})

const on = (seed: typeof Seed.Seed.Encoded) => Effect.provide(Emulator.layer(Seed.make(seed), { port }))

describe("a check that is read in parts", () => {
  it.live.prop(
    "reports what a check of any fleet reports, and counts its requests",
    { fleet: fleets },
    ({ fleet: { manifest, seed } }) =>
      Effect.gen(function* () {
        const { asked, parts, whole } = yield* bothWays(manifest)
        assert.deepStrictEqual(said(parts), said(whole))
        assert.strictEqual(parts.run_id, "run-1")
        assert.strictEqual(parts.requests.sent, asked)
        assert.isAtMost(parts.requests.sent, whole.requests.sent)
      }).pipe(on(seed)),
    { arbitrary: { runs, seed: "in parts" }, timeout: 24 * 3_600_000 }
  )

  it.live("reads many single resources by lists first, as a check does, and those that are left in several parts", () =>
    Effect.gen(function* () {
      const { count, parts, whole } = yield* bothWays(manifestOf(3 * resourcesPerPart))
      // Of a folder of their own, half of them are in one list; then three in vain, and the others in two parts.
      assert.strictEqual(count, 1 + 2)
      assert.deepStrictEqual(said(parts), said(whole))
      assert.deepStrictEqual(parts.requests, whole.requests)
      assert.deepStrictEqual(parts.reads, whole.reads)
    }).pipe(
      on({
        resources: fleetOf(3 * resourcesPerPart, (index) => ({
          folderId: index % 2 === 0 ? "b1a" : `f${index}`,
          ...(index % 97 === 0 ? { enabled: false } : {})
        }))
      })
    )
  )

  it.live("keeps the error of what could not be read, and does not ask for it again", () =>
    Effect.gen(function* () {
      const { parts, whole } = yield* bothWays(manifestOf(3))
      const error = parts.resources[0]?.error
      assert.strictEqual(error?.tag, "ServiceUnavailable")
      assert.strictEqual(error?.status, 503)
      assert.strictEqual(error?.attempts, whole.resources[0]?.error?.attempts)
      assert.strictEqual(parts.requests.retried, whole.requests.retried)
    }).pipe(on({ resources: fleetOf(3), faults: [{ fault: "unavailable", on: "get" }] }))
  )

  it.live("counts the requests of parts that are read at the same time by the same clients, each for itself", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Emulator
      const partOf = (count: number): Part => ({
        kind: "resources",
        resources: Array.from({ length: count }, (_, index) => ({ instance_id: `vm-${index}`, needs_folder: false }))
      })
      const read = yield* Effect.forEach(
        [3, 7, 20],
        (count) => countedAlone(readPart(partOf(count), { concurrency: 2, timeLimitMillis: 60_000 })),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(cloudAt(url)))
      assert.deepStrictEqual(
        read.map((known) => known.requests.sent),
        [3, 7, 20]
      )
      assert.strictEqual((yield* requests).length, 30)
    }).pipe(on({ resources: fleetOf(20) }))
  )

  it.live("leaves out what is not reached in time, and keeps the rest", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator
      const resources = ["vm-0", "vm-1", "vm-2"].map((instance_id) => ({ instance_id, needs_folder: false }))
      const { resources: seen } = yield* readPart(
        { kind: "resources", resources },
        { concurrency: 1, timeLimitMillis: 1_000 }
      ).pipe(Effect.provide(cloudAt(url)))
      assert.deepStrictEqual([...seen.keys()], ["vm-0"])
    }).pipe(on({ resources: fleetOf(3), faults: [{ fault: "stall", on: "get", after: 1 }] }))
  )
})
