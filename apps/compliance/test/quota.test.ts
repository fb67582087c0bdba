import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openHistory } from "./support/history.ts"
import { directory, eventually, healthy, start, withEmulator } from "./support/replica.ts"

const count = 1_200
const numbers = Array.from({ length: count }, (_, index) => index)

const manifest = ["version: 1", "resources:", ...numbers.map((at) => `  vm-${at}: {instance: s${at}}`)].join("\n")

const config = [
  "version: 1",
  'server: {listen: "127.0.0.1:0"}',
  "quota: {requestsPerSecond: 180}",
  'jobs: {all: {cron: "*/2 * * * * *", manifests: backup.yaml}}'
].join("\n")

describe("a quota", () => {
  it.live(
    "is kept by three replicas together, of a service that refuses what is more",
    () =>
      withEmulator(
        {
          resources: numbers.map((at) => healthy(`s${at}`, { folderId: `f${at}` })),
          rateLimit: { perSecond: 200, burst: 40 }
        },
        (env) =>
          Effect.promise(async () => {
            const path = directory({ "compliance.yaml": config, "backup.yaml": manifest })
            const replicas = [1, 2, 3].map(() => start(["start", "--config", join(path, "compliance.yaml")], env))
            const history = await eventually("a history", () =>
              openHistory(join(path, "history.sqlite")).catch(() => undefined)
            )
            const workers = new Set<string>()
            // The second one: by then all of them are there.
            const runs = await eventually(
              "two finished runs",
              async () => {
                const taken = await history.rows<{ worker: string }>(
                  (sql) => sql`SELECT worker FROM chunks WHERE number > 0 AND worker IS NOT NULL`
                )
                for (const { worker } of taken) workers.add(worker)
                const finished = (await history.runs()).filter(({ state }) => state === "finished")
                return finished.length >= 2 ? finished : undefined
              },
              90_000
            )
            const reports = await Promise.all(runs.map(({ run_id }) => history.report(run_id)))
            for (const { process } of replicas) process.kill("SIGKILL")
            await history.close()
            // No faster than it may be: none is refused.
            const least = (count / 180) * 1_000
            for (const report of reports) {
              assert.deepStrictEqual([report?.exit_code, report?.summary.compared], [0, count])
              assert.strictEqual(report?.requests.retried, 0)
              assert.isAtLeast(report?.requests.sent ?? 0, count)
              assert.isAtLeast(report?.duration_ms ?? 0, least)
            }
            assert.isAtLeast(workers.size, 2, "several replicas shared the reading")
          })
      ),
    120_000
  )
})
