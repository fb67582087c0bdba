import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Effect, Stream } from "effect"
import { carriesIds, clientAt, clientOn, fleet, seen, sent, serve, tagged, withPolicy } from "./harness.ts"

describe("CloudBackup.listResources", () => {
  const list = (options?: { readonly pageSize?: number; readonly type?: string }) =>
    Effect.map(CloudBackup, (client) => client.listResources({ folderId: "b1g", ...options }))

  it.live.each([
    [{ pageSize: 100 }, [100, 100, 50]],
    [{ pageSize: 250 }, [250]],
    [{ pageSize: 249 }, [249, 1]],
    [{}, [250]]
  ] as const)("reads with %j the pages %j", ([options, sizes]) =>
    Effect.gen(function* () {
      const pages = yield* Stream.runCollect(yield* list(options))
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [...sizes]
      )
      assert.deepStrictEqual(
        pages.flat().map(({ computeInstanceId }) => String(computeInstanceId)),
        fleet(250).map(({ computeInstanceId }) => computeInstanceId)
      )
      assert.deepStrictEqual(yield* sent, { sent: sizes.length, retried: 0 })
    }).pipe(Effect.provide(clientOn({ resources: fleet(250) })))
  )

  it.live("reads a page only when it is asked for", () =>
    Effect.gen(function* () {
      const pages = yield* list({ pageSize: 10 })
      assert.deepStrictEqual(yield* seen, [])
      assert.strictEqual((yield* Stream.runCollect(Stream.take(pages, 2))).length, 2)
      assert.strictEqual((yield* seen).length, 2)
    }).pipe(Effect.provide(clientOn({ resources: fleet(50) })))
  )

  it.live("lists an empty folder, and a type alone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Stream.runCollect(yield* list({ type: "BMS" })), [[]])
      assert.deepStrictEqual(
        (yield* seen).map(({ url }) => url),
        ["/backup/v1/resources?folderId=b1g&type=BMS&pageSize=1000"]
      )
    }).pipe(Effect.provide(clientOn({})))
  )

  it.live("retries a page that fails, and keeps those before it", () =>
    Effect.gen(function* () {
      const pages = yield* Stream.runCollect(yield* list({ pageSize: 20 }))
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [20, 20, 10]
      )
      assert.deepStrictEqual(yield* sent, { sent: 5, retried: 2 })
    }).pipe(
      Effect.provide(clientOn({ resources: fleet(50), faults: [{ fault: "unavailable", after: 1, times: 2 }] })),
      withPolicy({})
    )
  )

  it.live("gives the pages before one that cannot be read", () =>
    Effect.gen(function* () {
      const read: Array<number> = []
      const error = yield* Effect.flip(
        Stream.runForEach(yield* list({ pageSize: 20 }), (page) => Effect.sync(() => read.push(page.length)))
      )
      assert.deepStrictEqual(read, [20])
      yield* carriesIds(tagged(error, "PermissionDenied"))
    }).pipe(
      Effect.provide(clientOn({ resources: fleet(50), faults: [{ fault: "forbidden", after: 1 }] })),
      withPolicy({})
    )
  )

  it.live.each(["..", "", "a&pageSize=1", "a/b", "f".repeat(51)])(
    "refuses the folder %j and sends nothing",
    (folderId) =>
      Effect.gen(function* () {
        const client = yield* CloudBackup
        const error = tagged(yield* Effect.flip(Stream.runDrain(client.listResources({ folderId }))), "InvalidRequest")
        assert.deepStrictEqual(
          error.fieldViolations.map(({ field }) => field),
          ["folderId"]
        )
        assert.deepStrictEqual(yield* seen, [])
      }).pipe(Effect.provide(clientOn({})))
  )

  it.live.each([0, -1, 1001, 1.5, Number.NaN])("refuses a page of %d and sends nothing", (pageSize) =>
    Effect.gen(function* () {
      const error = tagged(yield* Effect.flip(Stream.runDrain(yield* list({ pageSize }))), "InvalidRequest")
      assert.deepStrictEqual(error.fieldViolations, [{ field: "pageSize", description: "1 to 1000" }])
      assert.deepStrictEqual(yield* seen, [])
    }).pipe(Effect.provide(clientOn({})), withPolicy({}))
  )
})

describe("CloudBackup.listResources, of pages that never end", () => {
  it.live.each([
    ["itself", ["a", "a"]],
    ["one that was read before", ["a", "b", "a"]]
  ] as const)("fails where a page names %s as the next one", ([, tokens]) =>
    Effect.gen(function* () {
      const next: Readonly<Record<string, string>> = Object.fromEntries(
        tokens.map((token, index) => [index === 0 ? "" : tokens[index - 1], token])
      )
      const { url } = yield* serve((request, response) => {
        const pageToken = new URL(request.url ?? "", "http://localhost").searchParams.get("pageToken") ?? ""
        response.end(JSON.stringify({ resources: [], nextPageToken: next[pageToken] }))
      })
      const error = yield* Effect.flatMap(CloudBackup, (client) =>
        Stream.runDrain(Stream.take(client.listResources({ folderId: "b1g" }), 50))
      ).pipe(Effect.flip, Effect.provide(clientAt(url)), withPolicy({}))
      assert.strictEqual(tagged(error, "MalformedResponse").status, 200)
    })
  )
})
