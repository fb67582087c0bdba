import { spawnSync } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Database } from "@holdfast/history/Database"
import { RunStore } from "@holdfast/history/RunStore"
import * as SqlRunStore from "@holdfast/history/SqlRunStore"
import { Effect, Layer } from "effect"
import { drifted, report, row } from "../../../packages/history/test/support/reports.ts"
import { compliance, directory } from "./support/replica.ts"

const drift = join(import.meta.dirname, "../../drift/src/bin.ts")

const hour = 3_600_000
const day = 24 * hour
const october = Date.UTC(2026, 9, 1)

const config = 'version: 1\njobs: {nightly: {cron: "0 3 * * *", manifests: backup.yaml}}\n'

/** A month: drift on the third night, repaired on the fifth. */
const write = (path: string): Promise<void> => {
  const hands = { time: october }
  const run = (at: number, of: CheckReport) =>
    Effect.gen(function* () {
      const store = yield* RunStore
      hands.time = at
      yield* store.addTicks("nightly", [{ tick: at, state: "due", why: "" }], at)
      const due = (yield* store.due)[0]
      const fence = yield* store.begin(due?.runId ?? "", { timeLimitMillis: hour })
      if (fence !== undefined) yield* store.finish(fence, of, () => [])
    })
  const all = Effect.forEach(
    Array.from({ length: 32 }, (_, index) => index),
    (index) => {
      const epd1 = index === 2 || index === 3 ? drifted("epd1") : row("epd1")
      return run(october + index * day + 3 * hour, report([epd1, row("epd2")]))
    },
    { discard: true }
  )
  const layer = SqlRunStore.layer.pipe(
    Layer.provideMerge(Database.layer(join(path, "history.sqlite"), { now: Effect.sync(() => hands.time) }))
  )
  return Effect.runPromise(Effect.provide(all, layer))
}

let path = ""
beforeAll(async () => {
  path = directory({ "compliance.yaml": config })
  await write(path)
})

const asked = (...args: ReadonlyArray<string>) =>
  compliance(["report", "--config", join(path, "compliance.yaml"), ...args])

describe("compliance report", () => {
  it.live("tells what a month came to, in each format, the same again", () =>
    Effect.gen(function* () {
      const beginnings = { html: "<!DOCTYPE html>", markdown: "## Holdfast: 2026-10", csv: '\ufeff"kind"', json: "{" }
      for (const [format, beginning] of Object.entries(beginnings)) {
        const first = yield* asked("--period", "2026-10", "--format", format)
        assert.strictEqual(first.code, 0, first.stderr)
        assert.isTrue(first.stdout.startsWith(beginning), first.stdout.slice(0, 100))
        assert.strictEqual((yield* asked("--period", "2026-10", "--format", format)).stdout, first.stdout)
      }
      const { stdout } = yield* asked("--period", "2026-10", "--format", "json", "--job", "nightly")
      const { job, period, summary } = JSON.parse(stdout)
      assert.deepInclude(summary.runs, { finished: 31, drifted: 2 })
      assert.deepInclude(summary.repairs, { count: 1, mean_seconds: 2 * 86_400 })
      assert.deepStrictEqual([job, period.to], ["nightly", "2026-11-01T00:00:00.000Z"])
    })
  )

  it.live("takes other periods and time zones, and writes to a file", () =>
    Effect.gen(function* () {
      const file = join(path, "week.html")
      const args = ["--period", "2026-W41", "--time-zone", "Europe/Moscow", "--format", "html", "--output", file]
      const { code, stderr, stdout } = yield* asked(...args)
      assert.deepStrictEqual([code, stdout, stderr], [0, "", ""])
      assert.include(readFileSync(file, "utf8"), "2026-W41 (Europe/Moscow)")
      const nowhere = yield* asked("--period", "2026", "--output", join(path, "none", "x.md"))
      assert.strictEqual(nowhere.code, 1)
      assert.include(nowhere.stderr, "cannot be written")
    })
  )

  it.live("signs what drift verify then knows, and nobody can change", () =>
    Effect.gen(function* () {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519")
      const [file, key, half] = ["october.json", "key.pem", "public.pem"].map((name) => join(path, name)) as [
        string,
        string,
        string
      ]
      writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }))
      writeFileSync(half, publicKey.export({ type: "spki", format: "pem" }))
      const args = ["--period", "2026-10", "--format", "json", "--attest", key]
      const { code, stderr } = yield* asked(...args, "--output", file)
      assert.strictEqual(code, 0, stderr)
      const verified = spawnSync(process.execPath, [drift, "verify", file, "--key", half], { encoding: "utf8" })
      assert.strictEqual(verified.status, 0, verified.stderr)
      assert.include(verified.stdout, "period:  2026-10, 2026-10-01T00:00:00.000Z to 2026-11-01T00:00:00.000Z")
      assert.include(verified.stdout, "result:  FAILED")
      writeFileSync(file, readFileSync(file, "utf8").replace('"drifted": 2', '"drifted": 0'))
      const changed = spawnSync(process.execPath, [drift, "verify", file, "--key", half], { encoding: "utf8" })
      assert.strictEqual(changed.status, 1)
      assert.include(changed.stderr, "its bytes are not those that were signed")
      const without = yield* asked(...args)
      assert.include(without.stderr, "Only a JSON report in a file is signed")
      const broken = yield* asked(...args.slice(0, -1), join(path, "compliance.yaml"), "--output", file)
      assert.include(broken.stderr, "it is no private key in PEM")
    })
  )

  it.live("says what is wrong with what was asked", () =>
    Effect.gen(function* () {
      const mistakes = [
        [["--period", "2026-13"], '"2026-13" cannot be reported on: a year has the months 01 to 12'],
        [["--period", "2026-10", "--time-zone", "Moscow"], 'there is no time zone "Moscow"'],
        [["--period", "2026-10", "--job", "nigthly"], 'There is no job "nigthly": did you mean "nightly"?'],
        [["--period", "2026-10", "--format", "pdf"], "pdf"]
      ] as const
      for (const [args, said] of mistakes) {
        const { code, stderr, stdout } = yield* asked(...args)
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.include(stderr, said)
      }
    })
  )

  it.live("begins no history where there is none", () =>
    Effect.gen(function* () {
      const empty = directory({ "compliance.yaml": config })
      const { code, stderr } = yield* compliance([
        "report",
        "--config",
        join(empty, "compliance.yaml"),
        "--period",
        "2026-10"
      ])
      assert.strictEqual(code, 1)
      assert.include(stderr, "There is no history at")
      assert.isFalse(existsSync(join(empty, "history.sqlite")))
    })
  )
})
