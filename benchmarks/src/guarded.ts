/**
 * The work that `pnpm bench guard` watches, in one process: each beside a reference, in turns. Prints times in milliseconds.
 */
import { compare } from "@holdfast/check/compare"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import { Transport } from "@holdfast/core/Transport"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import { Effect, Layer, ManagedRuntime, Redacted } from "effect"
import * as JsYaml from "js-yaml"

const count = 1_000
const rounds = 60

const one = (id: string) =>
  `{"computeInstanceId":"${id}","createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-06-01T00:00:00.123456Z","online":true,"enabled":true,"status":"IDLE","statusDetails":"","statusProgress":"0","isActive":true,"initStatus":"REGISTRED","type":"COMPUTE","lastBackupTime":"2026-06-01T00:00:00Z","nextBackupTime":"2026-06-02T00:00:00Z","resourceId":"0b1e9b8c-8e0a-4f6e-9d0d-0f0f0f0f0f0f"}`

const ids = Array.from({ length: count }, (_, index) => `vm-${index}`)
const page = `{"resources":[${ids.map(one).join(",")}]}`
const bodies = new Map(ids.map((id) => [id, `{"resource":${one(id)}}`]))

/** A service that answers at once, so that nothing but the client is measured. */
const transport = Layer.succeed(Transport, {
  keepsTime: true,
  send: ({ url }) =>
    Effect.callback((resume) => {
      const body = url.includes("?") ? page : (bodies.get(url.slice(url.lastIndexOf("/") + 1)) ?? "")
      queueMicrotask(() =>
        resume(Effect.succeed({ status: 200, headers: { "content-type": "application/json" }, body }))
      )
    })
})

const runtime = ManagedRuntime.make(
  CloudBackup.layerNoDeps.pipe(
    Layer.provide(Credentials.layerToken(Redacted.make("t1.benchmark"))),
    Layer.provide(Endpoints.layerAt("http://127.0.0.1:1")),
    Layer.provide(transport)
  )
)
const cloud = await runtime.runPromise(CloudBackup)
const { resources } = await runtime.runPromise(cloud.readFolder("folder"))
const now = Date.parse("2026-06-01T12:00:00Z")

const readFolder = () => runtime.runPromise(Effect.withTracerEnabled(cloud.readFolder("folder"), false))

const readEach = () =>
  runtime.runPromise(
    Effect.forEach(ids, (id) => cloud.getResource(id), { concurrency: 32, discard: true }).pipe(
      Effect.withTracerEnabled(false)
    )
  )

const compareEach = () => {
  for (const resource of resources.values()) {
    const report = compare(
      {
        address: resource.computeInstanceId,
        instance: resource.computeInstanceId,
        expectations: { protected: true, maxBackupAge: 93_600_000 },
        severity: "high",
        source: { path: "backup.yaml", line: 1, column: 1 }
      },
      { _tag: "Found", resource },
      now
    )
    if (report.state !== "in_sync") throw new Error(report.reason)
  }
}

const parseEach = () => {
  for (const body of bodies.values()) JSON.parse(body)
}

const manifest = `version: 1\nresources:\n${ids.map((id) => `  ${id}:\n    instance: ${id}\n    enabled: true\n    status: IDLE\n    maxBackupAge: 26h\n`).join("")}`

type Work = () => unknown

const guarded: ReadonlyArray<readonly [name: string, ours: Work, reference: Work]> = [
  ["decode a page ÷ JSON.parse", readFolder, () => JSON.parse(page)],
  ["read a resource ÷ JSON.parse", readEach, parseEach],
  ["compare a resource ÷ JSON.parse", compareEach, parseEach],
  ["parse a manifest ÷ js-yaml load", () => parse(new SourceText("backup.yaml", manifest)), () => JsYaml.load(manifest)]
]

const timeOf = async (work: Work): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const results: Array<{ readonly name: string; readonly ours: Array<number>; readonly reference: Array<number> }> = []
for (const [name, ours, reference] of guarded) {
  const times = { name, ours: [] as Array<number>, reference: [] as Array<number> }
  for (let round = 0; round < rounds; round++) {
    times.ours.push(await timeOf(ours))
    times.reference.push(await timeOf(reference))
  }
  results.push(times)
}
process.stdout.write(JSON.stringify(results))
await runtime.dispose()
