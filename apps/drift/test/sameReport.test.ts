import { assert, describe, it } from "@effect/vitest"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect, Schema } from "effect"
import { type Fleet, fleets } from "./anyFleet.ts"
import { freePort, runAt, said } from "./fleetRun.ts"

/** How many fleets are tried; `HOLDFAST_PROPERTY_RUNS` raises it, as of `noFalseGreen.test.ts`. */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 60)

const port = await freePort()

/** A whole check of a fleet, over a socket. */
const run = (
  { manifest, seed }: Fleet,
  { concurrency, pageLimit }: { readonly concurrency: number; readonly pageLimit: number }
) =>
  Effect.gen(function* () {
    const { requests, url } = yield* Emulator
    const report = yield* runAt(url, manifest, { concurrency })
    return { report, asked: (yield* requests).length }
  }).pipe(Effect.provide(Emulator.layer(Seed.make({ ...seed, pageLimit }), { port })))

/** The same things in another order, by some numbers. */
const shuffled = <A>(all: ReadonlyArray<A>, order: ReadonlyArray<number>): ReadonlyArray<A> =>
  all
    .map((one, at) => [order[at % order.length] ?? 0, one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one)

const reordered = ({ manifest, seed }: Fleet, order: ReadonlyArray<number>): Fleet => ({
  manifest: {
    ...manifest,
    resources: shuffled(manifest.resources, order),
    groups: shuffled(manifest.groups, order),
    folders: shuffled(manifest.folders, order),
    waivers: shuffled(manifest.waivers, order)
  },
  seed: {
    ...seed,
    instances: shuffled(seed.instances, order),
    resources: shuffled(seed.resources, order),
    policies: shuffled(seed.policies, order).map(({ applications = [], ...policy }) => ({
      ...policy,
      applications: shuffled(applications, order)
    }))
  }
})

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

describe("a check", () => {
  it.live.prop(
    "reports the same in whatever order things are declared and listed, in pages of any size, however many are read at a time",
    {
      fleet: fleets,
      order: Schema.NonEmptyArray(between(0, 99)),
      concurrency: between(1, 8),
      pageLimit: between(1, 4)
    },
    ({ concurrency, fleet, order, pageLimit }) =>
      Effect.gen(function* () {
        const plain = yield* run(fleet, { concurrency: 1, pageLimit: 1000 })
        const other = yield* run(reordered(fleet, order), { concurrency, pageLimit })
        assert.deepStrictEqual(said(other.report), said(plain.report))
        assert.deepStrictEqual(plain.report.requests, { sent: plain.asked, retried: 0 })
        // Where one of several is denied, the others are broken off, and may never arrive.
        assert.isAtLeast(other.report.requests.sent, other.asked)
        // What it says that it read, it read.
        assert.strictEqual(
          plain.report.reads.reduce((sum, { requests }) => sum + requests, 0),
          plain.asked
        )
      }),
    { arbitrary: { runs, seed: "same report" }, timeout: 24 * 3_600_000 }
  )
})
