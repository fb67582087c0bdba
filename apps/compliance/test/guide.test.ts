/** What docs/compliance.md says is true: its commands run, its configurations are valid, its tables are whole. */
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as fields from "../src/config/fieldNames.ts"
import { readConfig } from "../src/config/readConfig.ts"
import { levels } from "../src/Log.ts"
import { descriptions } from "../src/operations/runMetrics.ts"
import { directory, eventually, healthy, start, withEmulator } from "./support/replica.ts"

const root = join(import.meta.dirname, "../../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const guide = read("docs/compliance.md")

/** The contents of the fenced blocks of one language. */
const blocks = (language: string): ReadonlyArray<string> =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block]) => block ?? "")

const commands = blocks("sh").flatMap((block) => block.trim().split("\n"))

const manifest = "version: 1\ndefaults: {protected: true}\nresources:\n  web-1: {instance: epd1}\n"

/** Runs a line of shell, in which `pnpm compliance` is the program as it is here. */
const shell = (line: string, cwd: string, env: Readonly<Record<string, string>>) =>
  Effect.promise(
    () =>
      new Promise<{ readonly code: number | null; readonly said: string }>((resolve) => {
        const program = `"${process.execPath}" "${join(root, "apps/compliance/src/bin.ts")}"`
        const child = spawn("bash", ["-c", line.replace(/^pnpm compliance/, program)], {
          cwd,
          env: { PATH: process.env.PATH ?? "", ...env }
        })
        let said = ""
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (text: string) => {
            said += text
          })
        }
        child.on("close", (code) => resolve({ code, said }))
      })
  )

describe("docs/compliance.md", () => {
  it("begins with the demo", () => {
    assert.strictEqual(commands[0], "npx -y pnpm@12.21.0 compliance:demo")
    assert.strictEqual(
      JSON.parse(read("package.json")).scripts["compliance:demo"],
      "node apps/compliance/src/bin.ts start --demo"
    )
  })

  it.live(
    "has a demo that ends on Ctrl-C, and leaves nothing behind",
    () =>
      Effect.promise(async () => {
        // The pnpm that runs these tests is that one: a test must not need the network.
        const { npm_execpath: pnpm } = process.env
        const line = (commands[0] ?? "").replace("npx -y pnpm@12.21.0", pnpm === undefined ? "$&" : `"${pnpm}"`)
        const child = spawn("bash", ["-c", line], { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] })
        const ended = new Promise((resolve) => child.on("close", resolve))
        let said = ""
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          said += text
        })
        try {
          const path = await eventually(
            "the demo",
            () => /^Configuration and manifests: (\S+)$/m.exec(said)?.[1],
            110_000
          )
          assert.isTrue(existsSync(path))
          // As a terminal sends it: to all of its processes.
          if (child.pid !== undefined) process.kill(-child.pid, "SIGINT")
          await ended
          assert.isFalse(existsSync(path))
        } finally {
          child.kill("SIGKILL")
        }
      }),
    120_000
  )

  it.live(
    "has commands that do what it says, one after the other",
    () =>
      withEmulator({ resources: [healthy("epd1")] }, (env) =>
        Effect.gen(function* () {
          const [config = ""] = blocks("yaml")
          const path = directory({
            "compliance.yaml": `${config}server: {listen: "127.0.0.1:0"}\n`,
            "backup.yaml": manifest
          })
          for (const command of commands.slice(1)) {
            if (command.includes(" start ")) {
              const replica = start(
                command
                  .split(" ")
                  .slice(2)
                  .map((word) => word.replace(/^compliance\.yaml$/, join(path, word))),
                env
              )
              yield* Effect.promise(() =>
                eventually("it listens", () => /dashboard is at/.exec(replica.said.stderr) ?? undefined)
              )
              replica.process.kill("SIGTERM")
              assert.strictEqual(yield* Effect.promise(() => replica.ended), 0)
              continue
            }
            const { code, said } = yield* shell(command, path, env)
            assert.strictEqual(code, 0, `${command}: ${said}`)
          }
          const exported = readFileSync(join(path, "history.ndjson"), "utf8")
          assert.include(exported, '"verdict":"in_sync"')
          for (const name of ["findings.csv", "history-copy.sqlite"]) assert.isTrue(existsSync(join(path, name)), name)
        })
      ),
    120_000
  )

  it("shows configurations without a mistake", () => {
    for (const text of blocks("yaml")) {
      const result = readConfig("compliance.yaml", text)
      assert.isTrue(Result.isSuccess(result), JSON.stringify(result))
    }
  })

  it("has every field of the configuration but those of alerts", () => {
    const { jobNames, quotaNames, retentionNames, serverNames, topLevelNames } = fields
    const all = [topLevelNames, jobNames, retentionNames, quotaNames, serverNames].flat()
    for (const name of all) if (name !== "version") assert.match(guide, new RegExp(`\`${name}\`|\\b${name}: `), name)
  })

  it("has every metric, and every level of the log", () => {
    const inHistory = [...read("apps/compliance/src/operations/metrics.ts").matchAll(/"(holdfast_\w+)"/g)].map(
      ([, name]) => name
    )
    assert.isAbove(inHistory.length, 8)
    for (const name of [...inHistory, ...Object.keys(descriptions)]) assert.include(guide, `\`${name}`)
    for (const level of Object.keys(levels)) assert.include(guide, `\`${level}\``)
  })
})
