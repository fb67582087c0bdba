import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Snapshot } from "@holdfast/check/Snapshot"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect, Schema } from "effect"
import { directory, drift, healthy, withEmulator } from "./drift.ts"

const manifest = `version: 1
groups:
  web: {folders: b1ga, labels: {role: web}, expect: {protected: true, policies: {atLeast: [daily]}}}
resources:
  db: {instance: epddb, protected: true}
  gone: {instance: epdgone}
`

const fleet: typeof Seed.Seed.Encoded = {
  instances: [
    { id: "epd1", folderId: "b1ga", name: "web-1", labels: { role: "web" }, status: "RUNNING" },
    { id: "epd2", folderId: "b1ga", name: "web-2", labels: { role: "web" }, status: "RUNNING" },
    { id: "epd3", folderId: "b1ga", name: "stray", status: "RUNNING" }
  ],
  resources: [
    healthy("epd1", { folderId: "b1ga" }),
    healthy("epd2", { folderId: "b1ga", enabled: false }),
    healthy("epddb", { folderId: "b1gdb" })
  ],
  policies: [
    {
      id: "cdg1",
      folderId: "b1ga",
      name: "daily",
      enabled: true,
      applications: [
        { computeInstanceId: "epd1", enabled: true, status: "OK" },
        { computeInstanceId: "epd2", enabled: true, status: "OK" }
      ]
    }
  ]
}

/** Everything of a report but what says when and how it was made: a snapshot knows folders that a get does not tell. */
const verdictOf = (text: string) => {
  const { resources, summary, unlisted } = Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))
  return { resources: resources.map(({ folder_id: _, ...row }) => row), summary, unlisted }
}

/** A directory with a snapshot of `seed`, and its check against the cloud itself. */
const taken = (seed: typeof Seed.Seed.Encoded, text = manifest) =>
  withEmulator(seed, (env) =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": text })
      const cloud = { ...env, HOLDFAST_COMPUTE_URL: env.HOLDFAST_BACKUP_URL as string }
      const live = yield* drift(["check", "--format", "json"], { cwd, env: cloud })
      const snapshot = yield* drift(["snapshot", "--output", "live.json"], { cwd, env: cloud })
      return { cwd, live, snapshot }
    })
  )

const against = (cwd: string, ...args: ReadonlyArray<string>) =>
  drift(["check", "--against", "live.json", ...args], { cwd })

describe("drift snapshot", () => {
  it.live("saves what a check compares with, so that the same is found without the cloud", () =>
    Effect.gen(function* () {
      const { cwd, live, snapshot } = yield* taken(fleet)
      assert.deepStrictEqual([snapshot.code, snapshot.stdout], [0, ""])
      assert.include(snapshot.stderr, "live.json: taken whole, 3 resources, 2 folders")
      const offline = yield* against(cwd, "--format", "json")
      assert.strictEqual(offline.code, live.code)
      assert.deepStrictEqual(verdictOf(offline.stdout), verdictOf(live.stdout))
      const report = Schema.decodeUnknownSync(CheckReport)(JSON.parse(offline.stdout))
      assert.deepStrictEqual([report.snapshot?.path, report.requests.sent], ["live.json", 0])
      const { stdout } = yield* against(cwd)
      assert.match(stdout, /⚠ Compared with the snapshot live\.json of \S+Z: this says nothing of what is now/)
    })
  )

  it.live("reckons ages by the time that it was taken", () =>
    Effect.gen(function* () {
      const { cwd } = yield* taken(fleet)
      const file = join(cwd, "live.json")
      const text = readFileSync(file, "utf8")
      const shift = (time: string) => new Date(Date.parse(time) - 400 * 86_400_000).toISOString()
      writeFileSync(file, text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, shift))
      const { code, stdout } = yield* against(cwd, "--verbose")
      assert.strictEqual(code, 2)
      assert.include(stdout, "✓ web/web-1")
      assert.notInclude(stdout, "clock")
    })
  )

  it.live("answers another manifest as far as it reaches, and is no green beyond", () =>
    Effect.gen(function* () {
      const { cwd } = yield* taken(fleet)
      const check = (text: string) => {
        writeFileSync(join(cwd, "backup.yaml"), `version: 1\n${text}`)
        return against(cwd)
      }
      // A member by its id, with its policies; a resource of another folder.
      const inside = yield* check("resources: {a: {instance: epd1, policies: [daily]}, b: {instance: epddb}}")
      assert.strictEqual(inside.code, 0, inside.stdout)
      const outside = yield* check("resources: {a: {instance: epd1}, other: {instance: epdother}}")
      assert.strictEqual(outside.code, 3)
      assert.include(outside.stdout, "NotRecorded: The snapshot does not tell")
      const folder = yield* check("groups: {other: {folders: b1gother}}\nresources: {a: {instance: epd1}}")
      assert.strictEqual(folder.code, 3)
      assert.include(folder.stdout, "? not compared: other/* (b1gother)")
    })
  )

  it.live("keeps what could not be read apart from what is not there", () =>
    Effect.gen(function* () {
      const seed = {
        ...fleet,
        resources: [
          healthy("epd1", { folderId: "b1ga" }),
          healthy("epddb", { folderId: "b1gdb", faults: [{ fault: "forbidden" }] })
        ]
      } as const
      const { cwd, snapshot } = yield* taken(seed)
      assert.strictEqual(snapshot.code, 3)
      assert.include(snapshot.stderr, "Not read: the resource of epddb: PermissionDenied")
      assert.include(snapshot.stderr, "live.json: taken in part")
      const { code, stdout } = yield* against(cwd)
      assert.strictEqual(code, 2)
      assert.match(stdout, /\? not compared: db \(epddb\)\n {4}NotRecorded: .*could not be read when it was taken/)
    })
  )

  it.live("is not written where nothing could be read, or over what it reads", () =>
    Effect.gen(function* () {
      const { cwd, snapshot } = yield* taken({ ...fleet, faults: [{ fault: "forbidden" }] })
      assert.deepStrictEqual([snapshot.code, snapshot.stdout], [1, ""])
      const missing = yield* against(cwd)
      assert.strictEqual(missing.code, 1)
      assert.include(missing.stderr, "live.json: error: There is no such file")
      const over = yield* drift(["snapshot", "--output", "backup.yaml"], { cwd })
      assert.strictEqual(over.code, 1)
      assert.include(over.stderr, "backup.yaml is read by this very command")
    })
  )

  it.live.each([
    ["{", "The file is not a snapshot"],
    ["[]", "The file is not a snapshot"],
    ['{"format_version": "2.0"}', "The file is of format version 2.0, and this program reads 1"],
    ['{"format_version": "1.1"}', "The file is not a snapshot"]
  ] as const)("that reads %s is refused", ([text, message]) =>
    Effect.gen(function* () {
      const { code, stderr } = yield* against(directory({ "backup.yaml": manifest, "live.json": text }))
      assert.strictEqual(code, 1)
      assert.include(stderr, message)
    })
  )

  it.live("holds the seed of the emulator that it was taken of", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifest, "fleet.yaml": JSON.stringify(fleet) })
      const { code, stdout } = yield* drift(["snapshot", "--emulate", "fleet.yaml"], { cwd })
      assert.strictEqual(code, 0)
      const snapshot = Schema.decodeUnknownSync(Snapshot)(JSON.parse(stdout))
      assert.strictEqual(snapshot.emulator, "fleet.yaml")
      writeFileSync(join(cwd, "live.json"), stdout)
      assert.include((yield* against(cwd)).stdout, "Emulated by fleet.yaml: this says nothing of the cloud")
    })
  )
})
