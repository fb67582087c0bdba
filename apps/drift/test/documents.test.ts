/**
 * What the documents say is true: every command of theirs runs, every path exists, every table agrees with the code.
 */
import { execFile } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as ExitCode from "@holdfast/check/ExitCode"
import { CloudBackupError, connectionFailures, malformations } from "@holdfast/core/CloudBackupError"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import { kinds, routes } from "@holdfast/emulator/Fault"
import * as Seed from "@holdfast/emulator/Seed"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { fields } from "@holdfast/manifest/Expectations"
import { parse } from "@holdfast/manifest/Manifest"
import { Effect } from "effect"
import { reportFormats } from "../src/reportFormats.ts"
import { bundle, directory, drift, fleetOf, manifestOf, root, stable, withEmulator } from "./drift.ts"

const read = (path: string): string => readFileSync(join(root, path), "utf8")

const readme = read("README.md")
const documents = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "packages/core/README.md"],
  ...globSync("docs/**/*.md", { cwd: root, exclude: (path) => path === "node_modules" })
]

/** The contents of the fenced blocks of one language. */
const blocks = (text: string, language: string): ReadonlyArray<string> =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block]) => block as string)

const pnpm = "npx -y pnpm@12.21.0"

/** The pnpm that runs these tests, which is that one: a test must not need the network. */
const thisPnpm = process.env.npm_execpath === undefined ? pnpm : `"${process.env.npm_execpath}"`

/** Runs a line of shell as a newcomer would; `pnpm` stands for the whole of it, as the README says. */
const shell = (
  command: string,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}
) =>
  Effect.callback<{ readonly code: number; readonly stdout: string; readonly said: string }>((resume) => {
    const { CI: _, FORCE_COLOR: __, ...environment } = process.env
    const env = { ...environment, ...options.env }
    const line = command.replaceAll(pnpm, thisPnpm).replace(/^pnpm /, `${thisPnpm} `)
    execFile("bash", ["-c", line], { cwd: options.cwd ?? root, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
      resume(Effect.succeed({ code, stdout, said: stdout + stderr }))
    })
  })

/** The commands of the README, with the exit code that each promises. */
const commands: Readonly<Record<string, number>> = {
  "npx -y pnpm@12.21.0 demo": 0,
  "npx -y pnpm@12.21.0 test": 0,
  "npx -y pnpm@12.21.0 compliance:demo": 0,
  "pnpm drift check examples/quickstart/backup.yaml --emulate examples/quickstart/fleet.yaml": 2,
  "pnpm drift show epdbilling0000000001 --emulate examples/quickstart/fleet.yaml": 0,
  "pnpm drift init --folder-id b1gemulator --emulate examples/quickstart/fleet.yaml": 0,
  "pnpm drift validate examples/quickstart/backup.yaml": 0,
  "pnpm drift validate --print examples/quickstart/backup.yaml": 0,
  "pnpm drift import terraform examples/terraform/terraform.tfstate": 0,
  "pnpm drift explain HF010": 0,
  "pnpm drift snapshot examples/quickstart/backup.yaml --emulate examples/quickstart/fleet.yaml --output /tmp/live.json": 0,
  "pnpm drift check examples/quickstart/backup.yaml --against /tmp/live.json": 2,
  "pnpm --silent drift check examples/quickstart/backup.yaml --emulate examples/quickstart/fleet.yaml --format json | jq .summary": 0
}

describe("README", () => {
  it("has no command that is not tested here", () => {
    const found = blocks(readme, "sh").flatMap((block) => block.trim().split("\n"))
    assert.deepStrictEqual(found.toSorted(), Object.keys(commands).toSorted())
  })

  it("names the test command that CI runs", () => {
    assert.include(read(".ci/run"), `pnpm() { ${pnpm} "$@"; }`)
    assert.match(read(".ci/run"), /^pnpm test$/m)
  })

  // Running the tests from a test would never end; that they run is what this is part of. jq may not be installed. The demo of
  // the service goes on until it is told to stop: the tests of apps/compliance do that.
  const runnable = Object.entries(commands).filter(([command]) => !/ test$| compliance:demo$|\| jq/.test(command))
  it.live.each(runnable)(
    "%s exits %i",
    ([command, code]) =>
      Effect.gen(function* () {
        const result = yield* shell(command)
        assert.strictEqual(result.code, code, result.said)
      }),
    120_000
  )

  it.live(
    "prints only what drift prints with --silent, and that is JSON",
    () =>
      Effect.gen(function* () {
        const command = Object.keys(commands).find((text) => text.includes("| jq")) as string
        const { code, stdout } = yield* shell(command.replace(/ \| jq.*/, ""))
        assert.strictEqual(code, 2)
        assert.strictEqual(JSON.parse(stdout).summary.total, 13)
      }),
    120_000
  )

  it.live("shows a picture of a real run", () =>
    Effect.gen(function* () {
      const args = ["check", "examples/quickstart/backup.yaml", "--emulate", "examples/quickstart/fleet.yaml"]
      const real = stable((yield* drift(args)).stdout).split("\n")
      const picture = stable(blocks(readme, "")[0] as string).split("\n")
      assert.isAbove(picture.length, 10)
      for (const line of picture) if (line !== "…") assert.include(real, line)
    })
  )

  it.live(
    "has a CI step that runs",
    () =>
      withEmulator(fleetOf(2), (env) =>
        Effect.gen(function* () {
          const step = /- run: \|\n([\s\S]*?)\n {8}env:/.exec(
            blocks(readme, "yaml").find((block) => block.includes("jobs:")) as string
          )?.[1] as string
          const cwd = mkdtempSync(join(tmpdir(), "ci-"))
          symlinkSync(root, join(cwd, "holdfast"))
          writeFileSync(join(cwd, "backup.yaml"), manifestOf(2))
          const key = {
            SA_KEY: "{}",
            YC_SERVICE_ACCOUNT_KEY_FILE: join(cwd, "key.json"),
            YC_IAM_TOKEN: Seed.defaultToken
          }
          const { code, stdout } = yield* shell(step, { cwd, env: { ...env, ...key } })
          assert.strictEqual(code, 0)
          assert.include(stdout, "✓ In sync: all 2 are as declared")
        })
      ),
    120_000
  )

  it("has every exit code in its table", () => {
    for (const [code, meaning] of Object.entries(ExitCode.meanings)) {
      assert.include(readme, `| ${code} | ${meaning}`)
    }
  })

  it("shows a manifest that is valid", () => {
    const [manifest = ""] = blocks(readme, "yaml")
    assert.deepStrictEqual(parse(new SourceText("README.md", manifest)).diagnostics, [])
  })
})

describe("docs/manifest.md", () => {
  it("has every expectation in its tables", () => {
    const page = read("docs/manifest.md")
    for (const field of Object.keys(fields)) assert.match(page, new RegExp(`^\\| .*\`${field}\``, "m"))
  })

  it.live("shows what its manifest of several files comes to", () =>
    Effect.gen(function* () {
      const examples = blocks(read("docs/manifest.md"), "yaml")
      const printed = examples.findIndex((example) => example.startsWith("# Made by drift validate --print"))
      const cwd = directory({
        "backup.yaml": examples[printed - 1] as string,
        "common.yaml": "version: 1\ndefaults: {protected: true, maxBackupAge: 26h}\n"
      })
      mkdirSync(join(cwd, "env"))
      writeFileSync(join(cwd, "env/prod.yaml"), "version: 1\nresources:\n  db-1: {instance: epddb1prod0000000001}\n")
      const result = yield* drift(["validate", "--print", "--var", "env=prod"], { cwd })
      assert.deepStrictEqual(result, { code: 0, stdout: examples[printed] as string, stderr: "" })
    })
  )

  it.live(
    "has a command that writes the schema",
    () =>
      Effect.gen(function* () {
        const command = blocks(read("docs/manifest.md"), "sh")
          .flatMap((block) => block.trim().split("\n"))
          .find((line) => line.endsWith(" > manifest.schema.json"))
        const { code, stdout } = yield* shell((command ?? "").replace(/ > .*/, ""))
        assert.deepStrictEqual([code, stdout], [0, read("docs/manifest.schema.json")])
      }),
    120_000
  )
})

describe("code in documents", () => {
  const programs = globSync("examples/library/src/*.ts", { cwd: root }).map(read)

  it.each(["README.md", "packages/core/README.md", "docs/library.md"])(
    "of %s is part of a program that the tests run",
    (path) => {
      const examples = blocks(read(path), "ts")
      assert.isAbove(examples.length, 0)
      for (const example of examples) {
        assert.isTrue(
          programs.some((program) => program.includes(example)),
          example
        )
      }
    }
  )

  it("gives the figures of the retry policies, and every error by name", () => {
    const guide = read("docs/library.md")
    for (const { fields } of CloudBackupError.members) assert.include(guide, `| \`${fields._tag.schema.literal}\` |`)
    for (const reason of [...connectionFailures, ...malformations]) assert.include(guide, `\`${reason}\``)
    const { patient, standard } = RetryPolicy
    assert.include(
      guide,
      `| attempts | ${standard.maxAttempts} | ${patient.maxAttempts} | ${RetryPolicy.none.maxAttempts} |`
    )
    assert.include(
      guide,
      `| ${standard.maxRetryAfterMillis / 1_000} s | ${patient.maxRetryAfterMillis / 60_000} min | 0 |`
    )
    assert.include(guide, `| ${standard.outageMillis / 1_000} s | ${patient.outageMillis / 60_000} min | 0 |`)
  })
})

describe("docs/getting-started.md", () => {
  it.live(
    "has commands that succeed, one after the other",
    () =>
      Effect.gen(function* () {
        const lines = blocks(read("docs/getting-started.md"), "sh").flatMap((block) => block.trim().split("\n"))
        assert.lengthOf(lines, 3)
        // Not in the workspace itself.
        const manifest = join(mkdtempSync(join(tmpdir(), "started-")), "backup.yaml")
        for (const line of lines) {
          const { code, said } = yield* shell(line.replaceAll(/(?<= )backup\.yaml/g, manifest))
          assert.strictEqual(code, 0, `${line}: ${said}`)
        }
      }),
    120_000
  )
})

describe("docs/emulator.md", () => {
  const text = read("docs/emulator.md")

  it.effect("shows a seed that the emulator takes", () =>
    Effect.map(Seed.parse(blocks(text, "yaml")[0] as string, "docs/emulator.md"), ({ resources }) =>
      assert.lengthOf(resources, 1)
    )
  )

  it("has every fault in its table", () => {
    for (const [kind, does] of Object.entries(kinds)) assert.include(text, `\n| \`${kind}\` | ${does} |\n`)
    for (const route of routes) assert.include(text, `\`${route}\``)
  })
})

describe("docs/reports.md, of ndjson", () => {
  const text = read("docs/reports.md")

  it("tells of every type of line", () => {
    const types = [...read("packages/report/src/ndjson.ts").matchAll(/"((?:[a-z]+_)*[a-z]+)", \{/g)]
    assert.isAbove(types.length, 4)
    for (const [, type] of types) assert.include(text, `| \`${type}\` |`)
  })
})

describe("docs/ci.md", () => {
  const text = read("docs/ci.md")
  const action = read("action.yml")
  const keysOf = (part: string): ReadonlyArray<string> =>
    [...(new RegExp(`^${part}:\\n((?: .*\\n)+)`, "m").exec(action)?.[1] ?? "").matchAll(/^ {2}([\w-]+):$/gm)].map(
      ([, key]) => key as string
    )

  it("has every input and output of the action in its tables", () => {
    const keys = [...keysOf("inputs"), ...keysOf("outputs")]
    assert.lengthOf(keys, 15)
    for (const key of keys) assert.match(text, new RegExp(`^\\| .*\`${key}\`.* \\|`, "m"), key)
  })

  it("gives inputs that the action has", () => {
    const given = /with:\n([\s\S]*?)\n```/.exec(text)?.[1] ?? ""
    const keys = [...given.matchAll(/^ {10}([\w-]+):/gm)].map(([, key]) => key as string)
    assert.lengthOf(keys, 3)
    for (const key of keys) assert.include(keysOf("inputs"), key)
  })
})

describe("docs/terraform.md", () => {
  const text = read("docs/terraform.md")

  it.live(
    "shows the manifest that its command prints",
    () =>
      Effect.gen(function* () {
        const { code, stdout } = yield* shell((blocks(text, "sh")[0] as string).replace("pnpm ", "pnpm --silent "))
        assert.deepStrictEqual([code, stdout], [0, blocks(text, "yaml")[0]])
      }),
    120_000
  )

  it.live("has commands that write a manifest, of what a file or Terraform gives", () =>
    Effect.gen(function* () {
      const source = join(root, "examples/terraform/terraform.tfstate")
      const found = [...text.matchAll(/\| `([^`]+ --output backup\.yaml)` \|/g)].map(([, command]) => command as string)
      assert.lengthOf(found, 3)
      for (const command of found) {
        const cwd = mkdtempSync(join(tmpdir(), "import-"))
        symlinkSync(source, join(cwd, "terraform.tfstate"))
        // Terraform may not be installed, and would ask for its provider.
        const line = command
          .replace(/^terraform [^|]*\\\|/, "cat terraform.tfstate |")
          .replace("drift ", `"${process.execPath}" "${bundle}" `)
        const { code, said } = yield* shell(line, { cwd })
        assert.strictEqual(code, 0, said)
        assert.match(readFileSync(join(cwd, "backup.yaml"), "utf8"), /^version: 1$/m)
      }
    })
  )
})

describe("docs/reports.md", () => {
  const text = read("docs/reports.md")

  it.live(
    "has commands that write what they say, one after the other",
    () =>
      Effect.gen(function* () {
        const { privateKey, publicKey } = generateKeyPairSync("ed25519")
        const cwd = directory({
          "key.pem": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
          "public.pem": publicKey.export({ type: "spki", format: "pem" }).toString()
        })
        for (const command of blocks(text, "sh").flatMap((block) => block.trim().split("\n"))) {
          const { code, said } = yield* shell(command.replaceAll("/tmp/", `${cwd}/`))
          assert.strictEqual(code, / --fail-on new$| verify /.test(command) ? 0 : 2, `${command}: ${said}`)
          const files = [...command.matchAll(/(?:=|--output )\/tmp\/(\S+)/g)].map(([, name]) => name as string)
          for (const name of files) assert.isNotEmpty(readFileSync(join(cwd, name), "utf8"))
        }
      }),
    120_000
  )

  it("has a section for every format but JSON", () => {
    for (const format of reportFormats) if (format !== "json") assert.include(text, `\n## ${format}\n`)
  })
})

describe("documents", () => {
  it.each(documents)("%s links to files that exist", (path) => {
    for (const [, link] of read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.isTrue(existsSync(join(root, dirname(path), link as string)), `${path} links to ${link}`)
    }
  })

  it("ARCHITECTURE names modules that exist", () => {
    const text = read("ARCHITECTURE.md")
    for (const [, path] of text.matchAll(/`((?:core|manifest|check|report|emulator)\/src\/[\w/.]+)`/g)) {
      assert.isTrue(existsSync(join(root, "packages", path as string)), path)
    }
    for (const [, room, path] of text.matchAll(/^\| `((?:packages|apps)\/\w+)` \|.*\| `([\w/.]+)` \|$/gm)) {
      assert.isTrue(existsSync(join(root, room as string, path as string)), `${room}/${path}`)
    }
  })

  it("CONTRIBUTING's commands are scripts of the workspace", () => {
    const scripts = Object.keys(JSON.parse(read("package.json")).scripts)
    for (const [, name] of read("CONTRIBUTING.md").matchAll(/^\| `pnpm (?:run )?(\w+)`/gm)) {
      assert.include(scripts, name as string)
    }
  })
})
