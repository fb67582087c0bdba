import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Effect } from "effect"
import { clientAt, get, serve } from "./harness.ts"

const hour = 60 * 60 * 1000

/** The skew that the client sees of a server whose clock is `ahead` of this one's. */
const skewOf = (ahead: number | undefined) =>
  Effect.gen(function* () {
    const { url } = yield* serve((_, response) => {
      response.sendDate = false
      if (ahead !== undefined) response.setHeader("date", new Date(Date.now() + ahead).toUTCString())
      response.end(JSON.stringify({ resource: { computeInstanceId: "web" } }))
    })
    return yield* Effect.gen(function* () {
      yield* get("web")
      return yield* (yield* CloudBackup).clockSkewMillis
    }).pipe(Effect.provide(clientAt(url)))
  })

describe("CloudBackup.clockSkewMillis", () => {
  it.live.each([
    [3 * hour, 3 * hour],
    [-3 * hour, -3 * hour],
    [40_000, 40_000],
    [20_000, 0],
    [0, 0],
    [undefined, 0]
  ])("of a service whose clock is %s ms ahead is about %s", ([ahead, expected]) =>
    Effect.gen(function* () {
      // `Date` counts whole seconds.
      assert.approximately(yield* skewOf(ahead), expected as number, 2_000)
    })
  )
})
