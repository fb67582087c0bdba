/**
 * The action of this repository: its steps are run as GitHub runs them, against the emulator.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { load } from "js-yaml"
import { harmless } from "../../../packages/report/test/everyFormat.ts"
import { directory, fleetOf, manifestOf, root, withEmulator } from "./drift.ts"
import { hostileTexts, manifestOf as manifestOfTexts, seedOf } from "./hostileFleet.ts"
import { read, type Shell, shell, Texts } from "./shell.ts"

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
          const result = yield* step(check, {}, { cwd, env })
          assert.strictEqual(result.code, 2, result.stderr)
          assert.match(
            result.stdout,
            /^::error file=backup\.yaml,line=5,col=\d+,title=web-2%3A drifted \(high\)::enabled/m
          )
          assert.match(result.summary, /^<!-- holdfast-report -->\n## Holdfast: \u2717 Drift: 1 drifted/)
          const { json, markdown, sarif, ...outputs } = result.outputs
          assert.deepStrictEqual(outputs, { "exit-code": "2", drifted: "true", compared: "true" })
          assert.include(result.summary, "\n[HF010]: docs/rules/HF010.md\n")
          assert.strictEqual(readFileSync(markdown ?? "", "utf8"), result.summary)
          assert.strictEqual(JSON.parse(readFileSync(json ?? "", "utf8")).summary.drifted, 1)
          assert.lengthOf(JSON.parse(readFileSync(sarif ?? "", "utf8")).runs[0].results, 1)
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
          const given = { files: "a b.yaml\n-c.yaml\n", var: "id=epd1\n" }
          const first = yield* step(check, given, { cwd, env })
          assert.strictEqual(first.code, 2, first.stderr)
          const baseline = first.outputs.json ?? ""
          const known = yield* step(check, { ...given, baseline, "fail-on": "new" }, { cwd, env })
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
          const { outputs } = yield* step(check, {}, { cwd, env })
          assert.deepInclude(outputs, { "exit-code": "2", compared: "false" })
          const upload = action.runs.steps.find(({ uses }) => uses !== undefined)
          assert.include(upload?.if, "steps.check.outputs.compared == 'true'")
        })
    )
  )

  it.live("ends as drift does where it could not tell, wherever the runner keeps its files", () =>
    withEmulator(
      fleetOf(2, (index) => (index === 1 ? {} : { faults: [{ fault: "forbidden" as const }] })),
      (env) =>
        Effect.gen(function* () {
          const cwd = join(directory({}), "a 'b' $(touch owned); c")
          mkdirSync(cwd)
          writeFileSync(join(cwd, "backup.yaml"), manifestOf(2))
          const { code, outputs, summary } = yield* step(check, {}, { cwd, env })
          assert.deepInclude(outputs, { "exit-code": "3", drifted: "false", compared: "false" })
          assert.strictEqual(code, 3)
          assert.match(summary, /^## Holdfast: \u26a0 Could not tell: no drift seen/m)
          assert.isTrue(existsSync(outputs.sarif ?? ""))
          assert.isFalse(existsSync(join(cwd, "owned")))
        })
    )
  )

  it.live("links the rules where it was taken from", () =>
    withEmulator(fleetOf(1), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(1) })
        const linked = (repository: string, ref: string) => {
          const given = { "${{ github.action_repository }}": repository, "${{ github.action_ref }}": ref }
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
      for (const name of ["files", "var", "baseline", "fail-on", "reports", "category"]) {
        const result = yield* step(check, { [name]: evil }, { cwd, env: {} })
        assert.strictEqual(result.code, 1, name)
        for (const line of result.stdout.split("\n")) assert.match(line, /^(::(error|warning|notice) |$)/)
      }
      assert.isFalse(existsSync(join(cwd, "owned")))
    })
  )

  it.live("writes no command, output or line of a hostile fleet's own", () =>
    withEmulator(seedOf(hostileTexts), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOfTexts(hostileTexts) })
        const { code, outputs, stderr, stdout, summary } = yield* step(check, {}, { cwd, env })
        assert.strictEqual(code, 2, stderr)
        assert.includeMembers(Object.keys(outputs), ["exit-code", "drifted", "compared", "sarif", "markdown", "json"])
        for (const text of [stdout, stderr, summary]) harmless(text, (said) => ({ said, shape: "" }))
      })
    )
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

  const commented = (url: string, report: string, given: Readonly<Record<string, string>> = {}) =>
    step(
      comment,
      {
        ...given,
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

  it.live("leaves a comment for each category, of which none replaces another", () => {
    const mark = "<!-- holdfast-report -->\n## Holdfast: "
    const comments: Array<{ id: number; body: string; user: { login: string } }> = []
    return withGitHub(comments, 200, (url) =>
      Effect.gen(function* () {
        for (const text of ["first", "second"]) {
          yield* commented(url, `${mark}${text}`)
          for (const category of ["prod", "prod/dev"]) yield* commented(url, `${mark}${text}`, { category })
        }
        assert.deepStrictEqual(
          comments.map(({ body }) => body),
          [
            `${mark}second`,
            "<!-- holdfast-report prod -->\n## Holdfast, prod: second",
            "<!-- holdfast-report prod/dev -->\n## Holdfast, prod/dev: second"
          ]
        )
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
          /^::warning title=Holdfast::The comment could not be written: GitHub answers 403\. It takes permissions: [^\n]*\.\n$/
        )
      })
    )
  )
})
