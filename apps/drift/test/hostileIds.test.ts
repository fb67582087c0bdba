/**
 * No id changes the address of a request, whoever named it: the command line, the manifest or the cloud.
 */
import { assert, describe, it } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { directory, drift, healthy, withEmulator } from "./drift.ts"

const ids = [".", "..", "../x", "a/../b", "%2e%2e", "a?b=c", "a#b", "a\\b", "A", "a\u0000", `${"a".repeat(51)}`]

/** A fleet with an instance, and one whose policy, is called so. */
const fleets = (id: string): ReadonlyArray<typeof Seed.Seed.Encoded> => {
  const good = { id: "epd1", folderId: "b1g", name: "good", labels: { all: "yes" } }
  const resources = [healthy("epd1", { folderId: "b1g" })]
  return [
    { instances: [good, { ...good, id }], resources },
    { instances: [good], resources, policies: [{ id, folderId: "b1g", name: "odd", enabled: true }] }
  ]
}

const manifest = `version: 1
folders: {b1g: {unlisted: fail}}
groups:
  all: {folders: b1g, labels: {all: "yes"}, expect: {protected: true, policies: [odd]}}
`

/** Where a check asks: lists, and what has an id that is one. */
const known =
  /^\/(compute\/v1\/instances|backup\/v1\/(resources|policies)|backup\/v1\/resources\/epd1(\/policies)?)\?folderId=b1g(&pageSize=1000)?$/

describe("an id that is none", () => {
  it.live.each(ids.map((id) => [JSON.stringify(id), id] as const))(
    "of the cloud's is part of no address: %s",
    ([, id]) =>
      Effect.forEach(fleets(id), (fleet) =>
        withEmulator(fleet, (env, emulator) =>
          Effect.gen(function* () {
            const cwd = directory({ "backup.yaml": manifest })
            const { code, stdout } = yield* drift(["check"], { cwd, env })
            const urls = (yield* emulator.requests).map(({ url }) => url)
            assert.isAbove(urls.length, 0)
            for (const url of urls) assert.match(url, known)
            // It is not in sync either.
            assert.include([1, 2, 3], code, stdout)
          })
        )
      )
  )

  it.live.each(ids.filter((id) => !id.includes("\0")))(
    "of the command line's is refused before anything is asked: %s",
    (id) =>
      withEmulator({}, (env, emulator) =>
        Effect.gen(function* () {
          for (const args of [
            ["show", id],
            ["init", "--folder-id", id]
          ]) {
            const { code, stderr } = yield* drift(args, { cwd: directory({}), env })
            assert.strictEqual(code, 1, stderr)
          }
          assert.deepStrictEqual(yield* emulator.requests, [])
        })
      )
  )
})
