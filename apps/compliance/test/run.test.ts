import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { openHistory } from "./support/history.ts"
import { compliance, directory, eventually, healthy, start, withEmulator } from "./support/replica.ts"

const configOf = (job: string) => `version: 1\njobs: {nightly: {cron: "0 3 1 1 *", manifests: backup.yaml${job}}}\n`

const manifest =
  "version: 1\ndefaults: {protected: true}\nresources:\n  web-1: {instance: epd1}\n  web-2: {instance: epd2}\n"

const folder = (job = "", text = manifest) => directory({ "compliance.yaml": configOf(job), "backup.yaml": text })

const runIn = (path: string, env: Readonly<Record<string, string>>) =>
  compliance(["run", "--config", join(path, "compliance.yaml"), "--job", "nightly"], env)

const runsIn = (path: string) =>
  Effect.promise(async () => {
    const history = await openHistory(join(path, "history.sqlite"))
    const runs = await history.runs()
    await history.close()
    return runs
  })

describe("compliance run", { timeout: 90_000 }, () => {
  it.live("runs a job once, records it, and exits as drift check does", () =>
    withEmulator({ resources: [healthy("epd1"), healthy("epd2", { enabled: false })] }, (env) =>
      Effect.gen(function* () {
        const path = folder()
        const { code, stderr, stdout } = yield* runIn(path, env)
        assert.strictEqual(stdout, "nightly: drifted\n", stderr)
        assert.strictEqual(code, 2)
        const [run, ...others] = yield* runsIn(path)
        assert.strictEqual(others.length, 0)
        const { exit_code, requests, state, summary, trigger, verdict } = run ?? assert.fail("no run")
        assert.deepStrictEqual(
          { exit_code, state, trigger, verdict },
          { exit_code: 2, state: "finished", trigger: "manual", verdict: "drifted" }
        )
        assert.deepStrictEqual(requests, { sent: 2, retried: 0 })
        assert.strictEqual(summary?.compared, 2)
        const second = yield* runIn(path, env)
        assert.strictEqual(second.code, 2, second.stderr)
        assert.strictEqual((yield* runsIn(path)).length, 2)
      })
    )
  )

  it.live("records a run that cannot begin as failed: a broken manifest, no credentials", () =>
    withEmulator({ resources: [] }, (env) =>
      Effect.gen(function* () {
        const broken = folder("", "version: 1\nresources:\n  web-1: {instans: epd1}\n")
        const first = yield* runIn(broken, env)
        assert.strictEqual(first.code, 1)
        assert.include(first.stdout, "nightly: error: ")
        const [run] = yield* runsIn(broken)
        assert.strictEqual(run?.state, "failed")
        assert.include(run?.why, 'has no field "instans"')
        const { YC_IAM_TOKEN: _, ...tokenless } = env
        const lacking = folder()
        const second = yield* runIn(lacking, tokenless)
        assert.strictEqual(second.code, 1, second.stdout)
        assert.match(
          second.stdout,
          /^nightly: error: 2 of 2 not compared; web-1: It could not be compared: none of YC_IAM_TOKEN, .* is set/
        )
        assert.strictEqual((yield* runsIn(lacking))[0]?.verdict, "error")
      })
    )
  )

  it.live("does not compare what it cannot read before its time is over", () =>
    withEmulator(
      { resources: [healthy("epd1"), healthy("epd2")], faults: [{ fault: "stall", on: "get", after: 1 }] },
      (env) =>
        Effect.gen(function* () {
          const path = folder(", timeout: 4s")
          const { code, stdout } = yield* runIn(path, env)
          assert.strictEqual(code, 3)
          assert.match(stdout, /^nightly: could_not_tell: \d of \d not compared; web-\d: .*\n$/)
          const [run] = yield* runsIn(path)
          assert.strictEqual(run?.complete, false)
          assert.deepStrictEqual([run?.summary?.in_sync, run?.summary?.not_compared], [1, 1])
          const report = yield* Effect.promise(async () => {
            const history = await openHistory(join(path, "history.sqlite"))
            return history.report(run?.run_id ?? "")
          })
          const row = report?.resources.find(({ state }) => state === "not_compared")
          assert.strictEqual(row?.error?.tag, "TimeLimit")
          assert.isBelow(report?.duration_ms ?? 0, 4_500)
        })
    )
  )

  it.live("is judged by the manifest that it began with, though the file is changed meanwhile", () =>
    withEmulator(
      { resources: [healthy("epd1"), healthy("epd2")], faults: [{ fault: "latency", on: "get", delay: "2s" }] },
      (env) =>
        Effect.gen(function* () {
          const path = folder()
          const running = yield* Effect.forkChild(runIn(path, env))
          const file = join(path, "history.sqlite")
          yield* Effect.promise(() =>
            eventually("a part that is read", async () => {
              const history = await openHistory(file)
              const taken = await history.rows(
                (sql) => sql`SELECT number FROM chunks WHERE number > 0 AND taken_at > 0`
              )
              await history.close()
              return taken.length > 0 || undefined
            })
          )
          writeFileSync(join(path, "backup.yaml"), "version: 1\nresources: {other: {instance: epd9}}\n")
          const { code, stdout } = yield* Fiber.join(running)
          assert.strictEqual(stdout, "nightly: in_sync\n")
          assert.strictEqual(code, 0)
          const after = yield* runIn(path, env)
          assert.strictEqual(after.stdout, "nightly: drifted\n")
          const [second, first] = yield* runsIn(path)
          assert.strictEqual(first?.summary?.total, 2)
          assert.strictEqual(second?.summary?.total, 1)
          assert.notStrictEqual(first?.manifest_sha256, second?.manifest_sha256)
        })
    )
  )

  it.live("closes a run that nobody can make a report of, some time after its deadline, and goes on", () =>
    withEmulator({ resources: [healthy("epd1"), healthy("epd2")] }, (env) =>
      Effect.gen(function* () {
        const path = folder()
        const first = yield* runIn(path, env)
        assert.strictEqual(first.code, 0)
        // A run that a version began which this one does not understand, long ago.
        yield* Effect.promise(async () => {
          const history = await openHistory(join(path, "history.sqlite"))
          await history.rows(
            (
              sql
            ) => sql`INSERT INTO runs (run_id, job, tick, trigger_kind, state, planned, created_at, started_at, deadline)
              VALUES ('old', 'nightly', 1, 'schedule', 'running', 1, 1, 1, 2)`
          )
          await history.rows(
            (sql) => sql`INSERT INTO chunks (run_id, number, content_json, done_at, answer_json)
              VALUES ('old', 0, '{"kind":"unheard of"}', 2, '{"unheard":"of"}')`
          )
          await history.close()
        })
        const second = yield* runIn(path, env)
        assert.strictEqual(second.code, 0, second.stderr)
        const old = (yield* runsIn(path)).find(({ run_id }) => run_id === "old")
        assert.deepStrictEqual([old?.state, old?.verdict], ["failed", "error"])
        assert.include(old?.why, "No report could be made of the run")
      })
    )
  )

  it.live("runs a tick once, however often it is told to run what is due, and tells each time what came of it", () =>
    withEmulator({ resources: [healthy("epd1"), healthy("epd2", { enabled: false })] }, (env) =>
      Effect.gen(function* () {
        const path = directory({
          "compliance.yaml":
            'version: 1\njobs: {often: {cron: "0 * * * *", startWithin: 2h, manifests: backup.yaml}}\n',
          "backup.yaml": manifest
        })
        const due = compliance(["run", "--config", join(path, "compliance.yaml"), "--due"], env)
        const first = yield* due
        assert.strictEqual(first.stdout, "often: drifted\n", first.stderr)
        yield* Effect.promise(async () => {
          const history = await openHistory(join(path, "history.sqlite"))
          await history.rows((sql) => sql`UPDATE jobs SET considered_until = considered_until - 3600000`)
          await history.close()
        })
        for (const { code, stderr, stdout } of yield* Effect.all([due, due, due], { concurrency: 2 })) {
          assert.strictEqual(stdout, "often: drifted\n", stderr)
          assert.strictEqual(code, 2)
        }
        const all = yield* runsIn(path)
        assert.deepStrictEqual(all.map(({ trigger }) => trigger).toSorted(), ["manual", "schedule"])
        assert.match(all.find(({ trigger }) => trigger === "schedule")?.tick ?? "", /:00:00.000Z$/)
      })
    )
  )

  it.live("says what it does not know", () =>
    Effect.gen(function* () {
      const path = folder()
      const { code, stderr } = yield* compliance(["run", "--config", join(path, "compliance.yaml"), "--job", "nigthly"])
      assert.strictEqual(code, 1)
      assert.strictEqual(stderr, 'error: There is no job "nigthly" in the configuration\n  Did you mean "nightly"?\n')
      for (const flags of [[], ["--due", "--job", "nightly"]]) {
        const result = yield* compliance(["run", "--config", join(path, "compliance.yaml"), ...flags])
        assert.strictEqual(result.code, 1)
        assert.include(result.stderr, "takes either --job or --due")
      }
    })
  )
})

describe("compliance start", { timeout: 90_000 }, () => {
  const often =
    'version: 1\nserver: {listen: "127.0.0.1:0"}\njobs: {often: {cron: "* * * * * *", manifests: backup.yaml}}\n'

  it.live("runs what is due, and ends with 0 on SIGTERM, with what was under way finished or given back", () =>
    withEmulator(
      { resources: [healthy("epd1"), healthy("epd2")], faults: [{ fault: "latency", on: "get", delay: "600ms" }] },
      (env) =>
        Effect.gen(function* () {
          const path = directory({ "compliance.yaml": often, "backup.yaml": manifest })
          const replica = start(["start", "--config", join(path, "compliance.yaml")], env)
          const log = () => replica.said.stderr
          yield* Effect.promise(() =>
            eventually("two runs", () => (log().match(/is finished/g)?.length ?? 0) >= 2 || undefined)
          )
          const told = performance.now()
          replica.process.kill("SIGTERM")
          assert.strictEqual(yield* Effect.promise(() => replica.ended), 0, log())
          assert.isBelow(performance.now() - told, 5_000)
          const runs = yield* runsIn(path)
          assert.deepStrictEqual(
            [...new Set(runs.map(({ state }) => state))].filter(
              (state) => !["finished", "skipped", "running", "due"].includes(state)
            ),
            []
          )
          // No lease is left that somebody would have to wait for.
          const leased = yield* Effect.promise(async () => {
            const history = await openHistory(join(path, "history.sqlite"))
            return history.rows((sql) => sql`SELECT id FROM holdfast_steps WHERE acquired_by IS NOT NULL`)
          })
          assert.strictEqual(leased.length, 0)
          assert.notInclude(log(), "level=ERROR")
        })
    )
  )

  it.live("ends at once on a second signal", () =>
    withEmulator({ resources: [healthy("epd1")], faults: [{ fault: "stall", on: "get" }] }, (env) =>
      Effect.gen(function* () {
        const path = directory({ "compliance.yaml": often, "backup.yaml": manifest })
        const replica = start(["start", "--config", join(path, "compliance.yaml")], env)
        yield* Effect.promise(() =>
          eventually("a run that is under way", async () => {
            const history = await openHistory(join(path, "history.sqlite"))
            const taken = await history.rows(
              (sql) => sql`SELECT run_id FROM chunks WHERE number > 0 AND taken_at IS NOT NULL`
            )
            await history.close()
            return taken.length > 0 || undefined
          })
        )
        const told = performance.now()
        replica.process.kill("SIGTERM")
        yield* Effect.sleep("700 millis")
        replica.process.kill("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => replica.ended), 130)
        assert.isBelow(performance.now() - told, 2_000)
      })
    )
  )
})
