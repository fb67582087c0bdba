import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, drift, manifestOf } from "./drift.ts"

const cwd = directory({ "backup.yaml": manifestOf(2), "wrong.yaml": "version: 2\n" })

/** Runs `drift validate` with a cache of its own. */
const run = (cache: string, env: Readonly<Record<string, string>> = {}, manifest = "backup.yaml") =>
  drift(["validate", manifest], { cwd, env: { XDG_CACHE_HOME: cache, ...env } })

/** What is kept, by its names without the build's id. */
const kept = (cache: string): ReadonlyArray<string> => readdirSync(join(cache, "holdfast")).toSorted()

const path = (cache: string, name: string): string => join(cache, "holdfast", name)

/** The largest file that is kept: nearly all of the program. */
const program = (cache: string): string => {
  const sizes = kept(cache).map((name) => ({ path: path(cache, name), size: statSync(path(cache, name)).size }))
  const [largest] = sizes.toSorted((one, other) => other.size - one.size)
  assert.isDefined(largest)
  return largest?.path ?? ""
}

describe("compiled code", () => {
  it.live("is kept in the user's cache, for the user alone, by a run that succeeds", () =>
    Effect.gen(function* () {
      const cache = directory({})
      assert.strictEqual((yield* drift(["--version"], { env: { XDG_CACHE_HOME: cache } })).stdout, "drift 0.1.0\n")
      assert.strictEqual((yield* run(cache, {}, "wrong.yaml")).code, 1)
      assert.strictEqual((yield* run(cache, { NODE_DISABLE_COMPILE_CACHE: "1" })).code, 0)
      assert.deepStrictEqual(readdirSync(cache), [])
      assert.strictEqual((yield* run(cache)).code, 0)
      assert.isNotEmpty(kept(cache))
      for (const name of kept(cache)) {
        assert.match(name, /^[0-9a-f]{12}-v\d+\.\d+\.\d+-\w+-validate-[\w-]+\.cjs\.code$/)
        assert.strictEqual(statSync(path(cache, name)).mode & 0o777, 0o600)
      }
      assert.strictEqual(statSync(join(cache, "holdfast")).mode & 0o777, 0o700)
    })
  )

  it.live("is used by the next run, and each command has its own", () =>
    Effect.gen(function* () {
      const cache = directory({})
      yield* run(cache)
      const names = kept(cache)
      const times = names.map((name) => statSync(path(cache, name)).mtimeMs)
      assert.deepStrictEqual(yield* run(cache), { code: 0, stdout: "backup.yaml: valid, 2 resources\n", stderr: "" })
      assert.deepStrictEqual(
        names.map((name) => statSync(path(cache, name)).mtimeMs),
        times
      )
      assert.strictEqual((yield* drift(["--help"], { env: { XDG_CACHE_HOME: cache } })).code, 0)
      assert.isTrue(kept(cache).some((name) => name.includes("-help-")))
    })
  )

  it.live("is made anew of what a later run compiles, once a day", () =>
    Effect.gen(function* () {
      const cache = directory({})
      yield* run(cache)
      const before = readFileSync(program(cache))
      const yesterday = new Date(Date.now() - 25 * 3_600_000)
      utimesSync(program(cache), yesterday, yesterday)
      const json = ["validate", "backup.yaml", "--format", "json"]
      assert.strictEqual((yield* drift(json, { cwd, env: { XDG_CACHE_HOME: cache } })).code, 0)
      // Not its size: V8 drops what was not called for long, when it sees fit.
      assert.isFalse(readFileSync(program(cache)).equals(before))
      assert.isAbove(statSync(program(cache)).mtimeMs, yesterday.getTime() + 3_600_000)
    })
  )

  it.live("does not have to be kept", () =>
    Effect.gen(function* () {
      for (const nowhere of [{ XDG_CACHE_HOME: "/dev/null" }, { XDG_CACHE_HOME: "", HOME: "" }]) {
        const { code, stderr } = yield* drift(["validate"], { cwd, env: nowhere })
        assert.deepStrictEqual([code, stderr], [0, ""])
      }
    })
  )

  it.live.each<readonly [string, (bytes: Buffer) => Buffer]>([
    ["is cut short", (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ["is empty", () => Buffer.alloc(0)],
    ["is three bytes long", () => Buffer.alloc(3)],
    ["lacks a block", (bytes) => Buffer.from(bytes).fill(0, 40_960, 45_056)],
    ["has another beginning", (bytes) => Buffer.from(bytes).fill(0xff, 0, 16)],
    ["has another byte", (bytes) => Buffer.from(bytes).fill((bytes[200_000] ?? 0) ^ 1, 200_000, 200_001)],
    ["has another sum", (bytes) => Buffer.from(bytes).fill(0, bytes.length - 4)]
  ])("that %s is not used, and is replaced", ([, spoil]) =>
    Effect.gen(function* () {
      const cache = directory({})
      yield* run(cache)
      const spoilt = spoil(readFileSync(program(cache)))
      const file = program(cache)
      writeFileSync(file, spoilt)
      assert.deepStrictEqual(yield* run(cache), { code: 0, stdout: "backup.yaml: valid, 2 resources\n", stderr: "" })
      assert.isFalse(readFileSync(file).equals(spoilt))
      assert.strictEqual((yield* run(cache)).code, 0)
    })
  )

  it.live("that others can write to is not used", () =>
    Effect.gen(function* () {
      const cache = directory({})
      yield* run(cache)
      chmodSync(program(cache), 0o622)
      assert.strictEqual((yield* run(cache)).code, 0)
      assert.strictEqual(statSync(program(cache)).mode & 0o777, 0o600)
    })
  )

  it.live("of builds that are gone is removed in time, and nothing else is", () =>
    Effect.gen(function* () {
      const cache = directory({})
      mkdirSync(join(cache, "holdfast"))
      const old = new Date(Date.now() - 31 * 86_400_000)
      for (const name of ["000000000000-v22.3.0-x64-check-main.cjs.code", "fresh.code", "notes.txt"]) {
        writeFileSync(path(cache, name), "")
        if (name !== "fresh.code") utimesSync(path(cache, name), old, old)
      }
      yield* run(cache)
      const others = kept(cache).filter((name) => !name.includes("-validate-"))
      assert.deepStrictEqual(others, ["fresh.code", "notes.txt"])
    })
  )
})
