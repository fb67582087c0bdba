import { assert, describe, expect, it } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { directory, drift, healthy, transcript, withEmulator } from "./drift.ts"

type Parts = typeof Seed.Seed.Encoded

/** A machine that Cloud Backup knows all about, in steps that a slow run does not reach. */
const known: Parts = {
  resources: [
    healthy("epd1", {
      folderId: "b1gexample",
      type: "COMPUTE",
      lastBackupTime: "-3h30s",
      nextBackupTime: "+21h30s",
      resourceId: "68b1e3f7-a855-45c7-8daf-000000000001",
      agentInfo: { currentVersion: "16.2.1", latestVersion: "16.3.0", canUpdate: true }
    })
  ],
  policies: [
    {
      id: "cdgdaily",
      name: "Every day",
      enabled: true,
      settings: { scheduling: { enabled: true }, retention: { rules: [{ maxCount: "7" }] } },
      applications: [{ computeInstanceId: "epd1" }]
    },
    {
      id: "cdgbyhand",
      name: "По требованию",
      settings: { scheduling: {}, retention: { rules: [{ maxAge: { type: "MONTHS", count: "1" } }] } },
      applications: [{ computeInstanceId: "epd1" }]
    },
    { id: "cdgother", name: "of another machine", applications: [{ computeInstanceId: "epd2" }] }
  ],
  tasks: [
    {
      id: 4,
      computeInstanceId: "epd1",
      type: "RECOVERY",
      status: "STARTED",
      progress: { current: 42, total: 100 },
      startedAt: "-65m30s"
    },
    {
      id: 3,
      computeInstanceId: "epd1",
      type: "BACKUP",
      status: "COMPLETED",
      resultCode: "OK",
      completedAt: "-3h"
    },
    {
      id: 2,
      computeInstanceId: "epd1",
      type: "BACKUP",
      status: "COMPLETED",
      resultCode: "ERROR",
      completedAt: "-27h",
      error: "no space is left on /dev/vdb"
    },
    { id: 1, computeInstanceId: "epd2", type: "BACKUP", status: "COMPLETED", resultCode: "OK", completedAt: "-1h" }
  ]
}

/** The same, with `faults`. */
const struck = (...faults: NonNullable<Parts["faults"]>): Parts => ({ ...known, faults })

const forbiddenTasks = struck({ fault: "forbidden", on: "tasks" })

const neverBackedUp: Parts = {
  resources: [
    {
      computeInstanceId: "epd1",
      createdAt: "-12d",
      online: true,
      enabled: true,
      status: "OTHER",
      statusDetails: "no_policies_applied",
      isActive: true,
      initStatus: "REGISTRED"
    }
  ]
}

/** What `drift show` makes of `epd1` in the cloud of `seed`. */
const show = (seed: Parts, args: ReadonlyArray<string> = [], own: Readonly<Record<string, string>> = {}) =>
  withEmulator(seed, (env, emulator) =>
    Effect.gen(function* () {
      const result = yield* drift(["show", "epd1", "--retry-policy", "none", ...args], { env: { ...env, ...own } })
      return { ...result, requests: yield* emulator.requests }
    })
  )

/** What moves the cursor, hides or reorders text, or is run by a build server. */
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u{e0041}]|##vso\[|^\s*::/mu

const line = (text: string, name: string): string | undefined =>
  text.split("\n").find((line) => line.startsWith(`  ${name} `))

describe("drift show", () => {
  it.live.each([
    ["healthy", known, 0],
    ["never-backed-up", neverBackedUp, 0],
    ["forbidden-tasks", forbiddenTasks, 3]
  ] as const)("of what is %s reads as agreed", ([name, seed, code]) =>
    Effect.gen(function* () {
      const result = yield* show(seed)
      assert.strictEqual(result.code, code, result.stderr)
      yield* Effect.promise(() =>
        expect(transcript("drift show epd1 --retry-policy none", result)).toMatchFileSnapshot(
          `snapshots/show/${name}.txt`
        )
      )
    })
  )

  it.live("sends three requests, and asks for no more tasks than it shows", () =>
    Effect.gen(function* () {
      const { requests } = yield* show(known)
      assert.deepStrictEqual(requests.map(({ url }) => url).toSorted(), [
        "/backup/v1/policies?computeInstanceId=epd1",
        "/backup/v1/resources/epd1/tasks?pageSize=10",
        "/backup/v1/resources/epd1?includeTenantInfo=true"
      ])
    })
  )

  it.live("shows ten tasks, or as many as are asked for", () =>
    Effect.gen(function* () {
      const tasks = Array.from({ length: 25 }, (_, index) => ({ id: 100 - index, computeInstanceId: "epd1" }))
      const idsOf = (stdout: string) => JSON.parse(stdout).tasks.map(({ id }: { id: string }) => Number(id))
      const json = ["--format", "json"]
      const ids = tasks.map(({ id }) => id)
      const ten = yield* show({ ...known, tasks }, json)
      assert.deepStrictEqual(idsOf(ten.stdout), ids.slice(0, 10))
      const twelve = yield* show({ ...known, tasks }, [...json, "--tasks", "12"])
      assert.deepStrictEqual(idsOf(twelve.stdout), ids.slice(0, 12))
      // A service may answer with more than was asked for, and with a page that is empty though it is not the last one.
      const big = yield* show({ ...known, tasks, faults: [{ fault: "big_page", on: "tasks" }] }, json)
      assert.deepStrictEqual(idsOf(big.stdout), ids.slice(0, 10))
      const late = yield* show({ ...known, tasks, faults: [{ fault: "empty_page", on: "tasks", times: 2 }] }, json)
      assert.deepStrictEqual([late.code, idsOf(late.stdout)], [0, ids.slice(0, 10)])
    })
  )

  it.live("writes JSON with the fields of the API", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* show(known, ["--format", "json"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const report = JSON.parse(stdout)
      assert.deepInclude(report, {
        format_version: "1.1",
        instance_id: "epd1",
        complete: true,
        emulator: null,
        diagnostics: []
      })
      assert.deepInclude(report.resource, {
        computeInstanceId: "epd1",
        online: true,
        statusProgress: "0",
        tenantInfo: { folderId: "b1gexample", personalTenantId: "", userId: "" },
        agentInfo: { currentVersion: "16.2.1", latestVersion: "16.3.0", canUpdate: true }
      })
      assert.deepStrictEqual(
        report.policies.map(({ id, settings }: { id: string; settings: unknown }) => [id, settings]),
        [
          ["cdgdaily", { scheduling: { enabled: true }, retention: { rules: [{ maxCount: "7" }] } }],
          [
            "cdgbyhand",
            { scheduling: { enabled: false }, retention: { rules: [{ maxAge: { type: "MONTHS", count: "1" } }] } }
          ]
        ]
      )
      assert.deepInclude(report.tasks[0], { id: "4", progress: { current: "42", total: "100" }, error: "" })
      for (const time of [report.timestamp, report.resource.lastBackupTime, report.tasks[1].completedAt]) {
        assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      }
      const empty = JSON.parse((yield* show(neverBackedUp, ["--format", "json"])).stdout)
      assert.deepStrictEqual([empty.policies, empty.tasks], [[], []])
    })
  )

  it.live("reckons ages by the service's clock, and says that this machine's is wrong", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* show({ ...known, clock: "-2d" })
      assert.strictEqual(code, 0)
      assert.match(line(stdout, "last backup") ?? "", /^ {2}last backup {3}3h ago \(/)
      assert.match(line(stdout, "next backup") ?? "", /^ {2}next backup {3}in 21h \(/)
      assert.match(stdout, /^⚠ This machine's clock is 4[78]h.* ahead of the service's\. Ages are reckoned/m)
    })
  )

  it.live("says that it was emulated", () =>
    Effect.gen(function* () {
      const cwd = directory({ "fleet.yaml": JSON.stringify(neverBackedUp) })
      const pretty = yield* drift(["show", "epd1", "--emulate", "fleet.yaml"], { cwd })
      assert.strictEqual(pretty.code, 0, pretty.stderr)
      assert.include(pretty.stdout, "⚠ Emulated by fleet.yaml: this says nothing of the cloud\n")
      const json = yield* drift(["show", "epd1", "--emulate", "fleet.yaml", "--format", "json"], { cwd })
      assert.strictEqual(JSON.parse(json.stdout).emulator, "fleet.yaml")
    })
  )
})

interface Case {
  readonly fact: string
  readonly seed?: Parts
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly says: ReadonlyArray<string>
}

const unread: ReadonlyArray<Case> = [
  {
    fact: "an instance that the service does not know",
    seed: { resources: [healthy("epd2")] },
    says: ["The service does not know it", "404", "Resource epd1 not found", "request id", "Correct the id"]
  },
  {
    fact: "a resource that may not be read",
    seed: struck({ fault: "forbidden", on: "get" }),
    says: ["Access is denied", "request id", "backup.viewer"]
  },
  {
    fact: "a resource that comes too late",
    seed: struck({ fault: "latency", delay: "1m", on: "get" }),
    args: ["--timeout", "1s"],
    says: ["the run's time limit of 1s ended", "--timeout"]
  },
  { fact: "a wrong token", env: { YC_IAM_TOKEN: "wrong" }, says: ["The IAM token was refused", "yc iam create-token"] },
  { fact: "no token", env: { YC_IAM_TOKEN: "" }, says: ["No usable credentials", "YC_SERVICE_ACCOUNT_KEY_FILE"] },
  {
    fact: "an address that would carry the token in the clear",
    env: { HOLDFAST_BACKUP_URL: "http://backup.example.com" },
    says: ["HOLDFAST_BACKUP_URL", "in the clear"]
  },
  { fact: "a seed that is not there", args: ["--emulate", "nowhere.yaml"], says: ["nowhere.yaml", "cannot be read"] },
  { fact: "a bad flag", args: ["--tasks", "0"], says: ["--tasks", "1 to 1000", "drift show --help"] },
  { fact: "a second instance", args: ["epd2"], says: ["epd2", "drift show --help"] }
]

describe("drift show exits 1 and shows nothing", () => {
  it.live.each(unread)("of $fact", ({ args = [], env = {}, says, seed = known }) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* show(seed, args, env)
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.match(stderr, /^error: /)
      for (const text of says) assert.include(stderr, text)
      assert.notMatch(stderr, /\n\s+at .*(\.ts|\.mjs|node:)/, "no stack trace reaches a user")
    })
  )

  it.live("but JSON where that was asked for, with the reason", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* show({}, ["--format", "json"])
      const { diagnostics, ...report } = JSON.parse(stdout)
      assert.strictEqual(code, 1)
      assert.deepInclude(report, { instance_id: "epd1", complete: false, resource: null, policies: [], tasks: [] })
      assert.deepInclude(diagnostics[0], { severity: "error", part: "resource", tag: "ResourceNotFound" })
      assert.match(diagnostics[0].request_id, /^[0-9a-f-]{36}$/)
      assert.include(stderr, diagnostics[0].summary)
    })
  )

  it.live.each(["UPPER", "../epd1", "a/../epd1", "./epd1", "epd1?x=y", "x".repeat(51), "", "эпд1", "x\u001b[2J\u202e"])(
    "of %j, and sends nothing for it",
    (id) =>
      withEmulator(known, (env, emulator) =>
        Effect.gen(function* () {
          const asked = { ...env, YC_ENDPOINT: env.HOLDFAST_BACKUP_URL ?? "" }
          const { code, stderr, stdout } = yield* drift(["show", id], { env: asked })
          assert.deepStrictEqual([code, stdout], [1, ""])
          assert.match(stderr, /^error: ".*" cannot be the id of an instance\n {2}An id is 1 to 50 lower-case letters/)
          assert.notMatch(stderr, harmful)
          const json = yield* drift(["show", id, "--format", "json"], { env: asked })
          assert.deepStrictEqual([json.code, JSON.parse(json.stdout).instance_id], [1, id])
          assert.lengthOf(yield* emulator.requests, 0)
        })
      )
  )

  it.live("of no instance", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["show"])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, "instance")
    })
  )
})

describe("drift show exits 3 and says what is missing", () => {
  it.live("of tasks and policies, each in its place", () =>
    Effect.gen(function* () {
      const seed = struck({ fault: "internal", on: "tasks" }, { fault: "forbidden", on: "policies" })
      const { code, stderr, stdout } = yield* show(seed)
      assert.deepStrictEqual([code, stderr], [3, ""])
      assert.match(stdout, /^Policies\n {2}\? not read: PermissionDenied: .*request id.*\n {4}→ .*backup\.viewer.*\n$/m)
      assert.match(stdout, /^Last tasks\n {2}\? not read: ServerError: .*request id.*\n {4}→ .*request id.*\n$/m)
      assert.include(stdout, "⚠ Shown in part: policies and tasks were not read\n")
      assert.notInclude(stdout, "no policy is applied")
    })
  )

  it.live("in JSON and on standard error", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* show(forbiddenTasks, ["--format", "json"])
      const { complete, diagnostics, policies, resource, tasks } = JSON.parse(stdout)
      assert.deepStrictEqual([code, complete, policies.length, tasks], [3, false, 2, []])
      assert.strictEqual(resource.computeInstanceId, "epd1")
      assert.lengthOf(diagnostics, 1)
      assert.deepInclude(diagnostics[0], { severity: "error", part: "tasks", tag: "PermissionDenied" })
      assert.include(stderr, diagnostics[0].request_id)
    })
  )

  it.live("of what comes too late", () =>
    Effect.gen(function* () {
      const seed = struck({ fault: "latency", delay: "1m", on: "policies" })
      const { code, stdout } = yield* show(seed, ["--timeout", "2s"])
      assert.strictEqual(code, 3)
      assert.include(stdout, "? not read: TimeLimit: the run's time limit of 2s ended")
      assert.match(stdout, /^ {2}3h ago .* BACKUP/m)
    })
  )
})

describe("drift show", () => {
  it.live("shows nothing when it is interrupted, and exits 130", () =>
    withEmulator(struck({ fault: "latency", delay: "5m", on: "tasks" }), (env, emulator) =>
      Effect.gen(function* () {
        const asked = Effect.gen(function* () {
          while ((yield* emulator.requests).length < 3) yield* Effect.sleep("20 millis")
          yield* Effect.sleep("300 millis")
        })
        const { code, stdout } = yield* drift(["show", "epd1"], { env, signal: { name: "SIGINT", when: asked } })
        assert.deepStrictEqual([code, stdout], [130, ""])
      })
    )
  )

  it.live("does no harm with hostile strings from the service, and hides nothing of them in JSON", () =>
    Effect.gen(function* () {
      const text = "::error::x\u001b[2J\u009b31m\r\n✓ In sync\u202e\u200b\u2028\u{e0041}##vso[task.x]y"
      const seed: Parts = {
        resources: [
          healthy("epd1", {
            folderId: text,
            status: text,
            statusDetails: text,
            initStatus: text,
            metadata: text,
            type: text,
            resourceId: text,
            agentInfo: { currentVersion: text, latestVersion: text, canUpdate: true }
          })
        ],
        policies: [
          {
            id: text,
            name: text,
            settings: { retention: { rules: [{ maxAge: { type: text, count: "2" } }] } },
            applications: [{ computeInstanceId: "epd1" }]
          }
        ],
        tasks: [{ id: 1, computeInstanceId: "epd1", type: text, status: text, resultCode: text, error: text }]
      }
      const pretty = yield* show(seed)
      assert.strictEqual(pretty.code, 0, pretty.stderr)
      assert.notMatch(pretty.stdout, harmful)
      assert.include(line(pretty.stdout, "folder") ?? "", "\\x3a:error::x\\x1b[2J\\x9b31m\\r\\n✓ In sync\\u{202e}")
      // The resource's lines, one for the policy, two for the task: nothing has added one.
      assert.lengthOf(pretty.stdout.split("\n"), 23)
      const json = yield* show(seed, ["--format", "json"])
      assert.notMatch(json.stdout, harmful)
      const { policies, resource, tasks } = JSON.parse(json.stdout)
      assert.deepStrictEqual([resource.statusDetails, policies[0].name, tasks[0].error], [text, text, text])
    })
  )

  it.live("never shows the token", () =>
    Effect.gen(function* () {
      const token = "t1.canaryCANARYcanary"
      for (const args of [[], ["--format", "json"]]) {
        for (const own of [token, `${token}x`, `${token}\nx`]) {
          const { stderr, stdout } = yield* show({ ...forbiddenTasks, tokens: [token] }, args, { YC_IAM_TOKEN: own })
          assert.notInclude(stdout + stderr, "canary")
        }
      }
    })
  )

  it.live("has colour where it is wanted, and the same text without", () =>
    Effect.gen(function* () {
      const coloured = yield* show(neverBackedUp, ["--color"])
      assert.include(coloured.stdout, "\u001b[31mnever\u001b[39m")
      const plain = yield* show(neverBackedUp)
      assert.notInclude(plain.stdout, "\u001b")
    })
  )
})
