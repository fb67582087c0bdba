import { assert, describe, it } from "@effect/vitest"
import { ago, now } from "./fleet.ts"
import { backedUp, declared, folder, forbidden, instance, listing, rowsOf, selected, strays } from "./scope.ts"

const web = "groups: {web: {folders: [b1a, b1b], labels: {env: prod}}}"
const db = "resources: {db: {instance: i1}}"

describe("select, of a folder whose instances were not read", () => {
  const unread = folder("b1a", { instances: forbidden, resources: [backedUp("i1"), backedUp("i2")] })
  const read = folder("b1b", { instances: [instance("i3")], resources: [backedUp("i3")] })

  it("says so once for each of its groups, and selects from the others", () => {
    const manifest = declared("groups: {web: {folders: [b1a, b1b]}, db: {folders: b1a}, other: {folders: b1b}}")
    assert.deepStrictEqual(listing(selected(manifest, unread, read)), [
      "db/* (b1a)  [db]: PermissionDenied",
      "other/vm-i3 i3 [other web]: Found",
      "web/* (b1a)  [web]: PermissionDenied"
    ])
  })

  it("says so once where no group is about it", () => {
    const manifest = declared(`folders: {b1a: {unlisted: fail}}\n${db}`)
    const selection = selected(manifest, unread)
    assert.deepStrictEqual(listing(selection), ["b1a : PermissionDenied", "db i1: Found"])
    const row = rowsOf(manifest, selection).find(({ address }) => address === "b1a")
    assert.deepStrictEqual([row?.state, row?.source], ["not_compared", { path: "backup.yaml", line: 2, column: 11 }])
    assert.strictEqual(row?.reason, "It could not be compared: no role (folder b1a).")
  })

  it("takes no resource of it for an orphan", () => {
    const selection = selected(declared(web), unread, read)
    assert.deepStrictEqual(selection.unlisted, [])
  })

  it("does not ask for it again as for a resource", () => {
    const passing = { ...forbidden, error: { ...forbidden.error, retryable: true } }
    const { resources } = selected(declared(web), folder("b1a", { instances: passing }), read)
    const live = resources.find(({ desired }) => desired.instance === "")?.seen?.live
    assert.isFalse(live?._tag === "NotRead" ? live.error.retryable : undefined)
  })
})

describe("select, of a folder whose resources were not read", () => {
  const unread = folder("b1a", {
    instances: [instance("i1"), instance("i2"), instance("i9", { labels: {} })],
    resources: forbidden
  })
  const read = folder("b1b", { instances: [instance("i3")], resources: [backedUp("i3")] })

  it("selects its members, and says of each and of the folder that nothing is known", () => {
    assert.deepStrictEqual(listing(selected(declared(`${web}\n${db}`), unread, read)), [
      "b1a : PermissionDenied",
      "db i1 [web]: PermissionDenied",
      "web/vm-i2 i2 [web]: PermissionDenied",
      "web/vm-i3 i3 [web]: Found"
    ])
  })

  it("says nothing of the folder where nobody looks for what is not listed", () => {
    const ignoring = declared(`folders: {b1a: {unlisted: ignore}}\n${web}`)
    assert.deepStrictEqual(listing(selected(ignoring, unread, read)), [
      "web/vm-i1 i1 [web]: PermissionDenied",
      "web/vm-i2 i2 [web]: PermissionDenied",
      "web/vm-i3 i3 [web]: Found"
    ])
  })

  it("shows what nobody listed without a word about its backup", () => {
    const [row] = selected(declared(web), unread, read).unlisted
    assert.strictEqual(row?.reason, "No rule of the manifest covers the instance.")
  })

  it("does not give the request of the list for that of each member", () => {
    const asked = { ...forbidden, error: { ...forbidden.error, request_id: "r-1", attempts: 3 } }
    const { resources } = selected(
      declared(web),
      folder("b1a", { instances: [instance("i1")], resources: asked }),
      read
    )
    const live = resources.find(({ desired }) => desired.instance === "i1")?.seen?.live
    assert.deepInclude(live?._tag === "NotRead" ? live.error : {}, { request_id: null, attempts: 0 })
  })

  it("finds a member that is listed in another folder", () => {
    const moved = folder("b1b", { instances: [instance("i3")], resources: [backedUp("i1"), backedUp("i3")] })
    assert.include(listing(selected(declared(web), unread, moved)), "web/vm-i1 i1 [web]: Found")
  })
})

describe("select, of a folder of which nothing was read", () => {
  it("knows what is declared, and says of the rest that it is not known", () => {
    const nothing = { instances: forbidden, resources: forbidden }
    const manifest = declared(`folders: {b1c: {unlisted: fail}, b1d: {unlisted: ignore}}\n${web}\n${db}`)
    const folders = ["b1a", "b1b", "b1c"].map((name) => folder(name, nothing))
    assert.deepStrictEqual(listing(selected(manifest, ...folders)), [
      "b1c : PermissionDenied",
      "db i1: to be read",
      "web/* (b1a)  [web]: PermissionDenied",
      "web/* (b1b)  [web]: PermissionDenied"
    ])
  })
})

describe("select, of a list that contradicts itself", () => {
  const conflicting = (...ids: ReadonlyArray<string>) =>
    folder("b1g", {
      instances: [instance("i1"), instance("i2"), instance("i3", { labels: {} })],
      resources: [backedUp("i2")],
      conflicting: ids
    })
  const manifest = declared("groups: {web: {folders: b1g, labels: {env: prod}}}\nresources: {metal: {instance: i8}}")

  it("leaves what it is about to be read by itself", () => {
    assert.deepStrictEqual(listing(selected(manifest, conflicting("i1", "i8"))), [
      "metal i8: to be read",
      "web/vm-i1 i1 [web]: to be read",
      "web/vm-i2 i2 [web]: Found"
    ])
  })

  it("keeps when the instance was created for that", () => {
    const seen = folder("b1g", { instances: [instance("i1", { createdAt: ago(60_000) })], conflicting: ["i1"] })
    assert.deepStrictEqual(
      selected(manifest, seen).resources.map(({ createdAt, desired }) => [desired.instance, createdAt]),
      [
        ["i1", ago(60_000)],
        ["i8", undefined]
      ]
    )
  })

  it("shows what nobody listed without a word about its backup", () => {
    const [row] = selected(manifest, conflicting("i3")).unlisted
    assert.deepStrictEqual([row?.instance_id, row?.reason], ["i3", "No rule of the manifest covers the instance."])
  })

  it("cannot tell whether what has no instance is an orphan", () => {
    const selection = selected(manifest, conflicting("i7", "i9"))
    assert.deepStrictEqual(strays(selection.unlisted), ["instance i3 in b1g: report"])
    const [row] = rowsOf(manifest, selection).filter(({ address }) => address === "b1g")
    assert.deepStrictEqual([row?.state, row?.reason_code], ["not_compared", "ConflictingList"])
    assert.include(row?.reason, "2 resources without an instance")
  })

  it("does the same where two folders list the same instance", () => {
    const twice = declared("groups: {web: {folders: [b1a, b1b]}}")
    const lists = [
      folder("b1a", { instances: [instance("i1")], resources: [backedUp("i1", { isActive: false })] }),
      folder("b1b", { resources: [backedUp("i1")] })
    ]
    assert.deepStrictEqual(listing(selected(twice, ...lists)), ["web/vm-i1 i1 [web]: to be read"])
  })
})

describe("a member that Cloud Backup does not know", () => {
  const manifest = declared("groups: {web: {folders: b1g, expect: {protected: true}}}")
  it.each([
    ["pending for an hour", ago(3_600_000), "pending"],
    ["missing after that", ago(3_600_001), "missing"],
    ["missing where Compute does not tell its age", undefined, "missing"],
    ["missing where it is of the future", ago(-86_400_000), "missing"]
  ] as const)("is %s", (_, createdAt, state) => {
    const seen = folder("b1g", { instances: [instance("i1", createdAt === undefined ? {} : { createdAt })] })
    const [row] = rowsOf(manifest, selected(manifest, seen))
    assert.strictEqual(row?.state, state)
    assert.isAtMost(seen.at, now)
  })
})
