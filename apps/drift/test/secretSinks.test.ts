/**
 * The token of a run in none of the places that it writes to, though the service echoes it wherever it can.
 */
import { generateKeyPairSync } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { reportFormats } from "../src/reportFormats.ts"
import { collector } from "./collector.ts"
import { directory, drift, healthy, withEmulator } from "./drift.ts"

const canary = "t1.canaryCANARYcanary"
const echo = `the request had authorization: Bearer ${canary}`

const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString()

const failing = ["rate_limited", "internal", "forbidden", "reset", "truncated", "html"] as const

/** A fleet whose texts quote the request that asks for them, and whose reads fail in every way. */
const fleet: typeof Seed.Seed.Encoded = {
  tokens: [canary],
  instances: [
    { id: "epdforgotten", folderId: "b1g", name: echo, description: echo, fqdn: echo, labels: { label: echo } },
    { id: "epdgroup", folderId: "b1g", name: "named", labels: { all: "yes" } }
  ],
  policies: [{ id: "cdg1", folderId: "b1g", name: echo, enabled: true }],
  tasks: [{ id: 1, computeInstanceId: "epd1", error: echo, resultCode: echo, status: "FAILED" }],
  resources: [
    healthy("epd1", { folderId: "b1g", status: "FAILED", statusDetails: echo, metadata: echo }),
    healthy("epd2", { folderId: "b1g", initStatus: "FAILED_REGISTRATION", metadata: echo }),
    healthy("epd3", { folderId: "b1g", status: echo }),
    healthy("epdgroup", { folderId: "b1g", statusDetails: echo }),
    ...failing.map((fault, index) => healthy(`epd${index + 4}`, { faults: [{ fault }] }))
  ]
}

const manifest = `version: 1
defaults: {protected: true}
folders: {b1g: {unlisted: fail}}
groups:
  all: {folders: b1g, labels: {all: "yes"}, expect: {policies: [cdg1]}}
resources:
${Array.from({ length: 9 }, (_, index) => `  web-${index + 1}: {instance: epd${index + 1}}`).join("\n")}
`

/** As it is, in base64, and its part that tells most. */
const assertSecret = (said: string, where: string): void => {
  for (const secret of [canary, Buffer.from(canary).toString("base64").slice(0, 20), "canaryCANARY"])
    assert.isFalse(said.includes(secret), `the token is in ${where}`)
}

const reports = reportFormats.flatMap((format) => ["--report", `${format}=out.${format}`])

const commands: ReadonlyArray<readonly [command: ReadonlyArray<string>, code: number]> = [
  [["check", "--verbose", "--explain", "--attest", "key.pem", ...reports], 2],
  [["check", "--quiet", "--output", "out.txt"], 2],
  [["show", "epd1"], 0],
  [["show", "epd1", "--format", "json"], 0],
  [["snapshot", "--output", "out.snapshot"], 3],
  [["init", "--folder-id", "b1g", "--output", "out.yaml"], 0],
  [["auth", "status"], 0]
]

describe("a token that the service echoes", () => {
  it.live.each(commands)("is in nothing that %j writes, says or sends", ([args, expected]) =>
    withEmulator(fleet, (env) =>
      Effect.gen(function* () {
        const { received, url } = yield* collector()
        const cwd = directory({ "backup.yaml": manifest, "key.pem": key })
        const settings = { YC_IAM_TOKEN: canary, OTEL_EXPORTER_OTLP_ENDPOINT: url }
        const quick = args[0] === "check" ? ["--retry-policy", "none"] : []
        const { code, stderr, stdout } = yield* drift([...args, ...quick], { cwd, env: { ...env, ...settings } })
        assert.strictEqual(code, expected, stderr)
        assertSecret(stdout, "standard output")
        assertSecret(stderr, "standard error")
        for (const name of readdirSync(cwd)) assertSecret(readFileSync(join(cwd, name), "latin1"), name)
        for (const [path, sent] of received) assertSecret(sent.toString("latin1"), path)
        if (args[0] === "check" && args.includes("--attest")) {
          assert.strictEqual(readdirSync(cwd).length, 2 + reportFormats.length + 1)
          assert.isAbove(received.size, 1)
          // It was echoed, and what stands around it is there.
          assert.include(readFileSync(join(cwd, "out.json"), "utf8"), "authorization: Bearer <redacted>")
        }
      }).pipe(Effect.scoped)
    )
  )
})

describe("a report", () => {
  it.live("names nothing of the machine and of its environment", () =>
    withEmulator(fleet, (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifest })
        const secret = "environmentCANARY"
        const environment = { HOME: join(cwd, "homeCANARY"), USER: secret, GITHUB_TOKEN: secret, npm_config_x: secret }
        const { code, stderr, stdout } = yield* drift(["check", "--verbose", "--explain", ...reports], {
          cwd,
          env: { ...env, ...environment, YC_IAM_TOKEN: canary }
        })
        assert.strictEqual(code, 2, stderr)
        const written = reportFormats.map((format) => readFileSync(join(cwd, `out.${format}`), "utf8"))
        for (const text of [stdout, stderr, ...written]) {
          for (const own of [secret, "homeCANARY", cwd, process.execPath]) assert.notInclude(text, own)
        }
      })
    )
  )
})
