/**
 * What the other commands say of hostile texts: those of the cloud, of files, and of the command line itself.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { assertHarmless } from "../../../packages/report/test/hostile.ts"
import { directory, drift, healthy, withEmulator } from "./drift.ts"
import { hostileTexts, manifestOf, seedOf, together } from "./hostileFleet.ts"

const all = together(hostileTexts)

/** One machine of which each part says all of it. */
const fleet: typeof Seed.Seed.Encoded = {
  instances: [
    { id: "epd1", folderId: "b1gemulator", name: all, description: all, fqdn: all, status: all, labels: { env: all } }
  ],
  resources: [healthy("epd1", { status: all, statusDetails: all, metadata: all, initStatus: all, type: all })],
  policies: [
    {
      id: "cdg1",
      name: all,
      enabled: true,
      applications: [{ computeInstanceId: "epd1", enabled: true, status: all }]
    }
  ],
  tasks: [{ id: all, computeInstanceId: "epd1", policyId: all, type: all, status: all, resultCode: all, error: all }]
}

/** Runs a command in the face of that machine; what it says does no harm. */
const run = (args: ReadonlyArray<string>, files: Readonly<Record<string, string>> = {}) =>
  withEmulator(fleet, (env) =>
    Effect.gen(function* () {
      const cwd = directory(files)
      const result = yield* drift(args, { cwd, env })
      assertHarmless(result.stdout)
      assertHarmless(result.stderr)
      return result
    })
  )

describe("hostile texts of the cloud", () => {
  it.live.each(["show epd1", "show epd1 --format json", "init --folder-id b1gemulator"])(
    "do no harm in %s",
    (command) =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* run(command.split(" "))
        assert.include([0, 3], code, stderr)
        assert.include(stdout, "epd1")
      })
  )

  it.live("do no harm in a draft, which is a manifest all the same", () =>
    withEmulator(seedOf(hostileTexts.slice(0, -1)), (env) =>
      Effect.gen(function* () {
        const cwd = directory({})
        const folders = ["b1gfail", "b1greport", "b1ggroup"].flatMap((folder) => ["--folder-id", folder])
        const drafted = yield* drift(["init", ...folders, "--output", "draft.yaml"], { cwd, env })
        assert.strictEqual(drafted.code, 0, drafted.stderr)
        assertHarmless(readFileSync(join(cwd, "draft.yaml"), "utf8"))
        const valid = yield* drift(["validate", "draft.yaml", "--print"], { cwd, env })
        assert.strictEqual(valid.code, 0, valid.stderr)
        assertHarmless(valid.stdout)
      })
    )
  )

  it.live("do no harm in a snapshot, nor in what is compared with it", () =>
    withEmulator(seedOf(hostileTexts), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(hostileTexts) })
        const taken = yield* drift(["snapshot", "--output", "live.json"], { cwd, env })
        assert.include([0, 3], taken.code, taken.stderr)
        const live = yield* drift(["check", "--format", "json"], { cwd, env })
        const against = yield* drift(["check", "--against", "live.json", "--format", "json"], { cwd })
        assert.deepStrictEqual(JSON.parse(against.stdout).summary, JSON.parse(live.stdout).summary)
        for (const text of [taken.stderr, readFileSync(join(cwd, "live.json"), "utf8"), against.stdout, against.stderr])
          assertHarmless(text)
      })
    )
  )
})

describe("hostile texts of the command line and of files", () => {
  // A program's arguments hold no NUL, and the system's encoding has no lone surrogates.
  const argument = all.replace(/[\0\p{Surrogate}]/gu, "")
  const commands: Readonly<Record<string, ReadonlyArray<string>>> = {
    "a manifest": ["check", argument],
    "a severity": ["check", "--fail-on", argument],
    "a format": ["check", "--report", argument],
    "a file to write": ["check", "--report", `json=${argument}/${argument}`],
    "a baseline": ["check", "--baseline", argument],
    "a snapshot": ["check", "--against", argument],
    "a variable": ["check", "--var", argument],
    "a flag": ["check", `--${argument}`],
    "a manifest to validate": ["validate", argument],
    "an instance": ["show", argument],
    "a rule": ["explain", argument],
    "a report and a key": ["verify", argument, "--key", argument],
    "a state": ["import", "terraform", argument],
    "a command": [argument]
  }
  it.live.each(Object.keys(commands))("are quoted without harm: %s", (name) =>
    Effect.gen(function* () {
      const files = { "backup.yaml": "version: 1\nresources: {a: {instance: epd1, protected: true}}\n" }
      const { code, stderr } = yield* run(commands[name] ?? [], files)
      assert.strictEqual(code, 1, stderr)
      assert.notStrictEqual(stderr, "")
    })
  )

  it.live("are quoted without harm in the mistakes of a manifest, a state, a report and a seed", () =>
    Effect.gen(function* () {
      const cwd = directory({})
      const q = JSON.stringify(all)
      const files = {
        "backup.yaml": `version: ${q}\n${q}: ${q}\nresources: {${q}: {instance: ${q}, ${q}: ${q}, status: ${q}}}\n`,
        "raw.yaml": all,
        "state.json": JSON.stringify({ version: 4, [all]: all, resources: [{ type: all, mode: all, name: all }] }),
        "report.json": JSON.stringify({ format_version: all, [all]: all }),
        "fleet.yaml": `${q}: ${q}\n`
      }
      for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
      for (const args of [
        ["validate", "backup.yaml", "raw.yaml"],
        ["check", "backup.yaml", "--format", "json"],
        ["import", "terraform", "state.json"],
        ["check", "--baseline", "report.json"],
        ["check", "--emulate", "fleet.yaml"]
      ]) {
        const { code, stderr, stdout } = yield* drift(args, { cwd })
        assert.include([0, 1], code, stderr)
        assertHarmless(stdout)
        assertHarmless(stderr)
      }
    })
  )
})
