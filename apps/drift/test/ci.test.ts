/**
 * What is offered for CI: each file is read, and what it runs is run against the emulator.
 */
import { execFile } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { validate as lintDockerfile } from "dockerfile-utils"
import { Effect, Schema } from "effect"
import { load } from "js-yaml"
import { bundle, directory, drift, fleetOf, manifestOf, root, withEmulator } from "./drift.ts"

const read = (path: string): string => readFileSync(join(root, path), "utf8")

interface Shell {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Runs a line of bash with these variables, and nothing else of the machine's but its path. */
const shell = (command: string, { cwd, env }: Shell) =>
  Effect.callback<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resume) => {
    const all = { PATH: process.env.PATH ?? "", HOME: cwd, HOLDFAST_METADATA_URL: "http://127.0.0.1:1", ...env }
    execFile("bash", ["-e", "-o", "pipefail", "-c", command], { cwd, env: all }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
      resume(Effect.succeed({ code, stdout, stderr }))
    })
  })

const Texts = Schema.Record(Schema.String, Schema.String)

describe("action.yml", () => {
  const Step = Schema.Struct({
    id: Schema.optionalKey(Schema.String),
    if: Schema.optionalKey(Schema.String),
    uses: Schema.optionalKey(Schema.String),
    shell: Schema.optionalKey(Schema.Literal("bash")),
    run: Schema.optionalKey(Schema.String),
    with: Schema.optionalKey(Texts),
    env: Schema.optionalKey(Texts)
  })
  const action = Schema.decodeUnknownSync(
    Schema.Struct({
      name: Schema.String,
      description: Schema.String,
      inputs: Schema.Record(Schema.String, Schema.Struct({ description: Schema.String, default: Schema.String })),
      outputs: Schema.Record(Schema.String, Schema.Struct({ description: Schema.String, value: Schema.String })),
      runs: Schema.Struct({ using: Schema.Literal("composite"), steps: Schema.Array(Step) })
    })
  )(load(read("action.yml")), { onExcessProperty: "error" })
  const [check, , comment] = action.runs.steps

  /** Runs a step as GitHub does, with these inputs; what the step has written is given, too. */
  const step = (of: typeof check, given: Readonly<Record<string, string>>, { cwd, env }: Shell) => {
    const values = (expression: string): string => {
      const name = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1]
      if (name === undefined) return given[expression] ?? ""
      assert.property(action.inputs, name)
      return given[name] ?? action.inputs[name]?.default ?? ""
    }
    const files = { GITHUB_OUTPUT: join(cwd, "output"), GITHUB_STEP_SUMMARY: join(cwd, "summary.md") }
    for (const path of Object.values(files)) writeFileSync(path, "")
    mkdirSync(join(cwd, "temp"), { recursive: true })
    const variables = Object.fromEntries(Object.entries(of?.env ?? {}).map(([name, value]) => [name, values(value)]))
    const own = { RUNNER_TEMP: join(cwd, "temp"), GITHUB_ACTION_PATH: root, ...files }
    return Effect.map(shell(of?.run ?? "false", { cwd, env: { ...env, ...own, ...variables } }), (result) => ({
      ...result,
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
      outputs: Object.fromEntries(
        readFileSync(files.GITHUB_OUTPUT, "utf8")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
      )
    }))
  }

  /** The formats of this build. */
  const reports = "markdown json"

  it("gives no text of others to a shell, and pins what it uses", () => {
    for (const { env, run, uses } of action.runs.steps) {
      if (run !== undefined) assert.notInclude(run, "${{")
      if (run !== undefined) assert.isDefined(env)
      if (uses !== undefined) assert.match(uses, /^github\/codeql-action\/upload-sarif@(v\d+|[0-9a-f]{40})$/)
    }
    for (const { value } of Object.values(action.outputs)) {
      assert.match(value, /^\$\{\{ steps\.check\.outputs\.[\w-]+ \}\}$/)
    }
    assert.strictEqual(check?.id, "check")
    assert.deepStrictEqual(action.inputs.reports?.default.split(" "), ["sarif", "markdown", "json"])
  })

  it("has scripts that can be started", () => {
    for (const name of ["action.sh", "drift.sh", "validate.sh"]) {
      assert.strictEqual(statSync(join(root, "scripts", name)).mode & 0o111, 0o111, name)
    }
  })

  it.live("tells drift by annotations, summary, outputs, reports and the exit code", () =>
    withEmulator(
      fleetOf(3, (index) => ({ enabled: index !== 2 })),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(3) })
          const result = yield* step(check, { reports }, { cwd, env })
          assert.strictEqual(result.code, 2, result.stderr)
          assert.match(
            result.stdout,
            /^::error file=backup\.yaml,line=5,col=\d+,title=web-2%3A drifted \(high\)::enabled/m
          )
          assert.match(result.summary, /^<!-- holdfast-report -->\n## Holdfast: \u2717 Drift: 1 drifted/)
          const { json, markdown, ...outputs } = result.outputs
          assert.deepStrictEqual(outputs, { "exit-code": "2", drifted: "true", compared: "true" })
          assert.include(result.summary, "\n[HF010]: docs/rules/HF010.md\n")
          assert.strictEqual(readFileSync(markdown ?? "", "utf8"), result.summary)
          assert.strictEqual(JSON.parse(readFileSync(json ?? "", "utf8")).summary.drifted, 1)
        })
    )
  )

  it.live("takes files, variables, a baseline and what fails", () =>
    withEmulator(
      fleetOf(2, () => ({ enabled: false })),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({
            "a b.yaml": `version: 1\nresources: {one: {instance: '\${id}', protected: true}}\n`,
            "-c.yaml": "version: 1\nresources: {two: {instance: epd2, protected: true}}\n"
          })
          const given = { files: "a b.yaml\n-c.yaml\n", var: "id=epd1\n", reports }
          const first = yield* step(check, given, { cwd, env })
          assert.strictEqual(first.code, 2, first.stderr)
          cpSync(first.outputs.json ?? "", join(cwd, "base.json"))
          const known = yield* step(check, { ...given, baseline: "base.json", "fail-on": "new" }, { cwd, env })
          assert.deepInclude(known, { code: 0 })
          assert.deepInclude(known.outputs, { "exit-code": "0", drifted: "false" })
        })
    )
  )

  it.live("uploads nothing where not all could be compared: what is not there would count as mended", () =>
    withEmulator(
      fleetOf(2, (index) =>
        index === 1 ? { enabled: false, faults: [] } : { faults: [{ fault: "forbidden" as const }] }
      ),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(2) })
          const { outputs } = yield* step(check, { reports }, { cwd, env })
          assert.deepInclude(outputs, { "exit-code": "2", compared: "false" })
          const upload = action.runs.steps.find(({ uses }) => uses !== undefined)
          assert.include(upload?.if, "steps.check.outputs.compared == 'true'")
        })
    )
  )

  it.live("links the rules where it was taken from", () =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const linked = (repository: string, ref: string) => {
          const given = { reports, "${{ github.action_repository }}": repository, "${{ github.action_ref }}": ref }
          return Effect.map(step(check, given, { cwd, env }), ({ code, summary }) => {
            assert.strictEqual(code, 0)
            return /^\[HF010\]: (.*)$/m.exec(summary)?.[1]
          })
        }
        const page = "docs/rules/HF010.md"
        assert.strictEqual(yield* linked("us/holdfast", "v1"), `https://github.com/us/holdfast/blob/v1/${page}`)
        assert.strictEqual(yield* linked("", ""), page)
        assert.strictEqual(yield* linked("us/holdfast", "x|e touch owned"), page)
      })
    )
  )

  it.live("runs nothing of what its inputs hold", () =>
    Effect.gen(function* () {
      const cwd = directory({})
      const evil = '$(touch owned) `touch owned`; touch owned\n"; touch owned; "'
      for (const name of ["files", "var", "baseline", "fail-on", "reports"]) {
        const result = yield* step(check, { reports, [name]: evil }, { cwd, env: {} })
        assert.strictEqual(result.code, 1, name)
        for (const line of result.stdout.split("\n")) assert.match(line, /^(::(error|warning|notice) |$)/)
      }
      assert.isFalse(existsSync(join(cwd, "owned")))
    })
  )

  /** GitHub's comments of a pull request, over a socket. */
  const withGitHub = <A, E>(
    comments: Array<{ id: number; body: string; user: { login: string } }>,
    status: number,
    use: (url: string, calls: ReadonlyArray<string>) => Effect.Effect<A, E>
  ) => {
    const calls: Array<string> = []
    const acquire = Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        const { method = "", url = "" } = request
        calls.push(`${method} ${url} ${request.headers.authorization}`)
        let text = ""
        request.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk
        })
        request.on("end", () => {
          response.writeHead(status, { "content-type": "application/json" })
          const page = Number(new URL(url, "http://x").searchParams.get("page"))
          if (status >= 400 || method === "GET") {
            response.end(JSON.stringify(comments.slice(100 * (page - 1), 100 * page)))
            return
          }
          const { body } = JSON.parse(text)
          if (method === "POST")
            comments.push({ id: comments.length + 1, body, user: { login: "github-actions[bot]" } })
          else for (const known of comments) if (url.endsWith(`/comments/${known.id}`)) known.body = body
          response.end("{}")
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    })
    return Effect.scoped(
      Effect.flatMap(
        Effect.acquireRelease(acquire, (server) => Effect.sync(() => server.close())),
        (server) => use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls)
      )
    )
  }

  const commented = (url: string, report: string) =>
    step(
      comment,
      {
        "github-token": "secret",
        "${{ github.event.pull_request.number }}": "7",
        "${{ steps.check.outputs.markdown }}": join(directory({ "report.md": report }), "report.md")
      },
      { cwd: directory({}), env: { GITHUB_API_URL: url, GITHUB_REPOSITORY: "us/ours" } }
    )

  it.live("leaves one comment, and updates its own only", () => {
    const mark = "<!-- holdfast-report -->\n"
    const others = Array.from({ length: 100 }, (_, index) => ({
      id: index + 1,
      body: `${mark}not ours`,
      user: { login: "somebody" }
    }))
    return withGitHub(others, 200, (url, calls) =>
      Effect.gen(function* () {
        for (const text of ["first", "second"]) {
          const { code, stderr, stdout } = yield* commented(url, `${mark}${text}`)
          assert.deepStrictEqual([code, stdout, stderr], [0, "", ""])
        }
        assert.lengthOf(others, 101)
        assert.strictEqual(others[100]?.body, `${mark}second`)
        assert.isTrue(others.slice(0, 100).every(({ body }) => body === `${mark}not ours`))
        const path = "/repos/us/ours/issues"
        assert.deepStrictEqual(calls, [
          `GET ${path}/7/comments?per_page=100&page=1 Bearer secret`,
          `GET ${path}/7/comments?per_page=100&page=2 Bearer secret`,
          `POST ${path}/7/comments Bearer secret`,
          `GET ${path}/7/comments?per_page=100&page=1 Bearer secret`,
          `GET ${path}/7/comments?per_page=100&page=2 Bearer secret`,
          `PATCH ${path}/comments/101 Bearer secret`
        ])
      })
    )
  })

  it.live("warns where it may not comment, and fails nothing by that", () =>
    withGitHub([], 403, (url) =>
      Effect.gen(function* () {
        const { code, stdout } = yield* commented(url, "x")
        assert.strictEqual(code, 0)
        assert.match(
          stdout,
          /^::warning title=Holdfast::The comment could not be written: GitHub answers 403\. [^\n]*\n$/
        )
      })
    )
  )
})

describe("examples/ci/gitlab-ci.yml", () => {
  const { backups } = Schema.decodeUnknownSync(
    Schema.Struct({
      backups: Schema.Struct({
        image: Schema.String,
        id_tokens: Schema.Struct({ YC_ID_TOKEN: Schema.Struct({ aud: Schema.String }) }),
        variables: Texts,
        before_script: Schema.Array(Schema.String),
        script: Schema.Array(Schema.String),
        artifacts: Schema.Struct({ when: Schema.Literal("always"), paths: Schema.Array(Schema.String) })
      })
    })
  )(load(read("examples/ci/gitlab-ci.yml")))

  it.live("has a job that fails on drift and leaves its artifacts", () =>
    withEmulator(
      fleetOf(2, (index) => ({ enabled: index !== 2 })),
      (env) =>
        Effect.gen(function* () {
          const builds = directory({})
          const cwd = join(builds, "project")
          mkdirSync(cwd)
          symlinkSync(root, join(builds, "holdfast"))
          writeFileSync(join(cwd, "backup.yaml"), manifestOf(2))
          const all = { ...env, ...backups.variables, CI_PROJECT_DIR: cwd }
          const result = yield* shell(backups.script.join("\n"), { cwd, env: all })
          assert.strictEqual(result.code, 2, result.stderr)
          for (const path of backups.artifacts.paths) assert.isTrue(existsSync(join(cwd, path)), path)
        })
    )
  )
})

describe(".pre-commit-hooks.yaml", () => {
  const [hook] = Schema.decodeUnknownSync(
    Schema.Tuple([
      Schema.Struct({
        id: Schema.Literal("drift-validate"),
        name: Schema.String,
        description: Schema.String,
        entry: Schema.String,
        language: Schema.Literal("script"),
        files: Schema.String,
        require_serial: Schema.Boolean
      })
    ])
  )(load(read(".pre-commit-hooks.yaml")), { onExcessProperty: "error" })

  it("is run for manifests only", () => {
    const files = new RegExp(hook.files)
    for (const path of ["backup.yaml", "env/backup.yml"]) assert.match(path, files)
    for (const path of ["my-backup.yaml", "backup.yaml.orig", "fleet.yaml"]) assert.notMatch(path, files)
  })

  it.live("judges each file by itself, and asks no network", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(1), "-other.yaml": manifestOf(1), "bad.yaml": "version: 2\n" })
      // Whatever it asked would be refused.
      const env = { HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" }
      const run = (...names: ReadonlyArray<string>) =>
        shell(`"${join(root, hook.entry)}" ${names.join(" ")}`, { cwd, env })
      const good = yield* run("backup.yaml", "-other.yaml")
      assert.strictEqual(good.code, 0, good.stderr)
      const bad = yield* run("bad.yaml", "backup.yaml")
      assert.strictEqual(bad.code, 1)
      assert.match(bad.stderr, /^bad\.yaml:1:\d+: error/)
      assert.include(bad.stdout, "backup.yaml: valid, 1 resource")
    })
  )
})

describe("examples/ci/Dockerfile", () => {
  const text = read("examples/ci/Dockerfile")
  const instructions = text
    .split("\n")
    .map((line) => /^([A-Z]+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = "", value = ""]) => ({ name, value }))
  const last = (wanted: string) => instructions.findLast(({ name }) => name === wanted)?.value ?? ""
  const words = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Schema.String)))

  it("is well written", () => {
    assert.deepStrictEqual(
      lintDockerfile(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`),
      []
    )
  })

  it("builds with the pnpm of the workspace, and ends as nobody without a shell", () => {
    assert.include(text, `npx -y ${JSON.parse(read("package.json")).packageManager} install --frozen-lockfile`)
    assert.isTrue(existsSync(join(root, "apps/drift/build.ts")))
    assert.match(last("FROM"), /^gcr\.io\/distroless\/.*:nonroot$/)
    assert.strictEqual(last("USER"), "65532:65532")
  })

  it.live("has an entry point that runs, and writes nothing", () =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const image = directory({})
        cpSync(join(bundle, ".."), join(image, "opt/holdfast"), { recursive: true })
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const before = readdirSync(image, { recursive: true }).length
        chmodSync(cwd, 0o555)
        const line = [...words(last("ENTRYPOINT")), ...words(last("CMD"))]
          .map((word) => word.replace("/nodejs/bin/node", process.execPath).replace("/opt/", `${image}/opt/`))
          .map((word) => `"${word}"`)
          .join(" ")
        const [name = "", value = ""] = last("ENV").split("=")
        const result = yield* shell(line, { cwd, env: { ...env, [name]: value, HOME: image } })
        assert.strictEqual(result.code, 0, result.stderr)
        assert.deepStrictEqual(readdirSync(cwd), ["backup.yaml"])
        assert.lengthOf(readdirSync(image, { recursive: true }), before)
      })
    )
  )
})

describe("examples/ci/cronjob.yaml", () => {
  const Mount = Schema.Struct({ name: Schema.String, mountPath: Schema.String, readOnly: Schema.Literal(true) })
  const Pod = Schema.Struct({
    restartPolicy: Schema.Literal("Never"),
    automountServiceAccountToken: Schema.Literal(false),
    securityContext: Schema.Struct({ runAsNonRoot: Schema.Literal(true), runAsUser: Schema.Literal(65532) }),
    containers: Schema.Tuple([
      Schema.Struct({
        args: Schema.Array(Schema.String),
        env: Schema.Tuple([
          Schema.Struct({ name: Schema.Literal("YC_SERVICE_ACCOUNT_KEY_FILE"), value: Schema.String })
        ]),
        securityContext: Schema.Struct({
          allowPrivilegeEscalation: Schema.Literal(false),
          readOnlyRootFilesystem: Schema.Literal(true),
          capabilities: Schema.Struct({ drop: Schema.Tuple([Schema.Literal("ALL")]) })
        }),
        resources: Schema.Struct({ requests: Texts, limits: Texts }),
        volumeMounts: Schema.Array(Mount)
      })
    ]),
    volumes: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        secret: Schema.optionalKey(Schema.Struct({ secretName: Schema.String, defaultMode: Schema.Literal(0o440) }))
      })
    )
  })
  const { spec } = Schema.decodeUnknownSync(
    Schema.Struct({
      apiVersion: Schema.Literal("batch/v1"),
      kind: Schema.Literal("CronJob"),
      spec: Schema.Struct({
        concurrencyPolicy: Schema.Literal("Forbid"),
        jobTemplate: Schema.Struct({
          spec: Schema.Struct({
            backoffLimit: Schema.Literal(0),
            template: Schema.Struct({ spec: Pod })
          })
        })
      })
    })
  )(load(read("examples/ci/cronjob.yaml")))
  const pod = spec.jobTemplate.spec.template.spec
  const [container] = pod.containers

  it("mounts the key as a file, where the program looks for it", () => {
    assert.deepStrictEqual(
      container.volumeMounts.map(({ name }) => name),
      pod.volumes.map(({ name }) => name)
    )
    const key = pod.volumes.find(({ secret }) => secret !== undefined)?.name
    const path = container.volumeMounts.find(({ name }) => name === key)?.mountPath
    assert.isTrue(container.env[0].value.startsWith(`${path}/`))
  })

  it.live("has arguments that run", () =>
    withEmulator(
      fleetOf(2, (index) => ({ enabled: index !== 2 })),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(2) })
          const args = container.args.map((arg) => arg.replace("/etc/holdfast/manifest", cwd))
          const result = yield* drift(args, { env })
          assert.strictEqual(result.code, 2, result.stderr)
          const types = result.stdout
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line).type)
          assert.deepStrictEqual(types, ["version", "resource", "resource_drift", "change_summary"])
        })
    )
  )
})
