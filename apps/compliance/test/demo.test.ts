/** `compliance start --demo` as a process, and what its fleet goes through. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { afterAll, beforeAll } from "vitest"
import { readConfig } from "../src/config/readConfig.ts"
import { configuration, manifestsAt } from "../src/demo/files.ts"
import { day, Fleet, hour, idOf } from "../src/demo/fleet.ts"

const root = join(import.meta.dirname, "../../..")

/** A process that writes, until it has written something. */
class Running {
  readonly child: ChildProcess
  text = ""

  constructor(args: ReadonlyArray<string>) {
    this.child = spawn(process.execPath, [join(root, "apps/compliance/src/bin.ts"), ...args], {
      // Nothing of the machine's own configuration reaches it.
      env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), HOLDFAST_BACKUP_URL: "http://127.0.0.1:1" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.text += chunk
      })
    }
  }

  /** Waits for `pattern`, and gives what its group matches. */
  async writes(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.text)
      if (found !== null) return found[1] ?? ""
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.text}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.child, "exit")
    this.child.kill(signal)
    await ended
    return this.child.exitCode
  }
}

describe("compliance start --demo", () => {
  let demo: Running
  let url = ""
  let directory = ""
  const startedAt = Date.now()

  beforeAll(async () => {
    demo = new Running(["start", "--demo"])
    url = await demo.writes(/^Dashboard: (http:\S+)$/m)
    directory = await demo.writes(/^Configuration and manifests: (\S+)$/m)
  }, 120_000)

  afterAll(() => void demo.child.kill("SIGKILL"))

  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    assert.strictEqual(response.status, 200, path)
    return response
  }
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape of what it asks for
  const json = async (path: string): Promise<any> => (await get(path)).json()

  it("says that all of it is emulated, and listens on this machine alone", () => {
    assert.match(demo.text, /everything that it shows is emulated/)
    assert.strictEqual(new URL(url).hostname, "127.0.0.1")
    assert.isBelow(Date.now() - startedAt, 60_000)
  })

  it("shows a month that was not quiet", async () => {
    const { items: trend } = await json("/api/v1/trend")
    assert.isAtLeast(trend.length, 30)
    const { items: runs } = await json("/api/v1/runs?limit=1000")
    const of = (job: string) => runs.filter((run: { readonly job: string }) => run.job === job)
    assert.isAtLeast(of("production").length, 30)
    const verdicts = new Set(runs.map((run: { readonly verdict: string | null }) => run.verdict))
    for (const verdict of ["in_sync", "drifted", "could_not_tell", "error"]) assert.include([...verdicts], verdict)
    assert.isNotEmpty(of("production").filter((run: { readonly state: string }) => run.state === "missed"))
    const { items: waivers } = await json("/api/v1/waivers")
    assert.deepStrictEqual(
      waivers.map((one: { readonly state: string }) => one.state),
      ["used"]
    )
    const { items: ended } = await json("/api/v1/findings?state=ended&limit=1000")
    assert.isNotEmpty(ended.filter((one: { readonly resolution: string }) => one.resolution === "in_sync"))
  })

  it("has every report of the past as a check makes it", async () => {
    const { items } = await json("/api/v1/runs?job=databases&state=finished&limit=1")
    const report = await json(`/api/v1/runs/${items[0].run_id}/report`)
    assert.strictEqual(report.emulator, "the demo's fleet")
    assert.strictEqual(report.resources.length, 6)
    const waived = report.resources.find((row: { readonly address: string }) => row.address === "reports-db")
    assert.strictEqual(waived.state, "waived")
  })

  it("answers with pages", async () => {
    for (const path of ["/", "/jobs/production", "/waivers", `/instances/${idOf("billing-db")}`]) {
      assert.include(await (await get(path)).text(), "</html>")
    }
  })

  it("runs a job while somebody watches", async () => {
    const finished = async () => (await json("/api/v1/runs?job=live&state=finished")).items.length
    const before = await finished()
    while ((await finished()) <= before) await new Promise((resolve) => setTimeout(resolve, 200))
  }, 30_000)

  it("ends with 0 on SIGINT, and leaves nothing behind", async () => {
    assert.isTrue(existsSync(join(directory, "history.sqlite")))
    assert.match(readFileSync(join(directory, "production.yaml"), "utf8"), /^version: 1$/m)
    assert.strictEqual(await demo.end("SIGINT"), 0)
    assert.isFalse(existsSync(directory))
  })
})

describe("the demo's fleet", () => {
  const present = Date.UTC(2026, 10, 26, 12)

  it("goes through the same for the same seed, and through something else for another", () => {
    const month = (seed: number) => {
      const fleet = new Fleet(seed, present)
      return Array.from({ length: 31 }, (_, index) => fleet.seedAt(present - index * day))
    }
    assert.deepStrictEqual(month(1), month(1))
    assert.notDeepEqual(month(1), month(2))
  })

  it("changes within the minutes that somebody watches", () => {
    const fleet = new Fleet(1, present)
    const states = Array.from({ length: 30 }, (_, index) => JSON.stringify(fleet.seedAt(present + index * 10_000)))
    assert.isAtLeast(new Set(states).size, 5)
  })

  it("never says that a backup was made later than it is", () => {
    const fleet = new Fleet(3, present)
    for (let at = present - 31 * day; at < present; at += 5 * hour) {
      for (const machine of fleet.machines) assert.isAtMost(fleet.backupsOf(machine, at).last, at)
    }
  })

  it("is declared by files that are valid", () => {
    assert.isTrue(Result.isSuccess(readConfig("compliance.yaml", configuration)))
    const fleet = new Fleet(1, present)
    assert.include(manifestsAt(fleet, present)["databases.yaml"], "reports-db")
  })
})
