import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import type { Emulator } from "@holdfast/emulator/Emulator"
import { Clock, Effect, Schema } from "effect"
import { directory, drift, healthy, type Result, withEmulator } from "./drift.ts"
import { elsewhere, folderOf, policy, web } from "./groupFleet.ts"

const decode = (text: string) => Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))

/** How often each route was asked, its ids left out. */
const routesOf = Effect.fnUntraced(function* ({ requests }: Emulator["Service"]) {
  const routes: Record<string, number> = {}
  for (const { url } of yield* requests) {
    const route = url.replace(/\?.*/, "").replace(/\/cdg\w+\//, "/*/")
    routes[route] = (routes[route] ?? 0) + 1
  }
  return routes
})

describe("drift check of a folder of 10,000 instances with three groups", () => {
  const tiers = ["gold", "silver", "iron"] as const
  const large = folderOf(10_000, (index) => ({ labels: { env: "prod", tier: tiers[index % 3] ?? "" } }))
  const all = large.instances.map(({ id }) => id)
  const policies = [policy("cdgdaily", all), policy("cdgweekly", all.slice(0, 100)), policy("cdgmonthly", [])]
  const manifest = `version: 1
defaults: {protected: true, maxBackupAge: 26h}
groups:
${tiers.map((tier) => `  ${tier}: {folders: b1g, labels: {tier: ${tier}}, expect: {policies: {atLeast: [daily]}}}`).join("\n")}
`

  it.live(
    "takes ten pages of each list, and a request for each policy and one for all of them",
    () =>
      withEmulator({ ...large, policies }, (env, emulator) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifest })
          const result = yield* drift(["check", "--format", "json"], { cwd, env })
          assert.strictEqual(result.code, 0, result.stderr)
          const { reads, requests, summary } = decode(result.stdout)
          assert.deepStrictEqual([summary.total, summary.in_sync], [10_000, 10_000])
          assert.deepStrictEqual(yield* routesOf(emulator), {
            "/compute/v1/instances": 10,
            "/backup/v1/resources": 10,
            "/backup/v1/policies": 1,
            "/backup/v1/policies/*/applications": policies.length
          })
          assert.deepStrictEqual(
            reads.map(({ folder_id, items, method, requests: count }) => [method, folder_id, count, items]),
            [
              ["Instance.list", "b1g", 10, 10_000],
              ["Policy.list", "b1g", 1, 3],
              ["Policy.listApplications", "b1g", 3, 10_100],
              ["Resource.list", "b1g", 10, 10_000]
            ]
          )
          assert.deepStrictEqual(requests, { sent: reads.reduce((sum, step) => sum + step.requests, 0), retried: 0 })
        })
      ),
    120_000
  )

  it.live(
    "shows so with --explain",
    () =>
      withEmulator({ ...large, policies }, (env) =>
        Effect.gen(function* () {
          const { code, stdout } = yield* drift(["check", "--explain"], {
            cwd: directory({ "backup.yaml": manifest }),
            env
          })
          assert.strictEqual(code, 0)
          assert.deepStrictEqual(
            stdout.split("\n").filter((line) => /^( {2}\w|Reads)/.test(line)),
            [
              "Reads",
              "  Instance.list            b1g  10 requests  10000 found  Only Compute knows which instances there are.",
              "  Policy.list              b1g  1 request    3 found      The manifest says which policies must be applied.",
              "  Policy.listApplications  b1g  3 requests   10100 found  A policy tells all its instances at once, an instance only its own policies.",
              "  Resource.list            b1g  10 requests  10000 found  A page holds a thousand resources, a get one.",
              "  24 planned, 24 sent, 0 of them retries"
            ]
          )
        })
      ),
    120_000
  )
})

describe("drift check while the lists of a folder hang", () => {
  const hanging = { ...folderOf(3), faults: [{ fault: "latency" as const, delay: "5m" }] }
  const manifest = `version: 1\nfolders: {b1g: {unlisted: fail}}\n${web}\n${elsewhere}\n`

  /** Runs it, and sends a signal, if any, once both lists have been asked for. */
  const runHanging = (args: ReadonlyArray<string>, signal?: "SIGINT") =>
    withEmulator(hanging, (env, emulator) =>
      Effect.gen(function* () {
        let signalledAt = 0
        const bothAsked = Effect.gen(function* () {
          while ((yield* emulator.requests).length < 2) yield* Effect.sleep("20 millis")
          signalledAt = yield* Clock.currentTimeMillis
        })
        const cwd = directory({ "backup.yaml": manifest })
        const stop = signal === undefined ? {} : { signal: { name: signal, when: bothAsked } }
        const result: Result = yield* drift(["check", ...args], { cwd, env, ...stop })
        return { ...result, millis: (yield* Clock.currentTimeMillis) - signalledAt }
      })
    )

  const isNothingGreen = (stdout: string, tag: string, code: number, interrupted: boolean) => {
    const report = decode(stdout)
    assert.deepStrictEqual(
      report.resources.map(({ address, error, state }) => [address, state, error?.tag]),
      [
        ["db", "not_compared", tag],
        ["web/* (b1g)", "not_compared", tag]
      ]
    )
    assert.deepStrictEqual([report.exit_code, report.interrupted, report.complete], [code, interrupted, false])
    assert.deepStrictEqual([report.summary.in_sync, report.summary.coverage, report.unlisted], [0, 0, []])
  }

  it.live("exits 130 where it is interrupted, within a second, and nothing is green", () =>
    Effect.gen(function* () {
      const { code, millis, stdout } = yield* runHanging(["--format", "json"], "SIGINT")
      assert.strictEqual(code, 130)
      isNothingGreen(stdout, "Interrupted", 130, true)
      assert.isBelow(millis, 1000)
    })
  )

  it.live("says what was not compared where it is interrupted", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* runHanging([], "SIGINT")
      assert.strictEqual(code, 130)
      assert.include(stdout, "? not compared: db (epddb)")
      assert.include(stdout, "web/* (b1g)")
      assert.include(stdout, "⚠ Interrupted: what is not compared was not read\n⚠ 0 of 2 compared\n")
      assert.notMatch(stdout, /✓|In sync/)
    })
  )

  it.live("exits 1 where its time is up, and nothing is green", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* runHanging(["--timeout", "1s", "--format", "json"])
      assert.strictEqual(code, 1)
      isNothingGreen(stdout, "TimeLimit", 1, false)
    })
  )

  it.live("says what it has read of folders when its time is up, and what it has not", () =>
    withEmulator(
      {
        ...folderOf(2),
        instances: [...folderOf(2).instances, { id: "epd9", folderId: "b1z", name: "vm-9", labels: { env: "prod" } }],
        resources: [...folderOf(2).resources, healthy("epd9", { folderId: "b1z" })],
        // Of six pages in all, two never come.
        pageLimit: 1,
        faults: [{ fault: "latency", delay: "5m", after: 4 }]
      },
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({
            "backup.yaml": "version: 1\ngroups: {a: {folders: b1g}, z: {folders: b1z}}\n"
          })
          const { code, stdout } = yield* drift(["check", "--timeout", "2s", "--format", "json"], { cwd, env })
          const report = decode(stdout)
          assert.strictEqual(code, report.exit_code)
          assert.include([1, 3], code)
          assert.isFalse(report.complete)
          assert.isAbove(report.summary.not_compared, 0)
        })
    )
  )
})
