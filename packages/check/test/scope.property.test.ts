import { assert, describe, it } from "@effect/vitest"
import { claims } from "@holdfast/manifest/Group"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Schema } from "effect"
import type { ResourceReport } from "../src/CheckReport.ts"
import { isUnread } from "../src/FolderSeen.ts"
import { emptyGroupsOf, foldersOf } from "../src/select.ts"
import { type Scope, scopes } from "./anyScope.ts"
import { rowsOf, selected } from "./scope.ts"

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 1500)
const run = (seed: string) => ({ arbitrary: { runs, seed } })

/** What a manifest selects, and the row of each. */
const judged = (manifest: Manifest, { folders }: Scope) => {
  const selection = selected(manifest, ...folders)
  const rows = rowsOf(manifest, selection)
  return { ...selection, rows, emptyGroups: emptyGroupsOf(manifest.groups, rows) }
}

/** Rows of instances by their ids; others have none. */
const byInstance = (rows: ReadonlyArray<ResourceReport>) =>
  new Map(rows.flatMap((row) => (row.instance_id === "" ? [] : [[row.instance_id, row] as const])))

const sorted = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

/** The same things in another order, by some numbers. */
const shuffled = <A>(all: ReadonlyArray<A>, order: ReadonlyArray<number>): ReadonlyArray<A> =>
  all
    .map((one, at) => [order[at % order.length] ?? 0, one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one)

describe("what is selected", () => {
  it.prop(
    "is each instance once, by an address of its own",
    [scopes],
    ([scope]) => {
      const { resources, unlisted } = judged(scope.manifest, scope)
      const ids = resources.flatMap(({ desired: { instance } }) => (instance === "" ? [] : [instance]))
      assert.strictEqual(new Set(ids).size, ids.length)
      const addresses = resources.map(({ desired }) => desired.address)
      assert.strictEqual(new Set(addresses).size, addresses.length)
      for (const { address, instance } of scope.manifest.resources) {
        assert.strictEqual(resources.find(({ desired }) => desired.instance === instance)?.desired.address, address)
      }
      for (const { instance_id } of unlisted) assert.notInclude(ids, instance_id)
    },
    run("once")
  )

  it.prop(
    "is every instance of a folder that is asked about, and each is a row or unlisted or ignored",
    [scopes],
    ([scope]) => {
      const { resources, unlisted } = judged(scope.manifest, scope)
      const ids = new Set(resources.map(({ desired }) => desired.instance))
      const modes = new Map(foldersOf(scope.manifest).map(({ folder, unlisted }) => [folder, unlisted]))
      for (const { folder, instances } of scope.folders) {
        if (isUnread(instances) || !modes.has(folder)) continue
        for (const { id, labels, name, status } of instances.values()) {
          const isDeclared = scope.manifest.resources.some(({ instance }) => instance === id)
          const isMember = scope.manifest.groups.some((group) => claims(group, { id, folder, name, labels }))
          const isHere = status !== "DELETING"
          assert.strictEqual(ids.has(id), isDeclared || (isMember && isHere), id)
          const isStray = !isDeclared && !isMember && isHere && modes.get(folder) !== "ignore"
          assert.strictEqual(
            unlisted.some(({ instance_id }) => instance_id === id),
            isStray,
            id
          )
        }
      }
    },
    run("every")
  )

  it.prop(
    "is never all green where a list was not read that somebody needs",
    [scopes],
    ([scope]) => {
      const { emptyGroups, rows } = judged(scope.manifest, scope)
      for (const { folder, unlisted } of foldersOf(scope.manifest)) {
        const seen = scope.folders.find((one) => one.folder === folder)
        if (seen === undefined) continue
        const isNeeded = isUnread(seen.instances) || (isUnread(seen.resources) && unlisted !== "ignore")
        if (isNeeded) assert.isTrue(rows.some(({ state }) => state === "not_compared"))
        if (isUnread(seen.instances)) assert.isFalse(emptyGroups.some(({ folders }) => folders.includes(folder)))
      }
    },
    run("unread")
  )

  it.prop(
    "does not depend on the order of entries, groups, folders and lists",
    [scopes, Schema.NonEmptyArray(Schema.Int)],
    ([scope, order]) => {
      const { manifest } = scope
      const other: Scope = {
        manifest: {
          ...manifest,
          resources: shuffled(manifest.resources, order),
          groups: shuffled(manifest.groups, order),
          folders: shuffled(manifest.folders, order)
        },
        folders: shuffled(
          scope.folders.map((folder) => ({
            ...folder,
            instances: isUnread(folder.instances) ? folder.instances : new Map(shuffled([...folder.instances], order)),
            resources: isUnread(folder.resources)
              ? folder.resources
              : { ...folder.resources, resources: new Map(shuffled([...folder.resources.resources], order)) }
          })),
          order
        )
      }
      const [before, after] = [judged(manifest, scope), judged(other.manifest, other)]
      assert.deepStrictEqual(sorted(after.rows), sorted(before.rows))
      assert.deepStrictEqual(after.unlisted, before.unlisted)
      assert.deepStrictEqual(after.emptyGroups, before.emptyGroups)
    },
    run("order")
  )
})

describe("a resource that is taken out of a manifest", () => {
  it.prop(
    "hides no other's drift, and becomes a member, or unlisted, or nobody's",
    [scopes],
    ([scope]) => {
      const before = judged(scope.manifest, scope)
      for (const { instance: gone } of scope.manifest.resources) {
        const manifest = {
          ...scope.manifest,
          resources: scope.manifest.resources.filter(({ instance }) => instance !== gone)
        }
        const after = judged(manifest, scope)
        // Its namesakes may have their names back.
        const others = ({ rows }: typeof before) =>
          sorted(
            rows
              .filter(({ instance_id, reason_code }) => instance_id !== gone && reason_code !== "ConflictingList")
              .map((row) => (row.instance_id === "" ? row : { ...row, address: "" }))
          )
        assert.deepStrictEqual(others(after), others(before))
        const otherStrays = ({ unlisted }: typeof before) => unlisted.filter(({ instance_id }) => instance_id !== gone)
        assert.deepStrictEqual(otherStrays(after), otherStrays(before))
        assert.deepStrictEqual(after.emptyGroups, before.emptyGroups)

        const asked = foldersOf(manifest).flatMap((rule) => {
          const seen = scope.folders.find(({ folder }) => folder === rule.folder)
          return seen === undefined ? [] : [{ rule, seen }]
        })
        const home = asked.find(({ seen }) => !isUnread(seen.instances) && seen.instances.has(gone))
        const row = byInstance(after.rows).get(gone)
        const strays = after.unlisted.filter(({ instance_id }) => instance_id === gone).map(({ kind }) => kind)
        if (home === undefined) {
          assert.isUndefined(row)
          assert.notInclude(strays, "instance")
          continue
        }
        const known = isUnread(home.seen.instances) ? undefined : home.seen.instances.get(gone)
        if (known === undefined || known.status === "DELETING") {
          assert.deepStrictEqual([row, strays], [undefined, []])
          continue
        }
        const groups = manifest.groups
          .filter((group) => claims(group, { ...known, folder: home.rule.folder }))
          .map(({ name }) => name)
        assert.deepStrictEqual(row?.groups ?? [], groups.toSorted())
        const isStray = groups.length === 0 && home.rule.unlisted !== "ignore"
        assert.deepStrictEqual(strays, isStray ? ["instance"] : [])
      }
    },
    run("taken out")
  )
})
