import { assert, describe, it } from "@effect/vitest"
import type { ResourceReport } from "@holdfast/check/CheckReport"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { checkAt, fleetOf } from "./fleetRun.ts"

/** Checks `count` instances on an emulator of `seed`: the report, and how often each route was asked. */
const run = (count: number, seed: typeof Seed.Seed.Encoded) =>
  Effect.gen(function* () {
    const { requests, url } = yield* Emulator
    const report = yield* checkAt(url, count)
    const urls = (yield* requests).map((request) => request.url)
    const lists = urls.filter((text) => text.startsWith("/backup/v1/resources?")).length
    assert.strictEqual(report.requests.sent, urls.length)
    return { report, gets: urls.length - lists, lists }
  }).pipe(Effect.provide(Emulator.layer(Seed.make(seed))))

const states = (resources: ReadonlyArray<ResourceReport>, state: ResourceReport["state"]) =>
  resources.filter((resource) => resource.state === state).map(({ address }) => address)

describe("a check of many instances", () => {
  it.live("asks one of them for its folder, and lists it", () =>
    Effect.gen(function* () {
      const resources = fleetOf(250, (index) => ({ enabled: index !== 7 }))
      const { gets, lists, report } = yield* run(250, { resources })
      assert.deepStrictEqual([gets, lists], [1, 1])
      assert.deepStrictEqual([report.exit_code, report.complete], [2, true])
      assert.deepStrictEqual(states(report.resources, "drifted"), ["vm-7"])
    })
  )

  it.live("reads by get where there are fewer than a page is worth", () =>
    Effect.gen(function* () {
      const { gets, lists, report } = yield* run(99, { resources: fleetOf(99) })
      assert.deepStrictEqual([gets, lists, report.exit_code], [99, 0, 0])
    })
  )

  it.live("lists each folder that is worth it, and reads the rest by get", () =>
    Effect.gen(function* () {
      const folderId = (index: number) => (index < 150 ? "b1ga" : index < 300 ? "b1gb" : `b1g${index}`)
      const resources = fleetOf(360, (index) => ({ folderId: folderId(index) }))
      const { gets, lists, report } = yield* run(360, { resources })
      assert.deepStrictEqual([gets, lists, report.exit_code], [62, 2, 0])
    })
  )

  it.live("takes nothing for missing that a list does not hold", () =>
    Effect.gen(function* () {
      const resources = fleetOf(200, (index) => ({ folderId: index === 3 ? "b1gelsewhere" : "b1ghere" }))
      const { gets, lists, report } = yield* run(201, { resources })
      assert.deepStrictEqual([gets, lists], [3, 1])
      assert.deepStrictEqual(states(report.resources, "missing"), ["vm-200"])
      assert.lengthOf(states(report.resources, "in_sync"), 200)
    })
  )

  it.live("gives up a folder that is far larger than the manifest", () =>
    Effect.gen(function* () {
      const { gets, lists, report } = yield* run(120, { resources: fleetOf(3_000) })
      assert.deepStrictEqual([gets, lists, report.exit_code], [120, 1, 0])
    })
  )

  it.live("reads by get what a list contradicts itself about, and takes the active one of two", () =>
    Effect.gen(function* () {
      const twice = [
        { computeInstanceId: "vm-1", enabled: true, isActive: true },
        { computeInstanceId: "vm-2", enabled: true, isActive: true, resourceId: "another" },
        { computeInstanceId: "vm-2", enabled: false, isActive: true, resourceId: "one" }
      ]
      const others = fleetOf(200, (index) => ({ enabled: index !== 1 })).filter((_, index) => index !== 2)
      const { gets, lists, report } = yield* run(200, { resources: [...others, ...twice] })
      assert.deepStrictEqual([gets, lists, report.exit_code], [2, 1, 0])
    })
  )

  it.live.each([
    ["is denied", { fault: "forbidden", on: "list" }],
    ["is broken", { fault: "truncated", on: "list" }],
    ["ends early", { fault: "token_loop", on: "list" }]
  ] as const)("reads by get where the list %s", ([, fault]) =>
    Effect.gen(function* () {
      const { gets, report } = yield* run(150, { faults: [fault], resources: fleetOf(150) })
      assert.deepStrictEqual([gets, report.exit_code, report.complete], [150, 0, true])
    })
  )

  it.live("reads by get from a service that does not tell folders", () =>
    Effect.gen(function* () {
      const resources = fleetOf(150, (index) => ({ folderId: `b1g${index}` }))
      const fault = { fault: "fields", fields: { tenantInfo: "null" } } as const
      const { gets, lists, report } = yield* run(150, { faults: [fault], resources })
      assert.deepStrictEqual([gets, lists, report.exit_code], [150, 0, 0])
    })
  )
})
