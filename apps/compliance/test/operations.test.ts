/** What supervisors and collectors are told, by the service as a process. */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { vi } from "vitest"
import { postgresServer } from "../../../packages/history/test/support/databases.ts"
import { exposition } from "../src/operations/exposition.ts"
import { healthRoutes, Pulse } from "../src/operations/health.ts"
import { Dashboard } from "../src/server/Dashboard.ts"
import { open } from "./support/dashboard.ts"
import { parse } from "./support/exposition.ts"
import { openHistory } from "./support/history.ts"
import { Hands, historyAt } from "./support/months.ts"
import { compliance, directory, eventually, healthy, type Replica, start, withEmulator } from "./support/replica.ts"

const token = "canary-3f6c1a0d9b7e4c52"
const manifest =
  "version: 1\ndefaults: {protected: true}\nresources:\n  web-1: {instance: epd1}\n  web-2: {instance: epd2}\n"

const configOf = (more: ReadonlyArray<string> = []) =>
  [
    "version: 1",
    'jobs: {often: {cron: "*/2 * * * * *", manifests: backup.yaml, retryPolicy: none}}',
    'server: {listen: "127.0.0.1:0", tokens: {prometheus: {env: PROMETHEUS_TOKEN}}}',
    ...more
  ].join("\n")

const logOf = ({ said }: Replica) =>
  said.stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Record<string, unknown> => JSON.parse(line))

/** A service at work, and where it listens; stopped when `use` has ended. */
const serving = <A>(
  env: Readonly<Record<string, string>>,
  config: string,
  use: (service: {
    readonly replica: Replica
    readonly path: string
    readonly ask: (path: string) => Promise<{ readonly status: number; readonly text: string; readonly type: string }>
  }) => Promise<A>
) =>
  Effect.promise(async () => {
    const path = directory({ "compliance.yaml": config, "backup.yaml": manifest })
    const replica = start(["start", "--config", join(path, "compliance.yaml")], { ...env, PROMETHEUS_TOKEN: token })
    try {
      const url = await eventually(
        "the address",
        () => /the dashboard is at (http:\/\/[^"\s]+)/.exec(replica.said.stderr)?.[1]
      )
      return await use({
        replica,
        path,
        ask: async (asked) => {
          const response = await fetch(`${url}${asked}`, { headers: { authorization: `Bearer ${token}` } })
          return {
            status: response.status,
            text: await response.text(),
            type: response.headers.get("content-type") ?? ""
          }
        }
      })
    } finally {
      replica.process.kill("SIGTERM")
      await replica.ended
    }
  })

const fleet = {
  resources: [healthy("epd1"), healthy("epd2", { enabled: false, faults: [{ fault: "forbidden", after: 1 }] })]
}

describe("compliance start", () => {
  it.live("gives metrics that a strict scraper takes, to those alone who may see the dashboard", () =>
    withEmulator(fleet, (env) =>
      serving(env, configOf(), async ({ ask, replica }) => {
        await eventually("two runs", () => (replica.said.stderr.match(/is finished/g)?.length ?? 0) >= 2 || undefined)
        const { status, text, type } = await ask("/metrics")
        assert.strictEqual(status, 200)
        assert.strictEqual(type, "text/plain; version=0.0.4; charset=utf-8")
        const series = parse(text)
        const value = (name: string, labels: Readonly<Record<string, string>>) =>
          series.find(
            (one) => one.name === name && Object.entries(labels).every(([label, of]) => one.labels[label] === of)
          )?.value
        assert.strictEqual(value("holdfast_database_up", {}), 1)
        assert.strictEqual(value("holdfast_resources", { job: "often", state: "in_sync" }), 1)
        assert.strictEqual(value("holdfast_resources", { job: "often", state: "not_compared" }), 1)
        assert.strictEqual(value("holdfast_runs_total", { job: "often", state: "finished", verdict: "drifted" }), 1)
        assert.isAtLeast(value("holdfast_runs_total", { job: "often", verdict: "could_not_tell" }) ?? 0, 1)
        assert.strictEqual(value("holdfast_runs_total", { job: "often", state: "missed", verdict: "none" }), 0)
        assert.strictEqual(value("holdfast_last_run_verdict", { job: "often", verdict: "could_not_tell" }), 1)
        assert.isAtLeast(value("holdfast_run_duration_seconds_count", { job: "often" }) ?? 0, 2)
        assert.isAtLeast(value("holdfast_api_requests_total", { job: "often" }) ?? 0, 4)
        assert.isAtLeast(value("holdfast_api_errors_total", { job: "often", error: "PermissionDenied" }) ?? 0, 1)
        assert.isAbove(value("holdfast_last_run_timestamp_seconds", { job: "often" }) ?? 0, Date.now() / 1000 - 60)
        assert.strictEqual(value("holdfast_outbox_messages", { state: "given_up" }), 0)
        // The first run found drift, and the later ones could not tell whether it is still there.
        assert.strictEqual(value("holdfast_open_findings", { job: "often", severity: "high" }), 2)
        for (const { labels } of series) assert.include([undefined, "often"], labels.job)
      })
    )
  )

  it.live("is ready where its database is of its version, and says why where it is not", () =>
    withEmulator(fleet, (env) =>
      serving(env, configOf(), async ({ ask, path }) => {
        assert.strictEqual((await ask("/healthz")).status, 200)
        assert.strictEqual((await ask("/readyz")).status, 200)
        const history = await openHistory(join(path, "history.sqlite"))
        await history.rows((sql) => sql`INSERT INTO holdfast_migrations (migration_id, name) VALUES (9999, 'newer')`)
        await history.close()
        const { status, text } = await ask("/readyz")
        assert.strictEqual(status, 503)
        assert.include(text, "the database is of another version")
        assert.strictEqual((await ask("/healthz")).status, 200)
      })
    )
  )

  it.live("logs a JSON object a line, with the job and the run of each step, and no secret", () =>
    withEmulator(fleet, (env) =>
      serving({ ...env, HOLDFAST_LOG_LEVEL: "trace" }, configOf(), async ({ ask, replica }) => {
        await eventually("a run", () => /is finished/.exec(replica.said.stderr) ?? undefined)
        await ask(`/login?token=${token}`)
        const finished = logOf(replica).find(({ message }) => String(message).includes("is finished"))
        assert.strictEqual(finished?.job, "often")
        assert.match(String(finished?.run_id), /^[0-9a-f-]{36}$/)
        assert.notInclude(replica.said.stderr, "canary")
        assert.notInclude(replica.said.stderr, env.YC_IAM_TOKEN ?? "emulator-token")
      })
    )
  )

  it.live("throws away what is older than is kept, but for what tells how a job is now", () =>
    withEmulator(fleet, (env) =>
      Effect.gen(function* () {
        const rare =
          'version: 1\njobs: {rare: {cron: "0 0 29 2 *", manifests: backup.yaml}}\nserver: {listen: "127.0.0.1:0"}\n'
        const path = directory({
          "compliance.yaml": `${rare}retention: {runs: 1s, rows: 1s}\n`,
          "backup.yaml": manifest
        })
        const command = (name: string) => [name, "--config", join(path, "compliance.yaml")]
        for (let nth = 0; nth < 3; nth++) yield* compliance([...command("run"), "--job", "rare"], env)
        const replica = start(command("start"), env)
        const said = yield* Effect.promise(() =>
          eventually("retention", () => /Retention: [^"]*/.exec(replica.said.stderr)?.[0])
        )
        replica.process.kill("SIGTERM")
        yield* Effect.promise(() => replica.ended)
        assert.match(said, /^Retention: 2 runs, /)
      })
    )
  )

  it.live("refuses a level of the log that there is none", () =>
    Effect.promise(async () => {
      const replica = start(["validate"], { HOLDFAST_LOG_LEVEL: "loud" })
      assert.strictEqual(await replica.ended, 1)
      assert.match(replica.said.stderr, /HOLDFAST_LOG_LEVEL is no level of a log: .*loud/)
      assert.include(replica.said.stderr, "trace, debug, info, warn, error, none")
    })
  )

  it.live("exports traces and metrics to the collector that the environment names", () =>
    withEmulator(fleet, (env) =>
      Effect.promise(async () => {
        const received = new Map<string, string>()
        const server = createServer(async (request: IncomingMessage, response) => {
          const chunks: Array<Buffer> = []
          for await (const chunk of request) chunks.push(chunk)
          const before = received.get(request.url ?? "") ?? ""
          received.set(request.url ?? "", before + Buffer.concat(chunks).toString("latin1"))
          response.end()
        })
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
        const { port } = server.address() as AddressInfo
        const collector = {
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
          OTEL_METRIC_EXPORT_INTERVAL: "500"
        }
        await Effect.runPromise(
          serving({ ...env, ...collector }, configOf(), async ({ replica }) => {
            await eventually("a run", () => /is finished/.exec(replica.said.stderr) ?? undefined)
          })
        )
        server.close()
        assert.include(received.get("/v1/metrics"), "holdfast_runs_total")
        assert.include(received.get("/v1/traces"), "RunStore.finish")
        assert.include(received.get("/v1/traces"), "holdfast-compliance")
        assert.notInclude([...received.values()].join(), "canary")
      })
    )
  )
})

describe("compliance start on PostgreSQL", () => {
  const server = postgresServer()

  it.live(
    "says that the database is away while it is, in few words, and is ready again afterwards",
    () =>
      withEmulator(fleet, (env) =>
        Effect.promise(async () => {
          await server().createDatabase("operations")
          const url = new URL(server().url("operations"))
          const secret = { HOLDFAST_DATABASE_PASSWORD: decodeURIComponent(url.password) }
          url.password = ""
          const database = `database: ${url.href}`
          await Effect.runPromise(
            serving({ ...env, ...secret }, configOf([database]), async ({ ask, replica }) => {
              await eventually("readiness", async () => (await ask("/readyz")).status === 200 || undefined)
              await server().stop()
              const { text } = await eventually("not ready", async () => {
                const answer = await ask("/readyz")
                return answer.status === 503 ? answer : undefined
              })
              assert.include(text, '"name":"database","ok":false')
              // Anybody may ask: where the database is, and as whom, is in the log alone.
              for (const inside of [url.port, url.username]) assert.notInclude(text, inside)
              assert.match(replica.said.stderr, /ECONNREFUSED|terminat|connection/i)
              assert.deepInclude(parse((await ask("/metrics")).text), {
                name: "holdfast_database_up",
                labels: {},
                value: 0
              })
              assert.strictEqual((await ask("/healthz")).status, 200)
              await new Promise((resolve) => setTimeout(resolve, 3_000))
              await server().start()
              await eventually("readiness", async () => (await ask("/readyz")).status === 200 || undefined)
              assert.notInclude(replica.said.stderr, "node_modules")
              assert.isBelow(logOf(replica).length, 60)
            })
          )
        })
      ),
    120_000
  )

  it.live(
    "is waited for by a run by hand, which goes on with it",
    () =>
      withEmulator(
        {
          resources: [healthy("epd1"), healthy("epd2")],
          faults: [{ fault: "latency", delay: "2s", on: "get" }]
        },
        (env) =>
          Effect.promise(async () => {
            await server().createDatabase("outage")
            const url = server().url("outage")
            const password = decodeURIComponent(new URL(url).password)
            const database = `database: ${url.replace(/:[^:@]*@/, "@")}`
            const path = directory({ "compliance.yaml": configOf([database]), "backup.yaml": manifest })
            const replica = start(["run", "--config", join(path, "compliance.yaml"), "--job", "often"], {
              ...env,
              HOLDFAST_DATABASE_PASSWORD: password
            })
            const history = await openHistory(url)
            await eventually("a part that is read", async () => {
              const taken = await history
                .rows((sql) => sql`SELECT number FROM chunks WHERE number > 0 AND taken_at > 0`)
                .catch(() => [])
              return taken.length > 0 || undefined
            })
            await history.close()
            await server().stop()
            // Longer than a single question is asked again.
            await new Promise((resolve) => setTimeout(resolve, 9_000))
            await server().start()
            assert.strictEqual(await replica.ended, 0, replica.said.stderr)
            assert.strictEqual(replica.said.stdout, "often: in_sync\n")
          })
      ),
    120_000
  )
})

describe("/readyz", () => {
  it.live("says so where the clock of the replica is stuck", () =>
    Effect.gen(function* () {
      const { url } = yield* Dashboard
      const ask = () => Effect.promise(async () => (await fetch(`${url}/readyz`)).text())
      assert.include(yield* ask(), '"status":"ready"')
      const now = performance.now()
      const clock = vi.spyOn(performance, "now").mockReturnValue(now + 31_000)
      assert.include(yield* ask(), '"name":"clock","ok":false,"detail":"no turn has succeeded for 31 s')
      clock.mockRestore()
    }).pipe(
      Effect.provide(
        Dashboard.layer({ server: open, jobs: [] }, healthRoutes(new Pulse())).pipe(
          Layer.provideMerge(historyAt(new Hands(Date.now(), join(directory({}), "history.sqlite")))),
          Layer.provide(NodeFileSystem.layer)
        )
      )
    )
  )
})

describe("exposition", () => {
  it("escapes what stands in labels, and leaves out what has no samples", () => {
    const name = 'a "job"\\with\nall \ud800 of it'
    const family = { name: "holdfast_x", help: "Of a\nline \\ and", type: "gauge" } as const
    const text = exposition([
      { ...family, samples: [{ labels: { job: name }, value: 0.5 }] },
      { ...family, name: "holdfast_y", samples: [] }
    ])
    assert.deepStrictEqual(parse(text), [
      { name: "holdfast_x", labels: { job: 'a "job"\\with\nall \ufffd of it' }, value: 0.5 }
    ])
    assert.notInclude(text, "holdfast_y")
  })
})
