import { assert, describe, it } from "@effect/vitest"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import { Effect } from "effect"
import { healthy } from "./drift.ts"
import { runAt } from "./fleetRun.ts"

type Encoded = typeof Seed.Seed.Encoded

/** Checks `text` against an emulator of `seed`: the report, and each route with how often it was asked. */
const run = (text: string, seed: Encoded) =>
  Effect.gen(function* () {
    const { requests, url } = yield* Emulator
    const { defaults: _, diagnostics, ...declared } = parse(new SourceText("backup.yaml", `version: 1\n${text}\n`))
    assert.deepStrictEqual(diagnostics, [])
    const report = yield* runAt(url, { files: [], variables: {}, ...declared })
    const asked = new Map<string, number>()
    for (const { url } of yield* requests) {
      const route = url.replace(/\?.*/, "")
      asked.set(route, (asked.get(route) ?? 0) + 1)
    }
    return { report, asked: Object.fromEntries(asked) }
  }).pipe(Effect.provide(Emulator.layer(Seed.make(seed))))

const group = "groups: {web: {folders: b1g, expect: {protected: true}}}"
const instances = (...ids: ReadonlyArray<string>) =>
  ids.map((id) => ({ id, folderId: "b1g", name: id, createdAt: "-90d" }))
const resources = (...ids: ReadonlyArray<string>) => ids.map((id) => healthy(id, { folderId: "b1g" }))
const states = ({
  resources
}: {
  readonly resources: ReadonlyArray<{ readonly address: string; readonly state: string }>
}) => resources.map(({ address, state }) => `${address} ${state}`)

const lists = { "/compute/v1/instances": 1, "/backup/v1/resources": 1 }

describe("a check of a group", () => {
  it.live("reads two lists, and nothing by itself", () =>
    Effect.gen(function* () {
      const { asked, report } = yield* run(group, { instances: instances("a", "b"), resources: resources("a") })
      assert.deepStrictEqual(asked, lists)
      assert.deepStrictEqual(states(report), ["web/a in_sync", "web/b missing"])
      assert.deepStrictEqual(report.reads, [
        {
          method: "Instance.list",
          folder_id: "b1g",
          requests: 1,
          items: 2,
          why: "Only Compute knows which instances there are."
        },
        {
          method: "Resource.list",
          folder_id: "b1g",
          requests: 1,
          items: 1,
          why: "A page holds a thousand resources, a get one."
        }
      ])
    })
  )

  it.live("reads by get what a list contradicts itself about, and a new machine is not missing for that", () =>
    Effect.gen(function* () {
      const twice = [{ resourceId: "one" }, { resourceId: "another" }].map((fields) =>
        healthy("a", { folderId: "b1g", ...fields })
      )
      const { asked, report } = yield* run(group, {
        instances: instances("a", "b"),
        resources: [...twice, ...resources("b")]
      })
      assert.deepStrictEqual(asked, { ...lists, "/backup/v1/resources/a": 1 })
      assert.deepStrictEqual(states(report), ["web/a in_sync", "web/b in_sync"])
    })
  )

  it.live("asks for each member where the list has failed in passing, and takes a new one for pending", () =>
    Effect.gen(function* () {
      const { asked, report } = yield* run(group, {
        instances: [...instances("a"), { id: "new", folderId: "b1g", name: "new", createdAt: "-5m" }],
        resources: resources("a"),
        faults: [{ fault: "unavailable", on: "list" }]
      })
      assert.deepStrictEqual(states(report), ["b1g not_compared", "web/a in_sync", "web/new pending"])
      assert.deepStrictEqual(asked, {
        "/compute/v1/instances": 1,
        "/backup/v1/resources": 4,
        "/backup/v1/resources/a": 1,
        "/backup/v1/resources/new": 1
      })
      assert.strictEqual(report.exit_code, 3)
    })
  )

  it.live("counts the pages of lists that fail half-way", () =>
    Effect.gen(function* () {
      const ids = ["a", "b", "c", "d", "e"]
      const { asked, report } = yield* run(`${group}\nresources: {x: {instance: x}}`, {
        instances: instances(...ids),
        resources: resources(...ids, "x"),
        pageLimit: 2,
        faults: [
          { fault: "forbidden", on: "list", after: 2 },
          { fault: "forbidden", on: "instances", after: 1 }
        ]
      })
      assert.deepStrictEqual(asked, {
        "/compute/v1/instances": 2,
        "/backup/v1/resources": 3,
        "/backup/v1/resources/x": 1
      })
      assert.deepStrictEqual(
        report.reads.map(({ items, method, requests }) => `${method} ${requests} ${items}`),
        ["Instance.list 2 0", "Resource.list 3 0", "Resource.get 1 1"]
      )
      assert.deepStrictEqual(states(report), ["web/* (b1g) not_compared", "x in_sync"])
    })
  )

  it.live("finds a member where it was before it moved", () =>
    Effect.gen(function* () {
      const { report } = yield* run(
        "groups: {web: {folders: [b1g, b1h], expect: {protected: true}}}\nresources: {a: {instance: a}}",
        {
          instances: [...instances("a", "b").map((one) => ({ ...one, folderId: "b1h" })), ...instances("c")],
          resources: resources("a", "b", "c")
        }
      )
      assert.deepStrictEqual(states(report), ["a in_sync", "web/b in_sync", "web/c in_sync"])
      assert.deepStrictEqual(report.unlisted, [])
    })
  )
})

describe("a check of policies", () => {
  const seed: Encoded = {
    instances: instances("a", "b", "c"),
    resources: resources("a", "b", "c", "x"),
    policies: [
      {
        id: "cdg1",
        folderId: "b1g",
        name: "daily",
        enabled: true,
        settings: { scheduling: { enabled: true } },
        applications: ["a", "b", "x"].map((computeInstanceId) => ({ computeInstanceId, enabled: true, status: "OK" }))
      },
      { id: "cdg2", folderId: "b1g", name: "weekly", enabled: true }
    ]
  }
  const policies = "groups: {web: {folders: b1g, expect: {policies: [daily]}}}"

  it.live("asks once for each policy, whatever the number of members", () =>
    Effect.gen(function* () {
      const { asked, report } = yield* run(policies, seed)
      assert.deepStrictEqual(asked, {
        ...lists,
        "/backup/v1/policies": 1,
        "/backup/v1/policies/cdg1/applications": 1,
        "/backup/v1/policies/cdg2/applications": 1
      })
      assert.deepStrictEqual(states(report), ["web/a in_sync", "web/b in_sync", "web/c drifted"])
      assert.strictEqual(report.resources[2]?.reason_code, "HF019")
    })
  )

  it.live("asks for those of an instance whose folder nobody tells", () =>
    Effect.gen(function* () {
      const { asked, report } = yield* run("resources: {x: {instance: x, policies: [daily]}}", {
        ...seed,
        faults: [{ fault: "fields", fields: { tenantInfo: "null" }, on: "get" }]
      })
      assert.deepStrictEqual(asked, { "/backup/v1/resources/x": 1, "/backup/v1/policies": 1 })
      assert.deepStrictEqual(states(report), ["x in_sync"])
    })
  )

  it.live.each(["policies", "applications"] as const)("compares nothing by them where the %s are denied", (on) =>
    Effect.gen(function* () {
      const { report } = yield* run(`${policies}\nresources: {x: {instance: x}}`, {
        ...seed,
        faults: [{ fault: "forbidden", on }]
      })
      assert.deepStrictEqual(states(report), [
        "web/a not_compared",
        "web/b not_compared",
        "web/c not_compared",
        "x in_sync"
      ])
      assert.deepStrictEqual([report.exit_code, report.complete], [3, false])
    })
  )
})
