import { execFile } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Database } from "@holdfast/history/Database"
import { Effect, Layer, Result, Schema } from "effect"
import { Alert } from "../src/alerts/Alert.ts"
import { events } from "../src/alerts/AlertsConfig.ts"
import { signatureHeaders } from "../src/alerts/signature.ts"
import { readConfig } from "../src/config/readConfig.ts"
import { webhook } from "./receivers.ts"
import { directory } from "./support/replica.ts"

const root = join(import.meta.dirname, "../../..")
const read = (name: string): string => readFileSync(join(root, "docs", name), "utf8")

/** The contents of the fenced blocks of one language. */
const blocks = (text: string, language: string): ReadonlyArray<string> =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block]) => block ?? "")

/** Runs a command of a document in a directory, by the program as it is here. */
const run = (command: string, cwd: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.callback<{ readonly code: number; readonly said: string }>((resume) => {
    const [, , ...args] = command.split(" ")
    assert.isTrue(command.startsWith("pnpm compliance "), command)
    const program = [join(root, "apps/compliance/src/bin.ts"), ...args]
    const options = { cwd, env: { PATH: process.env.PATH ?? "", ...env } }
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
      resume(Effect.succeed({ code, said: stdout + stderr }))
    })
  })

const commandsOf = (name: string) => blocks(read(name), "sh").flatMap((block) => block.trim().split("\n"))

describe("docs/alerts.md", () => {
  const text = read("alerts.md")

  it("has a configuration without a mistake, and names every event", () => {
    const [config = ""] = blocks(text, "yaml")
    const result = readConfig("compliance.yaml", config)
    assert.isTrue(Result.isSuccess(result), JSON.stringify(result))
    const named = [...text.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, event]) => event)
    assert.deepStrictEqual(named.toSorted(), [...events].toSorted())
  })

  it.live("has a command that runs", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => webhook((response) => response.end())),
          ({ close }) => Effect.promise(close)
        )
        const [config = ""] = blocks(text, "yaml")
        const path = directory({ "compliance.yaml": config })
        for (const command of commandsOf("alerts.md")) {
          const { code, said } = yield* run(command, path, { SLACK_WEBHOOK_URL: server.url })
          assert.deepStrictEqual([code, said], [0, "ops: sent\n"])
        }
      })
    )
  )

  it("tells a receiver how to know what is genuine", async () => {
    const [code = ""] = blocks(text, "js")
    const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    const now = Date.UTC(2026, 9, 12)
    const message = { id: "a", event: "drift_opened", body: '{"text":"\u00e9"}' }
    const headers = signatureHeaders(message, "verysecret", now)
    assert.isTrue(isGenuine(headers, message.body, "verysecret", now + 299_000))
    assert.isFalse(isGenuine(headers, message.body, "verysecret", now + 302_000))
    assert.isFalse(isGenuine(headers, `${message.body} `, "verysecret", now))
    assert.isFalse(isGenuine(headers, message.body, "another", now))
    assert.isFalse(isGenuine({}, message.body, "verysecret", now))
    assert.isFalse(
      isGenuine({ ...headers, "holdfast-timestamp": String(now / 1000 + 1) }, message.body, "verysecret", now)
    )
  })
})

describe("docs/alert.schema.json", () => {
  it("is the schema of Alert", async () => {
    const { definitions, schema } = Schema.toJsonSchemaDocument(Alert)
    const document = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "What a webhook of the section alerts gets",
      ...schema,
      $defs: definitions
    }
    const path = "../../../docs/alert.schema.json"
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(path)
  })
})

describe("docs/period-reports.md", () => {
  it.live("has commands that run", () =>
    Effect.gen(function* () {
      const path = directory({
        "compliance.yaml": 'version: 1\njobs: {nightly: {cron: "0 3 * * *", manifests: backup.yaml}}\n'
      })
      const { privateKey } = generateKeyPairSync("ed25519")
      writeFileSync(join(path, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }))
      yield* Effect.scoped(Layer.build(Database.layer(join(path, "history.sqlite"))))
      const commands = commandsOf("period-reports.md")
      assert.lengthOf(commands, 5)
      for (const command of commands) {
        const { code, said } = yield* run(command, path)
        assert.strictEqual(code, 0, said)
      }
      assert.include(readFileSync(join(path, "october.html"), "utf8"), "no run finished")
    })
  )
})
