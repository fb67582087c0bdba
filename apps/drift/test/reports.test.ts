import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Effect, Schema } from "effect"
import { bundle, directory, drift, fleetOf, manifestOf, root, withEmulator } from "./drift.ts"
import { shell } from "./shell.ts"

const decode = (text: string) => Schema.decodeUnknownSync(CheckReport)(JSON.parse(text))
const read = (cwd: string, name: string) => readFileSync(join(cwd, name), "utf8")

describe("drift check --report", () => {
  it.live("writes a report beside the one that is shown", () =>
    withEmulator(fleetOf(2), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(2) })
        const result = yield* drift(["check", "--report", "json=a.json", "--report=json=b.json"], { cwd, env })
        assert.strictEqual(result.code, 0, result.stderr)
        assert.include(result.stdout, "✓ In sync: all 2 are as declared")
        assert.strictEqual(read(cwd, "a.json"), read(cwd, "b.json"))
        assert.strictEqual(decode(read(cwd, "a.json")).summary.in_sync, 2)
      })
    )
  )

  it.live("writes to a pipe that /dev/stdout leads to", () =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const command = `"${process.execPath}" "${bundle}" check --quiet --report csv=/dev/stdout | cat`
        const { code, stderr, stdout } = yield* shell(command, { cwd, env })
        assert.deepStrictEqual([code, stderr], [0, ""])
        assert.include(stdout, '"In sync: all 1 are as declared."')
      })
    )
  )

  it.live("writes one also where nothing could be checked", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": "version: 2" })
      const result = yield* drift(["check", "--report", "json=a.json"], { cwd })
      assert.strictEqual(result.code, 1)
      assert.strictEqual(decode(read(cwd, "a.json")).exit_code, 1)
    })
  )

  it.live.each([
    ["json", "Expected format=file"],
    ["json=", "Expected format=file"],
    ["xml=a.xml", "Expected format=file"],
    ["json=backup.yaml", "backup.yaml is read by this very command"],
    ["json=common.yaml", "common.yaml is read by this very command"]
  ] as const)("refuses %s", ([value, message]) =>
    Effect.gen(function* () {
      const files = {
        "backup.yaml": `${manifestOf(1)}\ninclude: common.yaml\n`,
        "common.yaml": "version: 1\ndefaults: {}\n"
      }
      const cwd = directory(files)
      const result = yield* drift(["check", "--report", value], { cwd })
      assert.strictEqual(result.code, 1)
      assert.include(result.stderr, message)
      assert.strictEqual(read(cwd, "common.yaml"), files["common.yaml"])
    })
  )
})

describe("the files that drift check writes", () => {
  /** All that a check may read, and links to some of it; none of it is a manifest that could be used. */
  const files = {
    "backup.yaml": "include: common.yaml",
    "common.yaml": "",
    "base.json": "base",
    "earlier.json": "earlier",
    "live.json": "live",
    "key.pem": "key",
    "json.json.dsse.json": "key too"
  }
  const made = () => {
    const cwd = directory(files)
    mkdirSync(join(cwd, "real"))
    symlinkSync(join(cwd, "real"), join(cwd, "linked"))
    symlinkSync(join(cwd, "backup.yaml"), join(cwd, "link.yaml"))
    return cwd
  }

  it.live.each([
    ["--output a.json --report json=a.json", "--output a.json and --report json=a.json write to the same file"],
    ["--report json=a --report html=a", "--report json=a and --report html=a write to the same file"],
    ["--report json=a --report html=./real/../a", "--report html=./real/../a write to the same file"],
    ["--report json=real/a --report csv=linked/a", "write to the same file"],
    ["--report json=linked/../a --report csv=a", "write to the same file"],
    ["--report json=none/a --report csv=none/../none/a", "write to the same file"],
    [
      "--report json=a --report csv=a.dsse.json --attest key.pem",
      "--report csv=a.dsse.json and --attest for a write to the same file"
    ],
    ["--report json=backup.yaml", "backup.yaml is read by this very command: --report json=backup.yaml"],
    ["--output link.yaml", "link.yaml is read by this very command: --output link.yaml would replace it"],
    ["--output linked/../backup.yaml", "is read by this very command"],
    ["--report html=base.json --baseline base.json", "base.json is read by this very command"],
    ["--report html=base.json --baseline base.json --resume base.json", "base.json is read by this very command"],
    ["--report html=earlier.json --resume earlier.json", "earlier.json is read by this very command"],
    ["--report html=live.json --against live.json", "live.json is read by this very command"],
    ["--report html=live.json --emulate live.json", "live.json is read by this very command"],
    ["--report json=key.pem --attest key.pem", "key.pem is read by this very command"],
    [
      "--report json=json.json --attest json.json.dsse.json",
      "json.json.dsse.json is read by this very command: --attest for json.json would replace it"
    ]
  ] as const)("%s are refused before anything is read", ([words, message]) =>
    Effect.gen(function* () {
      const cwd = made()
      const before = readdirSync(cwd)
      const { code, stderr, stdout } = yield* drift(["check", ...words.split(" ")], { cwd })
      assert.deepStrictEqual([code, stdout], [1, ""])
      // Neither the manifest nor the key has been looked into: both are none.
      assert.match(stderr, /^error: .*\n {2}.*\n$/)
      assert.include(stderr, message)
      assert.deepStrictEqual(readdirSync(cwd), before)
      for (const [name, text] of Object.entries(files)) assert.strictEqual(read(cwd, name), text)
    })
  )
})

describe("drift check --report, for machines", () => {
  it.live("writes each format of a run that found drift, and could not read one resource", () =>
    withEmulator(
      fleetOf(3, (index) =>
        index === 2 ? { enabled: false } : index === 3 ? { faults: [{ fault: "forbidden" as const }] } : {}
      ),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(3) })
          const formats = ["junit", "sarif", "gitlab", "ocsf"]
          const result = yield* drift(["check", ...formats.flatMap((format) => ["--report", `${format}=${format}`])], {
            cwd,
            env
          })
          assert.strictEqual(result.code, 2, result.stderr)
          assert.include(read(cwd, "junit"), '<testsuites name="holdfast" tests="3" failures="1" errors="1"')
          const [run] = JSON.parse(read(cwd, "sarif")).runs
          assert.deepStrictEqual([run.results[0].ruleId, run.invocations[0].executionSuccessful], ["HF001", false])
          const issues: ReadonlyArray<{ readonly check_name: string }> = JSON.parse(read(cwd, "gitlab"))
          assert.deepStrictEqual(
            issues.map(({ check_name }) => check_name),
            ["PermissionDenied", "HF001"]
          )
          const statuses = read(cwd, "ocsf").trimEnd().split("\n")
          assert.deepStrictEqual(statuses.map((line) => JSON.parse(line).compliance.status).toSorted(), [
            "Fail",
            "Pass",
            "Warning"
          ])
        })
    )
  )

  it.live.each([
    ["junit", '<error message="'],
    ["sarif", '"executionSuccessful":false'],
    ["gitlab", '"severity":"blocker"'],
    ["ocsf", '"status":"Warning"']
  ] as const)("%s is not green where nothing could be checked", ([format, sign]) =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": "version: 2" })
      const result = yield* drift(["check", "--format", format], { cwd })
      assert.strictEqual(result.code, 1)
      assert.include(result.stdout, sign)
    })
  )
})

describe("the files that machines' reports name", () => {
  const formats = ["sarif", "github", "gitlab", "junit"]
  const where = (cwd: string) => {
    const [run] = JSON.parse(read(cwd, "sarif")).runs
    const [issue] = JSON.parse(read(cwd, "gitlab"))
    return [
      run.artifacts[0].location.uri,
      run.results[0].locations[0].physicalLocation.artifactLocation.uri,
      /^::error file=([^,]*),/m.exec(read(cwd, "github"))?.[1],
      issue.location.path,
      /<testcase classname="([^"]*)"/.exec(read(cwd, "junit"))?.[1],
      /declared at (.*):\d+:\d+/.exec(read(cwd, "junit"))?.[1]
    ]
  }
  /** The paths in reports of a check in the directory `at` of `manifest`, both within one that is new. */
  const named = (options: { readonly at: string; readonly manifest: string; readonly repository?: string }) =>
    withEmulator(
      fleetOf(1, () => ({ enabled: false })),
      (env) =>
        Effect.gen(function* () {
          const top = directory({})
          const cwd = join(top, options.at)
          const manifest = join(top, options.manifest)
          for (const path of [cwd, dirname(manifest)]) mkdirSync(path, { recursive: true })
          if (options.repository !== undefined) mkdirSync(join(top, options.repository, ".git"))
          writeFileSync(manifest, manifestOf(1))
          const args = formats.flatMap((format) => ["--report", `${format}=${format}`])
          const { code, stderr } = yield* drift(["check", manifest, ...args], { cwd, env })
          assert.strictEqual(code, 2, stderr)
          for (const format of formats) {
            assert.notInclude(read(cwd, format), top)
            assert.notInclude(read(cwd, format), "file:")
          }
          return [...new Set(where(cwd))]
        })
    )

  it.live.each([
    ["below this directory by its path from here", { at: "here", manifest: "here/env/a.yaml" }, "env/a.yaml"],
    ["elsewhere by its name", { at: "here", manifest: "secret/env/a.yaml" }, "a.yaml"],
    [
      "in a repository from its root, in a directory of that",
      { at: "r/here", manifest: "r/here/a.yaml", repository: "r" },
      "here/a.yaml"
    ],
    [
      "in a repository from its root, beside this directory",
      { at: "r/here", manifest: "r/env/a.yaml", repository: "r" },
      "env/a.yaml"
    ],
    [
      "in another repository than this directory from the root of that",
      { at: "here", manifest: "r/env/a.yaml", repository: "r" },
      "env/a.yaml"
    ]
  ] as const)("call one %s", ([, options, path]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* named(options), [path])
    })
  )

  it.live("and their rules are explained by the pages of docs/rules", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": "version: 2" })
      yield* drift(["check", "--report", "sarif=sarif"], { cwd })
      const { rules } = JSON.parse(read(cwd, "sarif")).runs[0].tool.driver
      assert.isAbove(rules.length, 20)
      for (const { help, helpUri, id } of rules) {
        const page = readFileSync(join(root, `docs/rules/${id}.md`), "utf8")
        assert.deepStrictEqual([help, helpUri], [{ text: page, markdown: page }, undefined])
      }
    })
  )
})

describe("drift check --baseline", () => {
  it.live("fails only on what is new, where that is asked for", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(3) })
      const run = (off: ReadonlyArray<number>, ...args: ReadonlyArray<string>) =>
        withEmulator(
          fleetOf(3, (index) => ({ enabled: !off.includes(index) })),
          (env) => drift(["check", ...args], { cwd, env })
        )
      assert.strictEqual((yield* run([1, 2], "--report", "json=base.json")).code, 2)
      const known = yield* run([1], "--baseline", "base.json", "--fail-on", "new")
      assert.strictEqual(known.code, 0)
      assert.include(known.stdout, "✓ resolved: web-2 (epd2) (HF001)")
      assert.include(known.stdout, "⚠ Drift, none of it new: 1 drifted")
      const fresh = yield* run([1, 3], "--baseline", "base.json", "--fail-on", "new", "--report", "json=next.json")
      assert.strictEqual(fresh.code, 2)
      assert.include(fresh.stdout, "~ web-3  epd3  drifted (high, new)")
      assert.include(fresh.stdout, "~ web-1  epd1  drifted (high)")
      const { resources } = decode(read(cwd, "next.json"))
      assert.deepStrictEqual(
        resources.map(({ baseline }) => baseline),
        ["unchanged", undefined, "new"]
      )
    })
  )

  it.live("of an emulator is none of the cloud, of which it knows nothing", () =>
    withEmulator(
      fleetOf(1, () => ({ enabled: false })),
      (env) =>
        Effect.gen(function* () {
          const seed = JSON.stringify(fleetOf(1, () => ({ enabled: false })))
          const cwd = directory({ "backup.yaml": manifestOf(1), "fleet.yaml": seed })
          const emulated = ["check", "--emulate", "fleet.yaml"]
          assert.strictEqual((yield* drift([...emulated, "--report", "json=emulated.json"], { cwd })).code, 2)
          assert.strictEqual((yield* drift(["check", "--report", "json=real.json"], { cwd, env })).code, 2)
          const known = (name: string) => ["--baseline", name, "--fail-on", "new"]
          const wrong = yield* drift(["check", ...known("emulated.json")], { cwd, env })
          assert.deepStrictEqual([wrong.code, wrong.stdout], [1, ""])
          assert.include(wrong.stderr, "it is of an emulator, and this run is not")
          const other = yield* drift([...emulated, ...known("real.json")], { cwd })
          assert.include(other.stderr, "it is of the cloud, and this run is of an emulator")
          assert.strictEqual((yield* drift([...emulated, ...known("emulated.json")], { cwd })).code, 0)
        })
    )
  )

  it.live("is needed where only new drift shall fail, and must be a report", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(1) })
      const none = yield* drift(["check", "--fail-on", "new"], { cwd })
      assert.deepStrictEqual([none.code, none.stdout], [1, ""])
      assert.include(none.stderr, "Name an earlier JSON report with --baseline.")
      writeFileSync(join(cwd, "base.json"), "{}")
      const odd = yield* drift(["check", "--baseline", "base.json"], { cwd })
      assert.strictEqual(odd.code, 1)
      assert.include(odd.stderr, "base.json: error: The file is not a report")
      assert.isTrue(existsSync(join(cwd, "base.json")))
    })
  )
})
