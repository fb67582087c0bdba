import { readFileSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect, Schema } from "effect"
import { directory, drift, healthy, manifestOf } from "./drift.ts"

/** One that is free. */
const port = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

const decode = (text: string) => Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))

/** Runs `drift` on an emulator of `seed`, and says what it asked for. */
const run = (cwd: string, seed: typeof Seed.Seed.Encoded, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { requests, url } = yield* Emulator
    const env = { HOLDFAST_BACKUP_URL: url, HOLDFAST_COMPUTE_URL: url, YC_IAM_TOKEN: Seed.defaultToken }
    const result = yield* drift(["check", "--retry-policy", "none", ...args], { cwd, env })
    return { ...result, asked: (yield* requests).map((request) => request.url) }
  }).pipe(
    // The same address for all runs: another one is another cloud.
    Effect.provide(Emulator.layer(Seed.make(seed), { port }))
  )

const fault = { fault: "internal" } as const

describe("drift check --resume", () => {
  it.live("reads only what the earlier run could not, and is whole then", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(4) })
      const seedOf = (faults: ReadonlyArray<number>) => ({
        resources: [1, 2, 3, 4].map((number) =>
          healthy(`epd${number}`, {
            enabled: number !== 2,
            faults: faults.includes(number) ? [fault] : []
          })
        )
      })
      const first = yield* run(cwd, seedOf([3, 4]), "--format", "json", "--output", "report.json")
      assert.strictEqual(first.code, 2)
      const second = yield* run(cwd, seedOf([4]), "--format", "json", "--resume", "report.json")
      assert.deepStrictEqual(second.asked.toSorted(), ["/backup/v1/resources/epd3", "/backup/v1/resources/epd4"])
      const report = decode(second.stdout)
      assert.deepStrictEqual(
        report.resources.map(({ state }) => state),
        ["in_sync", "drifted", "in_sync", "not_compared"]
      )
      const { run_id, timestamp } = decode(readFileSync(join(cwd, "report.json"), "utf8"))
      assert.deepStrictEqual(report.resumed, { run_id, timestamp, carried: 2 })
      writeFileSync(join(cwd, "second.json"), second.stdout)
      const third = yield* run(cwd, seedOf([]), "--resume", "second.json")
      assert.deepStrictEqual([third.code, third.asked], [2, ["/backup/v1/resources/epd4"]])
      assert.include(third.stdout, "⚠ 3 of 4 are carried over from the run of")
      assert.include(third.stdout, "Drift: 1 drifted, 0 missing, 0 not compared of 4")
    })
  )

  it.live("reads folders again that could not be listed, and no others", () =>
    Effect.gen(function* () {
      const cwd = directory({
        "backup.yaml": "version: 1\ngroups: {a: {folders: [b1ga, b1gb]}}\nfolders: {b1ga: {unlisted: fail}}\n"
      })
      const seedOf = (faults: (typeof Seed.Seed.Encoded)["faults"]) => ({
        ...(faults === undefined ? {} : { faults }),
        instances: [
          { id: "epd1", folderId: "b1ga", name: "one" },
          { id: "epd2", folderId: "b1gb", name: "two" }
        ],
        resources: [
          healthy("epd1", { folderId: "b1ga" }),
          healthy("epd2", { folderId: "b1gb" }),
          healthy("epd3", { folderId: "b1ga", type: "COMPUTE" })
        ]
      })
      // The second folder's request comes first or second; both lists of one are refused.
      const first = yield* run(
        cwd,
        seedOf([{ fault: "forbidden", on: "instances", after: 1, times: 1 }]),
        "--format",
        "json"
      )
      assert.strictEqual(first.code, 2)
      const [unread] = decode(first.stdout).resources.filter(({ state }) => state === "not_compared")
      assert.strictEqual(unread?.address, `a/* (${unread?.folder_id})`)
      writeFileSync(join(cwd, "first.json"), first.stdout)
      const second = yield* run(cwd, seedOf([]), "--format", "json", "--resume", "first.json")
      assert.deepStrictEqual(second.asked.map((url) => url.replace(/&.*/, "")).toSorted(), [
        `/backup/v1/resources?folderId=${unread?.folder_id}`,
        `/compute/v1/instances?folderId=${unread?.folder_id}`
      ])
      const report = decode(second.stdout)
      assert.deepStrictEqual(
        report.resources.map(({ address, state }) => `${address} ${state}`),
        ["a/one in_sync", "a/two in_sync"]
      )
      assert.deepStrictEqual(
        [report.exit_code, report.complete, report.unlisted.map(({ instance_id }) => instance_id)],
        [2, true, ["epd3"]]
      )
    })
  )

  it.live.each([
    ["of another manifest", (report: CheckReport) => ({ ...report, manifest: [] }), "it is of another manifest"],
    [
      "with other variables",
      (report: CheckReport) => ({ ...report, variables: { a: "b" } }),
      "its variables had other values"
    ],
    [
      "of another cloud",
      (report: CheckReport) => ({ ...report, endpoint: "https://else.example" }),
      "it is not of the same cloud"
    ],
    ["of an emulator", (report: CheckReport) => ({ ...report, emulator: "fleet.yaml" }), "it is not of the same cloud"],
    [
      "of last week",
      (report: CheckReport) => ({ ...report, timestamp: "2020-01-01T00:00:00Z" }),
      "it is older than 24h"
    ],
    ["of no time", (report: CheckReport) => ({ ...report, timestamp: "soon" }), "it is older than 24h"],
    ["that is none", () => ({ format_version: "1.1" }), "The file is not a report"]
  ] as ReadonlyArray<readonly [string, (report: CheckReport) => unknown, string]>)(
    "refuses a report %s",
    ([, change, message]) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const seed = { resources: [healthy("epd1")] }
        const first = yield* run(cwd, seed, "--format", "json")
        writeFileSync(join(cwd, "report.json"), JSON.stringify(change(decode(first.stdout))))
        const { asked, code, stderr } = yield* run(cwd, seed, "--resume", "report.json")
        assert.deepStrictEqual([code, asked.length], [1, 0])
        assert.include(stderr, message)
      })
  )

  it.live("applies waivers anew", () =>
    Effect.gen(function* () {
      const waiver = "waivers: [{resource: web-1, until: 2099-01-01, reason: because}]"
      const cwd = directory({ "backup.yaml": `${manifestOf(2)}\n${waiver}\n` })
      const seedOf = (faults: ReadonlyArray<typeof fault>) => ({
        resources: [healthy("epd1", { enabled: false, online: false }), healthy("epd2", { faults })]
      })
      const first = yield* run(cwd, seedOf([fault]), "--format", "json", "--output", "report.json")
      assert.strictEqual(first.code, 3)
      const second = yield* run(cwd, seedOf([]), "--resume", "report.json")
      assert.strictEqual(second.code, 0)
      assert.include(second.stdout, "✓ In sync: 1 of 2 are as declared, 1 waived")
      assert.include(second.stdout, "○ waived: the resource web-1, until 2099-01-01: because")
    })
  )
})
