/**
 * What is offered for CI beside the action: each file is read, and what it runs is run against the emulator.
 */
import { chmodSync, cpSync, existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { validate as lintDockerfile } from "dockerfile-utils"
import { Effect, Schema } from "effect"
import { load } from "js-yaml"
import { bundle, directory, drift, fleetOf, manifestOf, root, withEmulator } from "./drift.ts"
import { read, shell, Texts } from "./shell.ts"

describe("examples/ci/gitlab-ci.yml", () => {
  const { backups } = Schema.decodeUnknownSync(
    Schema.Struct({
      backups: Schema.Struct({
        image: Schema.String,
        id_tokens: Schema.Struct({ YC_ID_TOKEN: Schema.Struct({ aud: Schema.String }) }),
        variables: Texts,
        before_script: Schema.Array(Schema.String),
        script: Schema.Array(Schema.String),
        artifacts: Schema.Struct({
          when: Schema.Literal("always"),
          paths: Schema.Array(Schema.String),
          reports: Schema.Struct({ junit: Schema.String, codequality: Schema.String })
        })
      })
    })
  )(load(read("examples/ci/gitlab-ci.yml")))

  it.live("has a job that fails on drift and leaves its artifacts", () =>
    withEmulator(
      fleetOf(2, (index) => ({ enabled: index !== 2 })),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(2) })
          // What is cloned is this checkout, with what is installed in it.
          const bin = directory({
            git: `#!/bin/sh\nif [ "$1" = clone ]; then rmdir "$4" && ln -s "${root}" "$4"; fi\n`
          })
          chmodSync(join(bin, "git"), 0o755)
          const all = { ...env, ...backups.variables, PATH: `${bin}:${process.env.PATH}` }
          const lines = [...backups.before_script, ...backups.script].join("\n")
          // A runner may keep directories: the second job finds what the first has left.
          for (const job of [1, 2]) {
            const result = yield* shell(lines, { cwd, env: all })
            assert.strictEqual(result.code, 2, `${job}: ${result.stderr}`)
          }
          const { paths, reports } = backups.artifacts
          for (const path of [...paths, ...Object.values(reports)]) assert.isTrue(existsSync(join(cwd, path)), path)
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
