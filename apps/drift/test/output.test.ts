import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Effect, Schema } from "effect"
import { bundle, directory, drift, fleetOf, manifestOf, withEmulator } from "./drift.ts"

const decodeReport = (text: string) => Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))

/** A run over two machines, the second drifted. */
const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  withEmulator(
    fleetOf(2, (index) => (index === 2 ? { enabled: false } : {})),
    (emulated) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(2) })
        const result = yield* drift(["check", ...args], { cwd, env: { ...emulated, ...env } })
        return { ...result, cwd }
      })
  )

describe("drift check's output", () => {
  it.live("goes to a file whole, and the verdict to standard error", () =>
    Effect.gen(function* () {
      const { code, cwd, stderr, stdout } = yield* run(["--format", "json", "--output", "report.json"])
      assert.deepStrictEqual([code, stdout], [2, ""])
      assert.strictEqual(stderr, "Drift: 1 drifted, 0 missing, 0 not compared of 2\n")
      assert.strictEqual(decodeReport(readFileSync(join(cwd, "report.json"), "utf8")).exit_code, 2)
      assert.deepStrictEqual(readdirSync(cwd).toSorted(), ["backup.yaml", "report.json"])
    })
  )

  it.live("that cannot be written is an error, not a verdict", () =>
    Effect.gen(function* () {
      const { code, cwd, stderr } = yield* run(["--output", "nowhere/report.txt"])
      assert.strictEqual(code, 1)
      assert.include(stderr, "The file nowhere/report.txt cannot be written")
      assert.isFalse(existsSync(join(cwd, "nowhere")))
    })
  )

  it.live("says that it was emulated, or what it was read from", () =>
    Effect.gen(function* () {
      const seed = join(directory({ "fleet.yaml": "resources: []" }), "fleet.yaml")
      const cwd = directory({ "backup.yaml": manifestOf(1) })
      const emulated = yield* drift(["check", "--format", "json"], { cwd, env: { HOLDFAST_EMULATE: seed } })
      assert.strictEqual(decodeReport(emulated.stdout).emulator, seed)
      const real = decodeReport((yield* run(["--format", "json"])).stdout)
      assert.deepStrictEqual([real.emulator, real.endpoint.startsWith("http://127.0.0.1:")], [null, true])
    })
  )

  it.live("never replaces the manifest, and writes what a link leads to", () =>
    Effect.gen(function* () {
      for (const format of ["pretty", "json"]) {
        const slip = yield* run(["--output", "backup.yaml", "--format", format])
        assert.strictEqual(slip.code, 1)
        assert.include(slip.stderr, "backup.yaml is read by this very command")
        assert.strictEqual(readFileSync(join(slip.cwd, "backup.yaml"), "utf8"), manifestOf(2))
      }
      const cwd = directory({ "backup.yaml": manifestOf(1), "target.txt": "" })
      symlinkSync(join(cwd, "target.txt"), join(cwd, "link.txt"))
      yield* withEmulator(fleetOf(1), (env) => drift(["check", "--output", "link.txt"], { cwd, env }))
      assert.include(readFileSync(join(cwd, "target.txt"), "utf8"), "✓ In sync")
    })
  )

  it.live("is nothing with --quiet", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* run(["--quiet"])
      assert.deepStrictEqual([code, stdout, stderr], [2, "", ""])
    })
  )

  it.live("lists what is in sync with --verbose, with the reason", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["--verbose"])
      assert.include(stdout, "✓ web-1  epd1  in sync  It is as declared; the last backup is 3h old.")
    })
  )

  it.live("of a manifest with mistakes is JSON where JSON was asked for", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": "version: 1\nresources: {a: {instance: UPPER}}\n" })
      const { code, stderr, stdout } = yield* drift(["check", "--format", "json"], { cwd })
      const report = decodeReport(stdout)
      assert.deepStrictEqual([code, report.exit_code, report.complete], [1, 1, false])
      assert.deepInclude(report.diagnostics[0], { path: "backup.yaml", line: 2, column: 27 })
      assert.include(stderr, "backup.yaml:2:27: error:")
    })
  )

  it.live.each([
    { fact: "has no colour in a pipe", args: [], env: {}, colour: false },
    { fact: "has colour with --color", args: ["--color"], env: { NO_COLOR: "1" }, colour: true },
    { fact: "has none with --no-color", args: ["--no-color"], env: { FORCE_COLOR: "1" }, colour: false },
    { fact: "has colour with FORCE_COLOR", args: [], env: { FORCE_COLOR: "1" }, colour: true },
    {
      fact: "has none with NO_COLOR, whatever FORCE_COLOR says",
      args: [],
      env: { NO_COLOR: "1", FORCE_COLOR: "1" },
      colour: false
    },
    { fact: "takes an empty NO_COLOR for unset", args: [], env: { NO_COLOR: "", FORCE_COLOR: "1" }, colour: true },
    { fact: "has colour with the flag's twin", args: [], env: { HOLDFAST_COLOR: "true" }, colour: true }
  ])("$fact", ({ args, colour, env }) =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(args, env)
      assert.deepStrictEqual([code, stdout.includes("\u001b[")], [2, colour])
    })
  )

  it.live("is the same in CI, without a progress line", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run([], { CI: "true", GITHUB_ACTIONS: "true" })
      assert.deepStrictEqual([code, stderr], [2, ""])
    })
  )

  it.live("takes each flag from its twin in the environment, and the flag wins", () =>
    Effect.gen(function* () {
      const twin = yield* run([], { HOLDFAST_FORMAT: "json" })
      assert.strictEqual(decodeReport(twin.stdout).summary.total, 2)
      const flag = yield* run(["--format", "pretty"], { HOLDFAST_FORMAT: "json" })
      assert.include(flag.stdout, "Drift: 1 drifted")
    })
  )

  it.live("ends quietly when its reader goes away", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(2000) })
      const seed = join(directory({ "fleet.yaml": "resources: [{computeInstanceId: epd1}]" }), "fleet.yaml")
      const command = `"${process.execPath}" "${bundle}" check --emulate "${seed}" --format json | head -n 1; echo "\${PIPESTATUS[0]}"`
      const output = yield* Effect.sync(() =>
        execFileSync("bash", ["-c", command], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
      )
      assert.strictEqual(output, "{\n2\n")
    })
  )
})

describe("drift", () => {
  it.live.each([
    [["--version"], /^drift \d+\.\d+\.\d+\n$/],
    [["--help"], /SUBCOMMANDS[\s\S]*check[\s\S]*validate[\s\S]*emulator[\s\S]*EXAMPLES/],
    [["check", "--help"], /Exit codes:[\s\S]*130[\s\S]*EXAMPLES/],
    [["show", "--help"], /Exit codes:[\s\S]*130[\s\S]*<instance>[\s\S]*EXAMPLES/],
    [["validate", "--help"], /EXAMPLES/],
    [["emulator", "--help"], /EXAMPLES/],
    [["--completions", "bash"], /--paths -/],
    [["--completions", "zsh"], /#compdef drift/],
    [["--completions", "fish"], /complete -c drift/]
  ] as const)("%j answers on standard output and exits 0", ([args, pattern]) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(args)
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, pattern)
    })
  )

  it.live("without a command is no green run", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* drift([])
      assert.strictEqual(code, 1)
      assert.include(stdout, "SUBCOMMANDS")
    })
  )

  it.live.each(["--help=false", "--no-help", "--version=no", "--no-version"])("is not green with %s", (word) =>
    Effect.gen(function* () {
      for (const args of [["check", word], [word]]) {
        const { code, stderr, stdout } = yield* drift(args)
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.include(stderr, `${word} takes no value, and cannot be denied`)
      }
    })
  )

  it.live.each([
    ["check --output -V", "Missing value for flag --output. Expected: file\n  See drift check --help"],
    ["check --output --version", "Missing value for flag --output"],
    ["check --report --help", "Missing value for flag --report. Expected: format=file"],
    ["check --format -h", "Missing value for flag --format. Expected: pretty | json"],
    ["check --output", "Missing value for flag --output"],
    ["check --output --quiet", "Missing value for flag --output"],
    ["check --output=", "Missing value for flag --output"],
    [
      "import terraform --output -V",
      "Missing value for flag --output. Expected: file\n  See drift import terraform --help"
    ]
  ] as const)("is not green where a value is missing: %s", ([words, message]) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(words.split(" "))
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, `error: ${message}`)
    })
  )

  it.live.each([
    ["--concurrency", "0", "Expected a whole number from 1 to 256"],
    ["--concurrency", "abc", "Expected a whole number from 1 to 256"],
    ["--concurrency", "-1", "Expected a whole number from 1 to 256"],
    ["--timeout", "soon", "Expected a duration such as 90s or 10m"],
    ["--var", "1", "Expected name=value, each name once"],
    ["--report", "xml=a", "Expected format=file, the format one of json"],
    ["--format", "xml", 'Expected: "pretty" | "json"']
  ] as const)("says of %s %s on which flag it is, and what is expected", ([flag, value, expected]) =>
    Effect.gen(function* () {
      const given = yield* drift(["check", `${flag}=${value}`])
      assert.deepStrictEqual([given.code, given.stdout], [1, ""])
      assert.include(given.stderr, `error: Invalid value for flag ${flag}: "${value}". ${expected}`)
      assert.include(given.stderr, "\n  See drift check --help\n")
      if (flag === "--format") return
      const twin = `HOLDFAST_${flag.slice(2).toUpperCase()}`
      const fromTwin = yield* drift(["check"], { env: { [twin]: value } })
      assert.deepStrictEqual([fromTwin.code, fromTwin.stderr], [1, given.stderr])
    })
  )

  it.live("says its version to whoever is there to read it", () =>
    Effect.sync(() => {
      const shell = (command: string) => {
        const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, bundle], { encoding: "utf8" })
        return [status, stderr]
      }
      assert.deepStrictEqual(shell('"$0" "$1" --version | true'), [0, ""])
      const [status, stderr] = shell('"$0" "$1" --version > /dev/full')
      assert.strictEqual(status, 1)
      assert.match(String(stderr), /^error: The output cannot be written: ENOSPC.*\n$/)
    })
  )

  it.live("takes -v for more words, and checks", () =>
    withEmulator(
      fleetOf(1, () => ({ enabled: false })),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(1) })
          assert.strictEqual((yield* drift(["check", "-v"], { cwd, env })).code, 2)
        })
    )
  )

  it.live("suggests the command that was probably meant", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["chekc"])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.match(stderr, /Unknown subcommand "chekc"[\s\S]*check/)
    })
  )
})
