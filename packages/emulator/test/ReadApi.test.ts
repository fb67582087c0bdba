import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import { Effect, Layer, Redacted, Stream } from "effect"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"
import { type Faults, seen, sent, tagged, transport, withPolicy } from "./harness.ts"

const seed = (faults: Faults = []) =>
  Seed.make({
    faults,
    resources: [{ computeInstanceId: "web", folderId: "b1g" }],
    tasks: Array.from({ length: 250 }, (_, index) => ({
      id: 9_007_199_254_740_000 + index,
      computeInstanceId: "web",
      policyId: "daily",
      type: "BACKUP",
      status: "COMPLETED",
      resultCode: index === 0 ? "ERROR" : "OK",
      error: index === 0 ? "disk full" : "",
      progress: { current: 3, total: 4 },
      completedAt: "2026-03-05T07:05:10.391904178Z"
    })),
    policies: [
      {
        id: "daily",
        folderId: "b1g",
        name: "Every day",
        enabled: true,
        settings: {
          compression: "NORMAL",
          scheduling: { enabled: true, scheme: "SIMPLE" },
          retention: { rules: [{ maxAge: { type: "DAYS", count: "35" } }, { maxCount: "7" }] }
        },
        applications: [
          { computeInstanceId: "web", enabled: true, status: "OK" },
          { computeInstanceId: "new", isProcessing: true }
        ]
      },
      { id: "idle", folderId: "b1g", name: "Idle" },
      { id: "elsewhere", folderId: "b2g" }
    ],
    instances: [
      ...Array.from({ length: 150 }, (_, index) => ({
        id: `vm-${index}`,
        folderId: "b1g",
        name: `web-${index}`,
        labels: { env: "prod" },
        status: "RUNNING"
      })),
      { id: "other", folderId: "b2g", status: "RENAMED_LATER" }
    ]
  })

/** Both clients over one transport and one set of credentials, on an emulator. */
const clients = (faults?: Faults) =>
  Layer.unwrap(
    Effect.map(Emulator, ({ url }) =>
      Layer.mergeAll(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
        Layer.provide(Credentials.layerToken(Redacted.make(Seed.defaultToken))),
        Layer.provide(Endpoints.layerAt(url)),
        Layer.provide(transport)
      )
    )
  ).pipe(Layer.provideMerge(Emulator.layer(seed(faults))))

const cloud = Effect.flatMap(Effect.all([CloudBackup, Compute]), ([backup, compute]) =>
  Effect.succeed({ backup, compute })
)

/** Fields without their class and brands. */
const plain = (fields: object): Readonly<Record<string, unknown>> => ({ ...fields })

const paths = Effect.map(seen, (requests) => requests.map(({ url }) => url))

describe("CloudBackup.listTasks", () => {
  it.live("gives pages of tasks with ids beyond 2^53, times to the nanosecond and results", () =>
    Effect.gen(function* () {
      const { backup } = yield* cloud
      const pages = yield* Stream.runCollect(backup.listTasks("web", { pageSize: 100 }))
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [100, 100, 50]
      )
      const [first, second] = pages.flat()
      assert.strictEqual(first?.id, 9_007_199_254_740_000n)
      assert.deepInclude(plain({ ...first, progress: { ...first?.progress } }), {
        computeInstanceId: "web",
        policyId: "daily",
        type: "BACKUP",
        status: "COMPLETED",
        resultCode: "ERROR",
        error: "disk full",
        completedAt: "2026-03-05T07:05:10.391904178Z",
        progress: { current: 3n, total: 4n }
      })
      assert.deepInclude({ ...second }, { resultCode: "OK", error: "" })
      assert.strictEqual((yield* paths)[0], "/backup/v1/resources/web/tasks?pageSize=100")
    }).pipe(Effect.provide(clients()))
  )
})

describe("CloudBackup.listPolicies", () => {
  it.live("gives those of a folder, or of an instance, with what a check reads of their settings", () =>
    Effect.gen(function* () {
      const { backup } = yield* cloud
      const ofFolder = yield* backup.listPolicies({ folderId: "b1g" })
      assert.deepStrictEqual(
        ofFolder.map(({ enabled, id, name }) => [id, name, enabled]),
        [
          ["daily", "Every day", true],
          ["idle", "Idle", false]
        ]
      )
      const [daily, idle] = ofFolder
      assert.isTrue(daily?.settings?.scheduling?.enabled)
      assert.deepStrictEqual(
        daily?.settings?.retention?.rules.map(({ maxAge, maxCount }) => [maxAge?.type, maxAge?.count, maxCount]),
        [
          ["DAYS", 35n, undefined],
          [undefined, undefined, 7n]
        ]
      )
      assert.isUndefined(idle?.settings)
      const ofInstance = yield* backup.listPolicies({ computeInstanceId: "web" })
      assert.deepStrictEqual(
        ofInstance.map(({ id }) => id),
        ["daily"]
      )
      assert.deepStrictEqual(yield* backup.listPolicies({ computeInstanceId: "unknown" }), [])
    }).pipe(Effect.provide(clients()))
  )
})

describe("CloudBackup.listPolicyApplications", () => {
  it.live("leaves out those being bound, unless they are asked for", () =>
    Effect.gen(function* () {
      const { backup } = yield* cloud
      const applied = yield* backup.listPolicyApplications("daily")
      assert.deepStrictEqual(
        applied.map(({ computeInstanceId, enabled, isProcessing, status }) => [
          computeInstanceId,
          enabled,
          status,
          isProcessing
        ]),
        [["web", true, "OK", false]]
      )
      const all = yield* backup.listPolicyApplications("daily", { showProcessing: true })
      assert.deepStrictEqual(
        all.map(({ computeInstanceId, isProcessing }) => [computeInstanceId, isProcessing]),
        [
          ["web", false],
          ["new", true]
        ]
      )
      const error = yield* Effect.flip(backup.listPolicyApplications("nothing"))
      assert.include(tagged(error, "ResourceNotFound"), { status: 404, attempts: 1 })
      assert.include(error.message, "The service does not know it")
    }).pipe(Effect.provide(clients()))
  )
})

describe("Compute.listInstances", () => {
  it.live("gives pages of instances with their labels, and what a filter leaves", () =>
    Effect.gen(function* () {
      const { compute } = yield* cloud
      const pages = yield* Stream.runCollect(compute.listInstances({ folderId: "b1g", pageSize: 100 }))
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [100, 50]
      )
      assert.deepInclude(plain({ ...pages[0]?.[0] }), {
        id: "vm-0",
        name: "web-0",
        labels: { env: "prod" },
        status: "RUNNING"
      })
      const named = yield* Stream.runCollect(compute.listInstances({ folderId: "b1g", filter: 'name="web-7"' }))
      assert.deepStrictEqual(
        named.flat().map(({ id }): string => id),
        ["vm-7"]
      )
      const other = yield* Stream.runCollect(compute.listInstances({ folderId: "b2g" }))
      assert.deepInclude({ ...other.flat()[0] }, { status: "RENAMED_LATER", labels: {} })
      const error = yield* Effect.flip(
        Stream.runDrain(compute.listInstances({ folderId: "b1g", filter: "labels.env" }))
      )
      assert.deepStrictEqual(
        tagged(error, "InvalidRequest").fieldViolations.map(({ field }) => field),
        ["filter"]
      )
    }).pipe(Effect.provide(clients()))
  )

  it.live("shares its tokens, counters and transport with CloudBackup, and names its own role", () =>
    Effect.gen(function* () {
      const { backup, compute } = yield* cloud
      yield* backup.getResource("web")
      const error = yield* Effect.flip(Stream.runDrain(compute.listInstances({ folderId: "b1g" })))
      assert.include(tagged(error, "PermissionDenied").remedy, "compute.viewer")
      assert.deepStrictEqual(yield* sent, { sent: 2, retried: 0 })
    }).pipe(Effect.provide(clients([{ fault: "forbidden", on: "instances" }])))
  )
})

type Call = (clients: Effect.Success<typeof cloud>, id: string) => Effect.Effect<unknown, CloudBackupError>

const calls: Readonly<Record<string, Call>> = {
  getResource: ({ backup }, id) => backup.getResource(id),
  listResources: ({ backup }, folderId) => Stream.runDrain(backup.listResources({ folderId })),
  readFolder: ({ backup }, id) => backup.readFolder(id),
  listTasks: ({ backup }, id) => Stream.runDrain(backup.listTasks(id)),
  "listPolicies of a folder": ({ backup }, folderId) => backup.listPolicies({ folderId }),
  "listPolicies of an instance": ({ backup }, computeInstanceId) => backup.listPolicies({ computeInstanceId }),
  listPolicyApplications: ({ backup }, id) => backup.listPolicyApplications(id),
  listInstances: ({ compute }, folderId) => Stream.runDrain(compute.listInstances({ folderId }))
}

describe("every read", () => {
  it.live.each(Object.entries(calls))("%s lets no id walk the path", ([, call]) =>
    Effect.gen(function* () {
      const both = yield* cloud
      for (const id of ["..", ".", "", "a/b", "a?b", "a#b", "a%2fb", "A", "ё", `${"a".repeat(51)}`]) {
        const error = tagged(yield* Effect.flip(call(both, id)), "InvalidRequest")
        assert.strictEqual(error.attempts, 0)
        assert.strictEqual(error.fieldViolations.length, 1)
      }
      assert.deepStrictEqual(yield* seen, [])
    }).pipe(Effect.provide(clients()), withPolicy({}))
  )

  it.live.each(Object.entries(calls))("%s is repeated in passing trouble, and says who may not", ([, call]) =>
    Effect.gen(function* () {
      const both = yield* cloud
      const error = yield* Effect.flip(call(both, "web"))
      assert.include(tagged(error, "PermissionDenied"), { status: 403, attempts: 3 })
      assert.strictEqual((yield* seen).length, 3)
    }).pipe(
      Effect.provide(
        clients([
          { fault: "unavailable", times: 2 },
          { fault: "forbidden", after: 2 }
        ])
      ),
      withPolicy({})
    )
  )
})
