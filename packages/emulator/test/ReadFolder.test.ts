import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Effect, Stream } from "effect"
import { clientAt, clientOn, type Faults, fleet, seen, serve, tagged, withPolicy } from "./harness.ts"

/** 250 resources, in pages of 1,000 unless a fault says otherwise. */
const folder = (faults: Faults) => clientOn({ resources: fleet(250), faults })

const readFolder = Effect.flatMap(CloudBackup, (client) => client.readFolder("b1g"))

/** The ids of all pages, in pages of 100. */
const listed = Effect.flatMap(CloudBackup, (client) =>
  Stream.runCollect(client.listResources({ folderId: "b1g", pageSize: 100 }))
).pipe(Effect.map((pages) => pages.map((page) => page.map(({ computeInstanceId }): string => computeInstanceId))))

describe("a list whose pages misbehave", () => {
  it.live("begins again, once, where a page token has expired", () =>
    Effect.gen(function* () {
      const pages = yield* listed
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [100, 100, 100, 50]
      )
      assert.strictEqual(new Set(pages.flat()).size, 250)
      assert.strictEqual((yield* seen).length, 5)
    }).pipe(Effect.provide(folder([{ fault: "token_expired", after: 1, times: 1 }])), withPolicy({}))
  )

  it.live("fails where the token expires again", () =>
    Effect.gen(function* () {
      const error = tagged(yield* Effect.flip(listed), "InvalidRequest")
      assert.deepStrictEqual(
        error.fieldViolations.map(({ field }) => field),
        ["pageToken"]
      )
      assert.strictEqual((yield* seen).length, 4)
    }).pipe(Effect.provide(folder([{ fault: "token_expired" }])), withPolicy({}))
  )

  it.live("goes on after an empty page, and takes a page that is larger than asked for", () =>
    Effect.gen(function* () {
      const [first, ...rest] = yield* listed
      assert.deepStrictEqual(first, [])
      assert.strictEqual(new Set(rest.flat()).size, 250)
      const whole = yield* Effect.provide(listed, folder([{ fault: "big_page" }]))
      assert.deepStrictEqual(
        whole.map(({ length }) => length),
        [250]
      )
    }).pipe(Effect.provide(folder([{ fault: "empty_page", times: 1 }])), withPolicy({}))
  )
})

describe("CloudBackup.readFolder", () => {
  it.live("tells of each page, also of a list that fails", () =>
    Effect.gen(function* () {
      let pages = 0
      const onPage = () => {
        pages += 1
      }
      const read = Effect.flatMap(CloudBackup, (client) => client.readFolder("b1g", { onPage }))
      const whole = { resources: fleet(250), pageLimit: 100 }
      const { resources } = yield* Effect.provide(read, clientOn(whole))
      assert.deepStrictEqual([pages, resources.size], [3, 250])
      const broken = { ...whole, faults: [{ fault: "forbidden" as const, on: "list" as const, after: 2 }] }
      tagged(yield* Effect.flip(Effect.provide(read, clientOn(broken))), "PermissionDenied")
      assert.strictEqual(pages, 5)
    }).pipe(withPolicy({}))
  )

  it.live("gives each instance once, the active one before a left-over", () =>
    Effect.gen(function* () {
      const { conflicting, resources } = yield* readFolder
      assert.deepStrictEqual(
        [...resources].map(([id, { resourceId }]) => [id, resourceId]),
        [
          ["vm-a", "active"],
          ["vm-b", "active"],
          ["vm-c", "same"]
        ]
      )
      assert.deepStrictEqual([...conflicting], ["vm-d"])
    }).pipe(
      Effect.provide(
        clientOn({
          resources: [
            { computeInstanceId: "vm-a", folderId: "b1g", resourceId: "active", isActive: true },
            { computeInstanceId: "vm-a", folderId: "b1g", resourceId: "left-over" },
            { computeInstanceId: "vm-b", folderId: "b1g", resourceId: "left-over" },
            { computeInstanceId: "vm-b", folderId: "b1g", resourceId: "another left-over" },
            { computeInstanceId: "vm-b", folderId: "b1g", resourceId: "active", isActive: true },
            { computeInstanceId: "vm-c", folderId: "b1g", resourceId: "same" },
            { computeInstanceId: "vm-c", folderId: "b1g", resourceId: "same" },
            { computeInstanceId: "vm-d", folderId: "b1g", resourceId: "one", isActive: true },
            { computeInstanceId: "vm-d", folderId: "b1g", resourceId: "two", isActive: true }
          ]
        })
      )
    )
  )

  it.live("takes the later reading where the list has begun again", () =>
    Effect.gen(function* () {
      let pagesServed = 0
      const { url } = yield* serve((request, response) => {
        const token = new URL(request.url ?? "", "http://localhost").searchParams.get("pageToken")
        pagesServed += 1
        const resources = [{ computeInstanceId: "vm", isActive: true, enabled: pagesServed > 2 }]
        if (token === null) response.end(JSON.stringify({ resources, nextPageToken: `page-${pagesServed}` }))
        else if (pagesServed > 2) response.end("{}")
        else {
          const details = [{ fieldViolations: [{ field: "page_token", description: "expired" }] }]
          response.writeHead(400).end(JSON.stringify({ code: 3, message: "invalid", details }))
        }
      })
      const { conflicting, resources } = yield* readFolder.pipe(Effect.provide(clientAt(url)), withPolicy({}))
      assert.strictEqual(conflicting.size, 0)
      assert.deepStrictEqual(
        [...resources.values()].map(({ enabled }) => enabled),
        [true]
      )
    })
  )

  it.live.each([
    ["repeated_id", 0],
    ["conflicting_id", 1]
  ] as const)("under %s has %i instances of which nothing is known", ([fault, unknown]) =>
    Effect.gen(function* () {
      const { conflicting, resources } = yield* readFolder
      assert.strictEqual(conflicting.size, unknown)
      assert.strictEqual(resources.size, 1_500 - unknown)
    }).pipe(Effect.provide(clientOn({ resources: fleet(1_500), faults: [{ fault }] })), withPolicy({}))
  )
})
