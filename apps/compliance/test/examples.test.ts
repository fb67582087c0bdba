/** What examples/compliance offers: each file is read, and what it starts is started, against the emulator. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { load, loadAll } from "js-yaml"
import { readConfig } from "../src/config/readConfig.ts"
import { compliance, directory, eventually, healthy, start, withEmulator } from "./support/replica.ts"

const root = join(import.meta.dirname, "../../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const example = (name: string): string => read(`examples/compliance/${name}`)

const manifest = "version: 1\ndefaults: {protected: true}\nresources:\n  web-1: {instance: epd1}\n"

const Labels = Schema.Record(Schema.String, Schema.String)
const Named = Schema.Struct({ name: Schema.String })
const Probe = Schema.Struct({
  httpGet: Schema.Struct({ path: Schema.Literals(["/healthz", "/readyz"]), port: Schema.Literal("http") })
})
const Container = Schema.Struct({
  args: Schema.Array(Schema.String),
  env: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String })),
  volumeMounts: Schema.Array(
    Schema.Struct({ name: Schema.String, mountPath: Schema.String, readOnly: Schema.Literal(true) })
  )
})
const podOf = <A extends Schema.Top>(container: A) =>
  Schema.Struct({ containers: Schema.Tuple([container]), volumes: Schema.Array(Named) })
const Replica = Schema.Struct({ ...Container.fields, startupProbe: Probe, livenessProbe: Probe, readinessProbe: Probe })
const selecting = Schema.Struct({ selector: Schema.Struct({ matchLabels: Labels }) })
const kind = <A extends string, B extends Schema.Struct.Fields>(name: A, fields: B) =>
  Schema.Struct({ kind: Schema.Literal(name), ...fields })

const Documents = Schema.Tuple([
  kind("ConfigMap", { data: Schema.Struct({ "compliance.yaml": Schema.String }) }),
  kind("Deployment", {
    spec: Schema.Struct({
      ...selecting.fields,
      template: Schema.Struct({ metadata: Schema.Struct({ labels: Labels }), spec: podOf(Replica) })
    })
  }),
  kind("PodDisruptionBudget", { spec: selecting }),
  kind("Service", { spec: Schema.Struct({ selector: Labels }) })
])

const CronJob = kind("CronJob", {
  spec: Schema.Struct({
    jobTemplate: Schema.Struct({ spec: Schema.Struct({ template: Schema.Struct({ spec: podOf(Container) }) }) })
  })
})

const Rules = Schema.Struct({
  groups: Schema.Array(
    Schema.Struct({ rules: Schema.Array(Schema.Struct({ alert: Schema.String, expr: Schema.String })) })
  )
})

/** What a command of an example is in a directory of the test. */
const here = (args: ReadonlyArray<string>, path: string) =>
  args.map((word) =>
    word
      .replace(/^\/etc\/holdfast\/(config\/)?compliance\.yaml$/, join(path, "compliance.yaml"))
      .replace(/^%i$/, "nightly")
  )

/** A directory with the example's configuration, on a history and a port of its own. */
const exampleDirectory = () =>
  directory({
    "compliance.yaml": example("compliance.yaml")
      .replace("/var/lib/holdfast/history.sqlite", "history.sqlite")
      .replace("127.0.0.1:8080", "127.0.0.1:0")
      .replaceAll("../quickstart/backup.yaml", "backup.yaml"),
    "backup.yaml": manifest
  })

const secrets = { HOLDFAST_TOKEN: "a".repeat(32), HOLDFAST_PROMETHEUS_TOKEN: "b".repeat(32) }

const runs = (args: ReadonlyArray<string>) =>
  withEmulator({ resources: [healthy("epd1")] }, (env) =>
    Effect.gen(function* () {
      const path = exampleDirectory()
      if (args[0] !== "start") {
        const { code, stderr } = yield* compliance(here(args, path), env)
        return assert.strictEqual(code, 0, stderr)
      }
      const replica = start(here(args, path), { ...env, ...secrets })
      yield* Effect.promise(() =>
        eventually("it listens", () => /dashboard is at/.exec(replica.said.stderr) ?? undefined)
      )
      replica.process.kill("SIGTERM")
      assert.strictEqual(yield* Effect.promise(() => replica.ended), 0)
    })
  )

describe("examples/compliance", () => {
  it.live("has a configuration whose jobs and manifests are valid", () =>
    Effect.map(
      compliance(["validate", "--config", join(root, "examples/compliance/compliance.yaml")]),
      ({ code, stderr }) => assert.strictEqual(code, 0, stderr)
    )
  )

  it.live.each(["holdfast-compliance.service", "holdfast-run@.service"])(
    "has %s, which starts what there is",
    (name) => {
      const lines = example(name)
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
      for (const line of lines) assert.match(line, /^(\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=.*)$/)
      const [node = "", program = "", ...args] = (lines.find((line) => line.startsWith("ExecStart=")) ?? "")
        .replace("ExecStart=", "")
        .split(" ")
      for (const path of [node, program]) assert.isTrue(existsSync(path.replace("/opt/holdfast", root)), path)
      return runs(args)
    }
  )

  it("has a timer for the unit of one run", () => {
    assert.match(example("holdfast-run@.timer"), /^OnCalendar=\*-\*-\* 03:00:00 Europe\/Moscow$/m)
  })

  it.live("has a Deployment whose configuration is valid, and whose probes there are", () => {
    const [map, deployment, budget, service] = Schema.decodeUnknownSync(Documents)(loadAll(example("deployment.yaml")))
    const result = readConfig("compliance.yaml", map.data["compliance.yaml"])
    assert.isTrue(Result.isSuccess(result), JSON.stringify(result))
    const { spec } = deployment.spec.template
    const [container] = spec.containers
    const labels = deployment.spec.template.metadata.labels
    for (const selector of [
      deployment.spec.selector.matchLabels,
      budget.spec.selector.matchLabels,
      service.spec.selector
    ]) {
      assert.deepStrictEqual(selector, labels)
    }
    assert.deepStrictEqual(
      container.volumeMounts.map(({ name }) => name),
      spec.volumes.map(({ name }) => name)
    )
    // Each file that the configuration and the environment name is in what is mounted.
    const named =
      [map.data["compliance.yaml"], JSON.stringify(container)]
        .join()
        .match(/\/(?:etc|run\/secrets)\/holdfast\/[\w./-]+\.?\w+/g) ?? []
    assert.isAtLeast(named.length, 6)
    for (const path of named) {
      assert.isTrue(
        container.volumeMounts.some(({ mountPath }) => path.startsWith(mountPath)),
        path
      )
    }
    return runs(container.args)
  })

  it.live("has a CronJob that makes one run", () => {
    const job = Schema.decodeUnknownSync(CronJob)(load(example("cronjob.yaml")))
    const [container] = job.spec.jobTemplate.spec.template.spec.containers
    return runs(container.args)
  })

  it("has an image whose program and command there are", () => {
    const text = example("Dockerfile")
    const [, program = ""] = /ENTRYPOINT \["[^"]+", "\/opt\/holdfast\/([^"]+)"\]/.exec(text) ?? []
    assert.isTrue(existsSync(join(root, program)), program)
    assert.include(text, 'CMD ["start"]')
    assert.include(example("Dockerfile.dockerignore"), "**/node_modules")
  })

  it("has rules on metrics that there are, with labels that they have", () => {
    const { groups } = Schema.decodeUnknownSync(Rules)(load(example("prometheus-rules.yaml")))
    const known = new Map(
      [...read("docs/compliance.md").matchAll(/`(holdfast_\w+)(?:\{([\w,]+)\})?`/g)].map(
        ([, name = "", labels = ""]) => [name, labels.split(",")]
      )
    )
    const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
    assert.isAtLeast(expressions.length, 5)
    for (const expression of expressions) {
      for (const [, name = "", selector = ""] of expression.matchAll(/(holdfast_\w+)(?:\{([^}]*)\})?/g)) {
        assert.isTrue(known.has(name), name)
        for (const [, label = ""] of selector.matchAll(/(\w+)=~?"/g)) assert.include(known.get(name) ?? [], label)
      }
    }
  })
})
