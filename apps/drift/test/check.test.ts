import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Effect, Schema } from "effect"
import { directory, drift, fleetOf, manifestOf, root, transcript, withEmulator } from "./drift.ts"

const quickstart = ["examples/quickstart/backup.yaml", "--emulate", "examples/quickstart/fleet.yaml"]

const decodeReport = (text: string) => Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))

describe("drift check on the quickstart", () => {
  it.live("exits 2 and shows the plan", () =>
    Effect.gen(function* () {
      const result = yield* drift(["check", ...quickstart])
      assert.strictEqual(result.code, 2)
      yield* Effect.promise(() =>
        expect(transcript(`drift check ${quickstart.join(" ")}`, result)).toMatchFileSnapshot(
          "snapshots/quickstart.txt"
        )
      )
    })
  )

  it.live("exits 0 with the drifted entries corrected", () =>
    Effect.gen(function* () {
      const manifest = readFileSync(join(root, "examples/quickstart/backup.yaml"), "utf8")
      const drifted = ["billing-db", "reports", "cache-1", "batch-1", "legacy", "vpn"]
      const corrected = drifted.reduce(
        (text, name) => text.replace(new RegExp(`  ${name}:\\n(?:    .*\\n)+`), ""),
        manifest
      )
      const cwd = directory({ "backup.yaml": corrected })
      const result = yield* drift(["check", "--emulate", join(root, "examples/quickstart/fleet.yaml")], { cwd })
      assert.deepStrictEqual([result.code, result.stderr], [0, ""])
      assert.include(result.stdout, "✓ In sync: all 7 are as declared")
    })
  )

  it.live("writes JSON that decodes with the schema and says the same", () =>
    Effect.gen(function* () {
      const result = yield* drift(["check", ...quickstart, "--format", "json"])
      const report = decodeReport(result.stdout)
      assert.strictEqual(result.code, 2)
      assert.strictEqual(report.exit_code, 2)
      assert.deepStrictEqual(
        [report.summary.total, report.summary.drifted, report.summary.missing, report.summary.not_compared],
        [13, 5, 1, 0]
      )
      assert.deepStrictEqual(
        report.resources.map(({ address }) => address),
        report.resources.map(({ address }) => address).toSorted()
      )
      // 13 reads; one is unavailable twice, one limited once.
      assert.deepStrictEqual(report.requests, { sent: 16, retried: 3 })
    })
  )
})

interface Case {
  readonly fact: string
  readonly fleet?: Parameters<typeof fleetOf>[1]
  readonly manifest?: string
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly code: number
  readonly says: ReadonlyArray<string>
}

const forbidden = { faults: [{ fault: "forbidden" as const }] }

const cases: ReadonlyArray<Case> = [
  { fact: "all in sync is 0", code: 0, says: ["✓ In sync: all 3 are as declared"] },
  {
    fact: "one forbidden and the rest in sync is 3",
    fleet: (index) => (index === 2 ? forbidden : {}),
    code: 3,
    says: ["? not compared: web-2 (epd2)", "PermissionDenied", "backup.viewer", "⚠ 2 of 3 compared", "Could not tell"]
  },
  {
    fact: "drift wins over what could not be compared",
    fleet: (index) => (index === 1 ? { enabled: false } : index === 2 ? forbidden : {}),
    code: 2,
    says: ["~ enabled: false -> true", "⚠ 2 of 3 compared", "Drift: 1 drifted, 0 missing, 1 not compared of 3"]
  },
  {
    fact: "everything forbidden is 1",
    fleet: () => forbidden,
    code: 1,
    says: ["⚠ 0 of 3 compared", "Error: nothing could be compared", "backup.viewer"]
  },
  {
    fact: "a machine that is being registered is 3",
    fleet: (index) => (index === 3 ? { initStatus: "REGISTERING", createdAt: "-5m", lastBackupTime: "-1m" } : {}),
    code: 3,
    says: ["… web-3", "pending", "1 pending, 0 not compared of 3"]
  },
  {
    fact: "a missing machine is 2",
    manifest: manifestOf(4),
    code: 2,
    says: ["! web-4", "missing (high)", "Drift: 0 drifted, 1 missing, 0 not compared of 4"]
  },
  {
    fact: "a service that knows none of many machines is another cloud's, and nothing was compared",
    manifest: manifestOf(8).replaceAll("instance: epd", "instance: other"),
    code: 1,
    says: ["NothingFound", "knows none of the 8 instances", "YC_ENDPOINT", "Error: nothing could be compared: 0 of 8"]
  },
  {
    fact: "a wrong token is 1 and says where to get one",
    env: { YC_IAM_TOKEN: "wrong" },
    code: 1,
    says: ["Unauthenticated", "Token is invalid or has expired.", "request id", "yc iam create-token"]
  },
  {
    fact: "no token is 1 and says how to give one",
    env: { YC_IAM_TOKEN: "" },
    code: 1,
    says: ["No usable credentials", "YC_SERVICE_ACCOUNT_KEY_FILE"]
  },
  {
    fact: "an unreachable service is 1",
    env: { HOLDFAST_BACKUP_URL: "http://127.0.0.1:9" },
    args: ["--retry-policy", "none"],
    code: 1,
    says: [
      "ConnectionFailed",
      "ECONNREFUSED",
      "Check the service's address",
      "Error: nothing could be compared: 0 of 3"
    ]
  },
  {
    fact: "an address that would carry the token in the clear is 1",
    env: { HOLDFAST_BACKUP_URL: "http://backup.example.com" },
    code: 1,
    says: ["HOLDFAST_BACKUP_URL", "in the clear", "--plaintext"]
  },
  {
    fact: "the same, where the environment would allow it and the flag does not, is 1",
    env: { HOLDFAST_BACKUP_URL: "http://backup.example.com", HOLDFAST_PLAINTEXT: "true" },
    args: ["--no-plaintext"],
    code: 1,
    says: ["HOLDFAST_BACKUP_URL", "in the clear", "--plaintext"]
  },
  {
    fact: "an empty selection is 1",
    manifest: "version: 1\nresources: {}\n",
    code: 1,
    says: ["Nothing to check", "--allow-empty"]
  },
  {
    fact: "an empty selection that is allowed is 0",
    manifest: "version: 1\nresources: {}\n",
    args: ["--allow-empty"],
    code: 0,
    says: ["Nothing to check"]
  },
  {
    fact: "a typo in the manifest is 1, with its place and what was meant",
    manifest: "version: 1\nresources:\n  web-1: {instance: epd1, enabeld: true}\n",
    code: 1,
    says: ["backup.yaml:3:27: error:", 'no field "enabeld"', 'Did you mean "enabled"?', "^"]
  },
  {
    fact: "a bad flag is 1 and prints nothing on standard output",
    args: ["--formt", "json"],
    code: 1,
    says: ["--formt", "--format", "drift check --help"]
  },
  { fact: "a bad duration is 1", args: ["--timeout", "soon"], code: 1, says: ["--timeout", "90s or 10m"] },
  { fact: "a bad concurrency is 1", args: ["--concurrency", "0"], code: 1, says: ["--concurrency", "1 to 256"] },
  {
    fact: "a bad twin of a flag is 1 and names the variable",
    env: { HOLDFAST_FORMAT: "xml" },
    code: 1,
    says: ["HOLDFAST_FORMAT: Expected"]
  }
]

describe("drift check's exit codes", () => {
  it.live.each(cases)("$fact", ({ args = [], code, env = {}, fleet, manifest = manifestOf(3), says }) =>
    withEmulator(fleetOf(3, fleet), (emulated) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifest })
        const result = yield* drift(["check", ...args], { cwd, env: { ...emulated, ...env } })
        const said = result.stdout + result.stderr
        assert.strictEqual(result.code, code, said)
        for (const text of says) assert.include(said, text)
        assert.notMatch(said, /\n\s+at .*(\.ts|\.mjs|node:)/, "no stack trace reaches a user")
        if (said.includes("--help")) assert.strictEqual(result.stdout, "")
      })
    )
  )

  it.live("does not read pipes and devices by name, which may never end", () =>
    Effect.gen(function* () {
      const result = yield* drift(["check", "/dev/zero"], { cwd: directory({}) })
      assert.deepStrictEqual([result.code, result.stdout], [1, ""])
      assert.include(result.stderr, "/dev/zero: error: This is not a regular file")
    })
  )

  it.live("stops at a refused token rather than asking for every machine", () =>
    withEmulator(fleetOf(200), (env, emulator) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(200) })
        const result = yield* drift(["check", "--concurrency", "8"], { cwd, env: { ...env, YC_IAM_TOKEN: "wrong" } })
        assert.strictEqual(result.code, 1)
        assert.isAtMost((yield* emulator.requests).length, 8)
        assert.include(result.stdout, "and 190 more")
      })
    )
  )
})

describe("drift check's manifest names", () => {
  it.live("takes several files, patterns and standard input", () =>
    withEmulator(fleetOf(4), (env) =>
      Effect.gen(function* () {
        const cwd = directory({
          "a.yaml": "version: 1\nresources: {a: {instance: epd1}}",
          "b.yaml": "version: 1\nresources: {b: {instance: epd2}}",
          "c.yml": "version: 1\nresources: {c: {instance: epd3}}"
        })
        const stdin = "version: 1\nresources: {d: {instance: epd4}}"
        const result = yield* drift(["check", "*.yaml", "c.yml", "-", "--verbose"], { cwd, env, stdin })
        assert.strictEqual(result.code, 0, result.stderr)
        for (const name of ["a", "b", "c", "d"]) assert.match(result.stdout, new RegExp(`^✓ ${name}  epd`, "m"))
      })
    )
  )

  it.live.each([
    ["nope.yaml", "nope.yaml: error: There is no such file"],
    ["bakcup.yaml", 'Did you mean "backup.yaml"?'],
    ["empty", "This directory holds no .yaml or .yml file"],
    ["*.yml", "No file matches this pattern"]
  ])("explains %s", ([name, message]) =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(1) })
      mkdirSync(join(cwd, "empty"))
      const result = yield* drift(["check", name as string], { cwd })
      assert.deepStrictEqual([result.code, result.stdout], [1, ""])
      assert.include(result.stderr, message as string)
    })
  )
})
