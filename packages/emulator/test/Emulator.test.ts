import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"
import { ask, authorization, failure, fleet, ids, list, withSeed } from "./ask.ts"
import { uuid } from "./harness.ts"

describe("GET /backup/v1/resources/{id}", () => {
  it.effect("answers with the resource, without the fields at their defaults", () =>
    Effect.gen(function* () {
      const reply = yield* ask(`${list}/vm-1`)
      assert.strictEqual(reply.status, 200)
      assert.match(reply.headers.get("x-request-id") ?? "", uuid)
      assert.match(reply.headers.get("content-type") ?? "", /^application\/json/)
      assert.deepStrictEqual(reply.json, {
        resource: { computeInstanceId: "vm-1", enabled: true, status: "BACKUPING", statusProgress: "42" }
      })
    }).pipe(
      withSeed({
        resources: [
          {
            computeInstanceId: "vm-1",
            enabled: true,
            online: false,
            status: "BACKUPING",
            statusProgress: 42,
            type: "RESOURCE_TYPE_UNSPECIFIED",
            metadata: ""
          }
        ]
      })
    )
  )

  it.effect("adds tenantInfo where it is asked for", () =>
    Effect.gen(function* () {
      assert.isUndefined((yield* ask(`${list}/vm-0`)).json.resource.tenantInfo)
      const reply = yield* ask(`${list}/vm-0?includeTenantInfo=true`)
      assert.deepStrictEqual(reply.json.resource.tenantInfo, { folderId: "b1g" })
    }).pipe(withSeed({ resources: fleet(1) }))
  )

  it.effect("answers about the active one of two resources with an id", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask(`${list}/vm`)).json.resource.resourceId, "new")
      assert.strictEqual((yield* ask(`${list}?folderId=b1gemulator`)).json.resources.length, 2)
    }).pipe(
      withSeed({
        resources: [
          { computeInstanceId: "vm", resourceId: "old" },
          { computeInstanceId: "vm", resourceId: "new", isActive: true }
        ]
      })
    )
  )

  it.effect("answers 404 to an id that it does not know", () =>
    Effect.gen(function* () {
      assert.isUndefined(failure(yield* ask(`${list}/nothing`), 404, 5))
    }).pipe(withSeed({}))
  )

  it.effect("answers 400 to an id of more than 50 characters", () =>
    Effect.gen(function* () {
      failure(yield* ask(`${list}/${"a".repeat(50)}`), 404, 5)
      assert.deepStrictEqual(failure(yield* ask(`${list}/${"a".repeat(51)}`), 400, 3), [
        { field: "computeInstanceId", description: "The value's length must be at most 50" }
      ])
    }).pipe(withSeed({}))
  )

  it.effect("reckons relative times from the moment of the answer", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-03-05T12:00:00Z"))
      const times = {
        createdAt: "2025-03-05T05:20:11.391904178Z",
        lastBackupTime: "2026-03-05T09:00:00.000Z",
        nextBackupTime: "2026-03-05T13:30:00.000Z"
      }
      assert.deepStrictEqual((yield* ask(`${list}/vm`)).json.resource, { computeInstanceId: "vm", ...times })
      yield* TestClock.adjust("2 days")
      assert.strictEqual((yield* ask(`${list}/vm`)).json.resource.lastBackupTime, "2026-03-07T09:00:00.000Z")
      assert.strictEqual(
        (yield* ask(`${list}?folderId=b1gemulator`)).json.resources[0].lastBackupTime,
        "2026-03-07T09:00:00.000Z"
      )
    }).pipe(
      withSeed({
        resources: [
          {
            computeInstanceId: "vm",
            createdAt: "2025-03-05T05:20:11.391904178Z",
            lastBackupTime: "-3h",
            nextBackupTime: "+1h30m"
          }
        ]
      })
    )
  )
})

describe("GET /backup/v1/resources", () => {
  it.effect("pages by 100 until a last page that has no token", () =>
    Effect.gen(function* () {
      const pages: Array<Array<string>> = []
      let token = ""
      do {
        const reply = yield* ask(`${list}?folderId=b1g&pageToken=${token}`)
        pages.push(ids(reply))
        token = reply.json.nextPageToken ?? ""
      } while (token !== "")
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [100, 100, 50]
      )
      assert.deepStrictEqual(
        pages.flat(),
        fleet(250).map(({ computeInstanceId }) => computeInstanceId)
      )
    }).pipe(withSeed({ resources: [...fleet(250), ...fleet(1, "other")] }))
  )

  it.effect.each([
    ["folderId=b1g", 100, true],
    ["folderId=b1g&pageSize=0", 100, true],
    ["folderId=b1g&pageSize=1", 1, true],
    ["folderId=b1g&pageSize=250", 250, false],
    ["folderId=b1g&pageSize=1000", 250, false],
    ["folderId=b1g&pageSize=200&type=COMPUTE", 125, false],
    ["folderId=b1g&type=EXTERNAL_VM", 0, false],
    ["folderId=unknown", 0, false]
  ] as const)("answers ?%s with %i resources", ([query, size, more]) =>
    Effect.gen(function* () {
      const reply = yield* ask(`${list}?${query}`)
      assert.strictEqual(reply.status, 200)
      assert.strictEqual(reply.json.resources.length, size)
      assert.strictEqual("nextPageToken" in reply.json, more)
    }).pipe(withSeed({ resources: fleet(250) }))
  )

  it.effect.each([
    ["", "folderId"],
    ["folderId=", "folderId"],
    [`folderId=${"f".repeat(51)}`, "folderId"],
    ["folderId=b1g&pageSize=1001", "pageSize"],
    ["folderId=b1g&pageSize=-1", "pageSize"],
    ["folderId=b1g&pageSize=many", "pageSize"],
    ["folderId=b1g&pageSize=1.5", "pageSize"],
    [`folderId=b1g&pageToken=${"t".repeat(101)}`, "pageToken"],
    ["folderId=b1g&pageToken=garbage", "pageToken"]
  ] as const)("answers 400 to ?%s", ([query, field]) =>
    Effect.gen(function* () {
      const violations = failure(yield* ask(`${list}?${query}`), 400, 3) as Array<{
        field: string
        description: string
      }>
      assert.deepStrictEqual(
        violations.map(({ field }) => field),
        [field]
      )
      assert.notStrictEqual(violations[0]?.description, "")
    }).pipe(withSeed({ resources: fleet(1) }))
  )
})

describe("every route", () => {
  it.effect.each([
    ["no token", {}],
    ["another token", { authorization: "Bearer other" }],
    ["another scheme", { authorization: `Basic ${Seed.defaultToken}` }],
    ["an empty token", { authorization: "Bearer " }]
  ] as const)("answers 401 to %s", ([, headers]) =>
    Effect.gen(function* () {
      failure(yield* ask(`${list}/vm-0`, { headers }), 401, 16)
      failure(yield* ask(`${list}?folderId=b1g`, { headers }), 401, 16)
    }).pipe(withSeed({ resources: fleet(1) }))
  )

  it.effect("takes the tokens of its seed alone", () =>
    Effect.gen(function* () {
      failure(yield* ask(`${list}/vm-0`), 401, 16)
      assert.strictEqual((yield* ask(`${list}/vm-0`, { headers: { authorization: "Bearer mine" } })).status, 200)
    }).pipe(withSeed({ tokens: ["mine"], resources: fleet(1) }))
  )

  it.effect.each([
    ["POST", list],
    ["DELETE", `${list}/vm-0`],
    ["PUT", `${list}/vm-0`],
    ["GET", "/iam/v1/tokens"]
  ] as const)("answers 501 to %s %s", ([method, path]) =>
    Effect.gen(function* () {
      failure(yield* ask(path, { method, headers: { authorization } }), 501, 12)
    }).pipe(withSeed({ resources: fleet(1) }))
  )

  it.effect.each(["/", "/backup/v1", `${list}/`, `${list}/vm-0/backups`, "/backup/v2/resources", "/endpoints"])(
    "answers %s with a gateway's plain 404",
    (path) =>
      Effect.gen(function* () {
        const reply = yield* ask(path)
        assert.strictEqual(reply.status, 404)
        assert.strictEqual(reply.text, "404 page not found\n")
      }).pipe(withSeed({ resources: fleet(1) }))
  )

  it.effect("remembers what it was asked", () =>
    Effect.gen(function* () {
      yield* ask(`${list}/vm-0?includeTenantInfo=true`)
      yield* ask("/nowhere", { method: "POST" })
      const seen = yield* (yield* Emulator).requests
      assert.deepStrictEqual(
        seen.map(({ method, url }) => `${method} ${url}`),
        [`GET ${list}/vm-0?includeTenantInfo=true`, "POST /nowhere"]
      )
      assert.strictEqual(seen[0]?.headers.authorization, authorization)
    }).pipe(withSeed({ resources: fleet(1) }))
  )
})

describe("Emulator.become", () => {
  it.effect("answers as a new emulator of another seed, and remembers what it was asked", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator
      assert.strictEqual((yield* ask(`${list}/vm-0`)).status, 500)
      yield* emulator.become(Seed.make({ resources: fleet(2), faults: [{ fault: "unavailable", times: 1 }] }))
      assert.strictEqual((yield* ask(`${list}/vm-1`)).status, 503)
      assert.strictEqual((yield* ask(`${list}/vm-1`)).status, 200)
      yield* emulator.become(Seed.make({}))
      assert.strictEqual((yield* ask(`${list}/vm-1`)).status, 404)
      assert.lengthOf(yield* emulator.requests, 4)
    }).pipe(withSeed({ resources: fleet(1), faults: [{ fault: "internal" }] }))
  )
})
