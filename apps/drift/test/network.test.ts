import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { collector } from "./collector.ts"
import { directory, drift, fleetOf, manifestOf, withEmulator } from "./drift.ts"

const fleet = fleetOf(3, (index) => (index === 2 ? { faults: [{ fault: "rate_limited", times: 1 }] } : {}))

describe("telemetry", () => {
  it.live("goes to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, without any secret", () =>
    withEmulator(fleet, (env) =>
      Effect.gen(function* () {
        const { received, url } = yield* collector()
        const cwd = directory({ "backup.yaml": manifestOf(3) })
        const { code, stderr } = yield* drift(["check"], { cwd, env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url } })
        assert.strictEqual(code, 0, stderr)
        const traces = received.get("/v1/traces")?.toString("latin1") ?? ""
        const metrics = received.get("/v1/metrics")?.toString("latin1") ?? ""
        for (const part of [
          "holdfast",
          "CloudBackup.getResource",
          "http.request.method",
          "http.response.status_code",
          "http.request.resend_count",
          "server.address",
          "url.full",
          "error.type",
          "RateLimited"
        ]) {
          assert.include(traces, part)
        }
        for (const part of ["http.client.request.duration", "holdfast.client.retries", "holdfast.client.throttles"]) {
          assert.include(metrics, part)
        }
        for (const sent of [traces, metrics]) {
          assert.notInclude(sent, env.YC_IAM_TOKEN ?? "?")
          assert.notInclude(sent, "Bearer")
          assert.notInclude(sent, "authorization")
        }
      }).pipe(Effect.scoped)
    )
  )

  it.live.each([
    ["is away", "http://127.0.0.1:1"],
    ["is no address", "not a url"]
  ])("of a collector that %s costs nothing but itself", ([, endpoint]) =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const startedAt = performance.now()
        const { code, stderr, stdout } = yield* drift(["check"], {
          cwd,
          env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint as string }
        })
        assert.strictEqual(code, 0, stderr)
        assert.include(stdout, "In sync")
        assert.isAtMost(stderr.split("\n").filter((line) => line !== "").length, 1)
        assert.isBelow(performance.now() - startedAt, 6_000)
      })
    )
  )

  it.live("of a collector that hangs holds the program up by 2 seconds at most, after the result", () =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const { url } = yield* collector(60_000)
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const startedAt = performance.now()
        const { code } = yield* drift(["check"], { cwd, env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url } })
        assert.strictEqual(code, 0)
        assert.isBelow(performance.now() - startedAt, 6_000)
      }).pipe(Effect.scoped)
    )
  )
})

describe("--ca-file", () => {
  it.live("names a file that cannot be used", () =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(1), "empty.pem": "" })
        for (const [args, own] of [
          [["--ca-file", "empty.pem"], {}],
          [[], { HOLDFAST_CA_FILE: "/nowhere.pem" }]
        ] as const) {
          const { code, stderr } = yield* drift(["check", ...args], { cwd, env: { ...env, ...own } })
          assert.strictEqual(code, 1)
          assert.include(stderr, "HOLDFAST_CA_FILE")
          assert.include(stderr, "--ca-file")
        }
      })
    )
  )
})

describe("--timeout", () => {
  it.live.each([
    "stall",
    "slow_headers",
    "slow_body",
    "latency",
    "unavailable",
    "rate_limited",
    "reset",
    "endless_body"
  ] as const)("gives the whole partial report in time under %s", (fault) =>
    withEmulator(
      fleetOf(40, (index) => (index > 20 ? { faults: [{ fault, delay: "30s", retryAfter: 15 }] } : {})),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(40) })
          const startedAt = performance.now()
          const { code, stdout } = yield* drift(["check", "--timeout", "2s", "--format", "json"], { cwd, env })
          const took = performance.now() - startedAt
          const report = JSON.parse(stdout)
          assert.include([3, 0], code)
          assert.lengthOf(report.resources, 40)
          assert.strictEqual(report.summary.compared + report.summary.not_compared, 40)
          assert.isAtLeast(report.summary.compared, 20)
          // Limit and 250 ms; the rest is for starting a process on a machine that runs other tests.
          assert.isAtMost(report.duration_ms, 2_250)
          assert.isAtMost(took, 4_000)
        })
    )
  )

  it.live("counts also while the directory of services does not answer", () =>
    Effect.gen(function* () {
      const server = Http.createServer(() => undefined)
      const port = yield* Effect.callback<number>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
      })
      const cwd = directory({ "backup.yaml": manifestOf(1) })
      const startedAt = performance.now()
      const { code, stderr } = yield* drift(["check", "--timeout", "1s"], {
        cwd,
        env: { YC_ENDPOINT: `http://127.0.0.1:${port}`, YC_IAM_TOKEN: "t1.token" }
      })
      assert.strictEqual(code, 1)
      assert.include(stderr, "time limit")
      assert.isBelow(performance.now() - startedAt, 4_000)
      server.close()
      server.closeAllConnections()
    })
  )
})
