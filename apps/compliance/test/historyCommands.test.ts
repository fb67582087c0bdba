/** `compliance export`, `backup` and `status`, as processes over the history of a real run. */
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openHistory } from "./support/history.ts"
import { compliance, directory, healthy, withEmulator } from "./support/replica.ts"

const config = 'version: 1\njobs: {nightly: {cron: "0 3 1 1 *", manifests: backup.yaml}}\n'
const manifest =
  'version: 1\ndefaults: {enabled: true}\nresources:\n  "=web": {instance: epd1}\n  db: {instance: epd2}\n'

/** A directory in which a job has run once, and what runs commands in it. */
const afterRun = (
  use: (kit: {
    path: string
    run: (...args: ReadonlyArray<string>) => ReturnType<typeof compliance>
  }) => Effect.Effect<void>
) =>
  withEmulator({ resources: [healthy("epd1", { enabled: false }), healthy("epd2")] }, (env) =>
    Effect.gen(function* () {
      const path = directory({ "compliance.yaml": config, "backup.yaml": manifest })
      const run = (name = "", ...args: ReadonlyArray<string>) =>
        compliance([name, "--config", join(path, "compliance.yaml"), ...args], env)
      assert.strictEqual((yield* run("run", "--job", "nightly")).code, 2)
      yield* use({ path, run })
    })
  )

describe("compliance export", () => {
  it.live("writes runs and findings as NDJSON", () =>
    afterRun(({ run }) =>
      Effect.gen(function* () {
        const { code, stdout } = yield* run("export")
        assert.strictEqual(code, 0)
        const lines = stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line))
        assert.deepStrictEqual(
          lines.map(({ type }) => type),
          ["run", "finding"]
        )
        assert.include(lines[0], { job: "nightly", state: "finished", verdict: "drifted" })
        assert.include(lines[1], { address: "=web", instance_id: "epd1", reason_code: "HF001", resolved_at: null })
      })
    )
  )

  it.live("writes a table as CSV, with nothing that a spreadsheet takes for a formula", () =>
    afterRun(({ run }) =>
      Effect.gen(function* () {
        const { code, stdout } = yield* run("export", "--format", "csv", "--of", "findings")
        assert.strictEqual(code, 0)
        const [head, row, end] = stdout.split("\r\n")
        assert.match(head ?? "", /^"finding_id","job","kind","address"/)
        assert.include(row, `"'=web"`)
        assert.strictEqual(end, "")
        const both = yield* run("export", "--format", "csv")
        assert.strictEqual(both.code, 1)
        assert.include(both.stderr, "--of findings")
      })
    )
  )
})

describe("compliance backup", () => {
  it.live("copies the history into a file that only its owner reads, and replaces none", () =>
    afterRun(({ path, run }) =>
      Effect.gen(function* () {
        const copy = join(path, "copy.sqlite")
        assert.strictEqual((yield* run("backup", copy)).code, 0)
        assert.strictEqual(statSync(copy).mode & 0o777, 0o600)
        const runs = yield* Effect.promise(async () => {
          const history = await openHistory(copy)
          const all = await history.runs()
          await history.close()
          return all
        })
        assert.lengthOf(runs, 1)
        const again = yield* run("backup", copy)
        assert.strictEqual(again.code, 1)
        assert.include(again.stderr, "copy.sqlite")
      })
    )
  )

  it.live("says what PostgreSQL has for that", () =>
    Effect.gen(function* () {
      const path = directory({
        "compliance.yaml": `database: postgres://holdfast@127.0.0.1:1/holdfast\n${config}`,
        "backup.yaml": manifest
      })
      const copy = join(path, "copy")
      const { code, stderr } = yield* compliance(["backup", "--config", join(path, "compliance.yaml"), copy])
      assert.strictEqual(code, 1)
      assert.include(stderr, "pg_dump")
      assert.isFalse(existsSync(copy))
    })
  )
})

describe("compliance status", () => {
  it.live("says how each job stands", () =>
    afterRun(({ run }) =>
      Effect.gen(function* () {
        const { code, stdout } = yield* run("status")
        assert.strictEqual(code, 0)
        assert.match(
          stdout,
          /^✗ nightly {2}Drift: 1 of 2 in sync, 1 drifted\n +last result \d{4}-.* UTC, next .* UTC, 1 open finding\n$/
        )
      })
    )
  )
})
