import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, drift, manifestOf, transcript } from "./drift.ts"

const faulty = `version: 1
defaults:
  protectd: true
resources:
  web-1: {instance: epd1}
  база-1:
    instance: epd1
    maxBackupAge: 2 hours
    online: yes
  web-1: {instance: epd2, severity: hgih}
  "##vso[task.setvariable variable=x]y": {instance: UPPER}
`

describe("drift validate", () => {
  it.live("says that a manifest is valid, without credentials or network", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(3) })
      const { code, stderr, stdout } = yield* drift(["validate"], { cwd })
      assert.deepStrictEqual([code, stdout, stderr], [0, "backup.yaml: valid, 3 resources\n", ""])
    })
  )

  it.live("reports every mistake with its place, the line and what was meant", () =>
    Effect.gen(function* () {
      const result = yield* drift(["validate", "backup.yaml"], { cwd: directory({ "backup.yaml": faulty }) })
      assert.strictEqual(result.code, 1)
      yield* Effect.promise(() =>
        expect(transcript("drift validate backup.yaml", result)).toMatchFileSnapshot("snapshots/validate.txt")
      )
    })
  )

  it.live("reports as JSON", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["validate", "-", "--format", "json"], { stdin: faulty })
      const report = JSON.parse(stdout)
      assert.deepStrictEqual([code, stderr], [1, ""])
      assert.deepInclude(report, { format_version: "1.1", valid: false, error_count: report.diagnostics.length })
      assert.notInclude(stdout, "##vso[")
      assert.deepInclude(report.diagnostics[0], { path: "<stdin>", line: 3, column: 3, suggestion: "protected" })
    })
  )

  it.live("counts groups, and fills in variables", () =>
    Effect.gen(function* () {
      const manifest = `version: 1\ngroups:\n  g: {folders: "b1g\${env}"}\n`
      const valid = yield* drift(["validate", "-", "--var", "env=prod"], { stdin: manifest })
      assert.deepStrictEqual(valid, { code: 0, stdout: "<stdin>: valid, 0 resources, 1 group\n", stderr: "" })
      const invalid = yield* drift(["validate", "-"], { stdin: manifest, env: { HOLDFAST_VAR: "evn=prod" } })
      assert.deepStrictEqual([invalid.code, invalid.stdout], [1, ""])
      assert.include(invalid.stderr, 'No variable "env" is given')
    })
  )

  it.live("warns of a manifest that declares nothing", () =>
    Effect.gen(function* () {
      const nothing = yield* drift(["validate", "-"], { stdin: "version: 1\nresources: {}\n" })
      assert.deepStrictEqual([nothing.code, nothing.stdout], [0, "<stdin>: valid, 0 resources\n"])
      assert.include(nothing.stderr, "warning: drift check takes an empty manifest for an error")
      const folders = yield* drift(["validate", "-"], { stdin: "version: 1\nfolders: {b1g: {unlisted: fail}}\n" })
      assert.deepStrictEqual([folders.code, folders.stderr], [0, ""])
    })
  )
})

describe("drift validate --print", () => {
  const files = {
    "backup.yaml": `version: 1
include: common.yaml
groups:
  production: {folders: b1g, labels: {env: "\${env}"}, expect: {maxBackupAge: 2h}}
resources:
  "##vso[task.setvariable variable=x]y": {instance: epd1, tags: {note: "\\e[2J\\u202e \${env} $\${env}"}}
waivers:
  - {group: production, until: 2099-12-31, reason: It moves}
`,
    "common.yaml": "version: 1\ndefaults: {protected: true, severity: low}\nresources: {db: {instance: epd2}}\n"
  }

  it.live("prints all that the files declare, and drift validate reads it as the same", () =>
    Effect.gen(function* () {
      const printed = yield* drift(["validate", "--print", "--var", "env=prod"], { cwd: directory(files) })
      assert.deepStrictEqual([printed.code, printed.stderr], [0, ""])
      yield* Effect.promise(() =>
        expect(transcript("drift validate --print --var env=prod", printed)).toMatchFileSnapshot(
          "snapshots/validatePrint.txt"
        )
      )
      const again = yield* drift(["validate", "-", "--print"], { stdin: printed.stdout })
      assert.deepStrictEqual([again.code, again.stderr], [0, ""])
      const placeless = (text: string) => text.replace(/ # \S+:\d+$/gm, "")
      assert.strictEqual(placeless(again.stdout), placeless(printed.stdout))
      assert.notStrictEqual(again.stdout, printed.stdout)
    })
  )

  it.live("prints nothing but the mistakes where there are some", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["validate", "--print"], { cwd: directory(files) })
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, 'backup.yaml:4:44: error: No variable "env" is given')
    })
  )

  it.live.each([
    { args: ["--format", "json"], env: {} },
    { args: [], env: { HOLDFAST_FORMAT: "json" } }
  ])("is not for a report as JSON: $args $env", ({ args, env }) =>
    Effect.gen(function* () {
      const result = yield* drift(["validate", "--print", "-", ...args], { env, stdin: "version: 1\nresources:\n" })
      assert.deepStrictEqual([result.code, result.stdout], [1, ""])
      assert.include(result.stderr, "error: --print writes the manifest as YAML, and --format json asks for a report")
    })
  )
})
