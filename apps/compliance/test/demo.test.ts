/** `compliance start --demo` as a process, and what its fleet goes through. */
import { chmodSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { afterAll, beforeAll } from "vitest"
import { readConfig } from "../src/config/readConfig.ts"
import { configuration, manifestsAt } from "../src/demo/files.ts"
import { day, Fleet, hour, idOf } from "../src/demo/fleet.ts"
import { compliance, directory as directoryOf, eventually, type Replica, start } from "./support/replica.ts"

describe("compliance start --demo", () => {
  let demo: Replica
  let url = ""
  let directory = ""
  let programs = ""
  const startedAt = Date.now()

  beforeAll(async () => {
    // The machine's own settings lead nowhere: they are not the demo's.
    programs = directoryOf({ "xdg-open": '#!/bin/sh\necho "$1" > "$0.asked"\n' })
    chmodSync(join(programs, "xdg-open"), 0o755)
    demo = start(["start", "--demo", "--seed", "1", "--open"], {
      HOLDFAST_BACKUP_URL: "http://127.0.0.1:1",
      PATH: `${programs}:${process.env.PATH}`
    })
    const said = (pattern: RegExp) => eventually(String(pattern), () => pattern.exec(demo.said.stdout)?.[1], 110_000)
    url = await said(/^Dashboard: (http:\S+)$/m)
    directory = await said(/^Configuration and manifests: (\S+)$/m)
  }, 120_000)

  afterAll(() => void demo.process.kill("SIGKILL"))

  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    assert.strictEqual(response.status, 200, path)
    return response
  }
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape of what it asks for
  const json = async (path: string): Promise<any> => (await get(path)).json()

  it("says that all of it is emulated, and listens on this machine alone", () => {
    assert.match(demo.said.stderr, /everything that it shows is emulated/)
    assert.strictEqual(new URL(url).hostname, "127.0.0.1")
    assert.isBelow(Date.now() - startedAt, 60_000)
  })

  it.runIf(process.platform === "linux")("shows itself in a browser where that is asked for", async () => {
    const asked = await eventually("the browser", () => {
      const path = join(programs, "xdg-open.asked")
      const text = existsSync(path) ? readFileSync(path, "utf8") : ""
      return text === "" ? undefined : text
    })
    assert.strictEqual(asked, `${url}\n`)
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
      const text = await (await get(path)).text()
      assert.include(text, "</html>")
      assert.include(text, "Emulated by ")
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
    demo.process.kill("SIGINT")
    assert.strictEqual(await demo.ended, 0)
    assert.isFalse(existsSync(directory))
  })
})

describe("compliance start", () => {
  it.live("takes what belongs to the demo with it alone", () =>
    Effect.map(compliance(["start", "--seed", "2"]), ({ code, stderr }) => {
      assert.strictEqual(code, 1)
      assert.include(stderr, "Add --demo")
    })
  )
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
