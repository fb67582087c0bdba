import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { type Server, startPostgres } from "../../../packages/history/test/support/postgres.ts"
import { parseCron } from "../src/config/readCron.ts"
import { ticksOf } from "../src/engine/ticksOf.ts"
import { checkAlone, manifests, said, seed } from "./support/fleet.ts"
import { type Asked, openHistory } from "./support/history.ts"
import { directory, eventually, type Replica, start, withEmulator } from "./support/replica.ts"

/** How many runs there are to be at least; 200 in full, by HOLDFAST_KILL_RUNS. What is drawn is drawn by the seed. */
const wanted = Number(process.env.HOLDFAST_KILL_RUNS ?? 12)
const drawnBy = Number(process.env.HOLDFAST_KILL_SEED ?? 1)

const names = ["groups", "policies", "singles"] as const
const crons = { groups: "*/3 * * * * *", policies: "1/4 * * * * *", singles: "*/5 * * * * *" } as const

const configOf = (database: string, cronOf: (name: (typeof names)[number]) => string) =>
  JSON.stringify({
    version: 1,
    database,
    server: { listen: "127.0.0.1:0" },
    jobs: Object.fromEntries(
      names.map((name) => [
        name,
        { cron: cronOf(name), manifests: `${name}.yaml`, overlap: "wait", startWithin: "1h", timeout: "5m" }
      ])
    )
  })

/** A generator of numbers from 0 to 1 (mulberry32). */
const random = (start: number) => {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The address as a configuration has it, and the password as the environment has it. */
const placeOf = (url: string) => url.replace(/:[^:@/]*@/, "@")
const secretOf = (url: string) => ({ HOLDFAST_DATABASE_PASSWORD: decodeURIComponent(new URL(url).password) })

/** Figures for whoever runs the tests. */
const tell = (text: string) => process.stdout.write(`${text}\n`)

const seconds = (millis: number) => `${(millis / 1_000).toFixed(1)} s`

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** What is done to replicas, and what it led to. */
interface Chaos {
  killed: number
  stopped: number
  restarts: number
  /** How long it took until a step that a killed replica was at was another's, in milliseconds, where all else was calm. */
  readonly takenOver: Array<number>
}

describe("three replicas on PostgreSQL", () => {
  let server: Server
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(() => server.remove(), 60_000)

  /** Steps that `pid` is at, by what its records say. */
  const stepsOf = (history: Asked, pid: number | undefined) =>
    history.rows<{ run_id: string; number: number; fence: number }>(
      (sql) =>
        sql`SELECT run_id, number, fence FROM chunks WHERE done_at IS NULL AND taken_at IS NOT NULL AND worker LIKE ${`%/${pid}`}`
    )

  /** How long it takes until the first of some steps is another's. */
  const takeover = async (history: Asked, steps: Awaited<ReturnType<typeof stepsOf>>) => {
    const from = performance.now()
    const taken = steps.map(({ fence, number, run_id }) =>
      eventually("a takeover", async () => {
        const [row] = await history.rows<{ fence: number }>(
          (sql) => sql`SELECT fence FROM chunks WHERE run_id = ${run_id} AND number = ${number}`
        )
        return row === undefined || row.fence > fence ? performance.now() - from : undefined
      })
    )
    return Math.max(...(await Promise.all(taken)))
  }

  it.live(
    "take over what a killed one was at within five seconds",
    () =>
      withEmulator(seed("400ms"), (env) =>
        Effect.promise(async () => {
          await server.createDatabase("takeover")
          const url = server.url("takeover")
          const path = directory({
            ...manifests,
            "compliance.yaml": configOf(placeOf(url), () => "*/2 * * * * *")
          })
          const begin = () => start(["start", "--config", join(path, "compliance.yaml")], { ...env, ...secretOf(url) })
          const replicas = [begin(), begin()]
          const history = await openHistory(url)
          const took: Array<number> = []
          for (let round = 0; round < 2; round++) {
            const { index, steps } = await eventually("a step that one is at", async () => {
              for (const [index, { process }] of replicas.entries()) {
                const steps = await stepsOf(history, process.pid)
                if (steps.length > 0) return { index, steps }
              }
              return undefined
            })
            replicas[index]?.process.kill("SIGKILL")
            took.push(await takeover(history, steps))
            replicas[index] = begin()
          }
          for (const { process } of replicas) process.kill("SIGKILL")
          await history.close()
          tell(`taken over after ${took.map(seconds).join(", ")}`)
          assert.isBelow(Math.max(...took), 5_000)
        })
      ),
    120_000
  )

  it.live(
    "go on by themselves once a database is there again that was away for longer than a lease",
    () =>
      withEmulator(seed("100ms"), (env) =>
        Effect.promise(async () => {
          await server.createDatabase("away")
          const url = server.url("away")
          const path = directory({ ...manifests, "compliance.yaml": configOf(placeOf(url), () => "*/2 * * * * *") })
          const replica = start(["start", "--config", join(path, "compliance.yaml")], { ...env, ...secretOf(url) })
          const finished = () => replica.said.stderr.match(/is finished/g)?.length ?? 0
          await eventually("runs", () => finished() >= 3 || undefined)
          await server.stop()
          await pause(8_000)
          await server.start()
          const before = finished()
          await eventually("runs after that", () => finished() >= before + 6 || undefined)
          replica.process.kill("SIGTERM")
          assert.strictEqual(await replica.ended, 0, replica.said.stderr)
        })
      ),
    120_000
  )

  it.live(
    "run every tick once, whoever is killed, stopped or cut off, and find what a single process finds",
    () =>
      withEmulator(seed("30ms"), (env, emulator) =>
        Effect.gen(function* () {
          const alone = new Map<string, unknown>()
          for (const name of names) alone.set(name, said(yield* checkAlone(emulator.url, `${name}.yaml`)))
          yield* Effect.promise(() => survive(env, alone))
        })
      ),
    24 * 3_600_000
  )

  const survive = async (env: Readonly<Record<string, string>>, alone: ReadonlyMap<string, unknown>) => {
    await server.createDatabase("kill")
    const url = server.url("kill")
    const place = placeOf(url)
    const path = directory({
      ...manifests,
      "compliance.yaml": configOf(place, (name) => crons[name]),
      // What is due is still run, and nothing is added.
      "last.yaml": configOf(place, () => "0 0 29 2 *")
    })
    const secret = { ...env, ...secretOf(url) }
    const all: Array<Replica> = []
    const begin = (config = "compliance.yaml") => {
      const replica = start(["start", "--config", join(path, config)], secret)
      all.push(replica)
      return replica
    }
    const replicas = [begin(), begin(), begin()]
    const history = await openHistory(url)
    const draw = random(drawnBy)
    const chaos: Chaos = { killed: 0, stopped: 0, restarts: 0, takenOver: [] }
    const over = async () =>
      (
        await history.rows<{ count: number }>((sql) => sql`SELECT COUNT(*) AS count FROM runs WHERE state = 'finished'`)
      )[0]?.count ?? 0
    const frozen = new Set<number>()
    const freeze = async (index: number) => {
      const replica = replicas[index]
      frozen.add(index)
      replica?.process.kill("SIGSTOP")
      await pause(10_000)
      replica?.process.kill("SIGCONT")
      frozen.delete(index)
    }
    const thaws: Array<Promise<void>> = []
    while ((await over()) < wanted) {
      await pause(500 + draw() * 2_500)
      const index = Math.floor(draw() * replicas.length)
      const what = draw()
      if (frozen.has(index)) continue
      if (what < 0.6) {
        chaos.killed += 1
        const steps = await stepsOf(history, replicas[index]?.process.pid)
        replicas[index]?.process.kill("SIGKILL")
        const isCalm = steps.length > 0 && frozen.size === 0
        if (isCalm) chaos.takenOver.push(await takeover(history, steps))
        else await pause(draw() * 2_000)
        replicas[index] = begin()
      } else if (what < 0.85) {
        if (frozen.size > 0) continue
        chaos.stopped += 1
        thaws.push(freeze(index))
      } else {
        chaos.restarts += 1
        await server.stop()
        await pause(draw() * 2_000)
        await server.start()
      }
    }
    await Promise.all(thaws)
    for (const replica of replicas) replica.process.kill("SIGTERM")
    await Promise.all(replicas.map(({ ended }) => ended))
    const last = begin("last.yaml")
    await eventually(
      "the end of all runs",
      async () =>
        (await history.rows((sql) => sql`SELECT run_id FROM runs WHERE state IN ('due', 'running')`)).length === 0 ||
        undefined,
      10 * 60_000
    )
    await eventually("it listens", () => /dashboard is at/.exec(last.said.stderr) ?? undefined)
    last.process.kill("SIGTERM")
    assert.strictEqual(await last.ended, 0, last.said.stderr)

    // Every tick since the job is known has one run, and each is finished.
    const runs = await history.runs()
    for (const name of names) {
      const [job] = await history.rows<{ since: number }>((sql) => sql`SELECT since FROM jobs WHERE job = ${name}`)
      const ticks = runs.filter(({ job }) => job === name).map(({ tick }) => Date.parse(tick))
      const now = Math.max(...ticks)
      const cron = Result.getOrThrow(parseCron(crons[name], "UTC"))
      const expected = ticksOf(
        { cron, missed: "run", overlap: "wait", startWithinMillis: 3_600_000 },
        { from: job?.since ?? 0, now, isBusy: false }
      )
      assert.deepStrictEqual(
        ticks.toSorted((a, b) => a - b),
        expected.map(({ tick }) => tick)
      )
    }
    assert.deepStrictEqual([...new Set(runs.map(({ state }) => state))], ["finished"])
    let compared = 0
    for (const { job, run_id } of runs) {
      const report = await history.report(run_id)
      assert.isDefined(report)
      if (report === undefined) continue
      assert.deepStrictEqual(said(report), alone.get(job), `${job} ${run_id}`)
      compared += 1
    }
    const refused = all.reduce(
      (sum, { said }) => sum + (said.stderr.match(/another's to write by now/g)?.length ?? 0),
      0
    )
    const taken = chaos.takenOver.toSorted((a, b) => a - b).map(seconds)
    tell(
      `${compared} runs, each as a single process's; ${chaos.killed} killed, ${chaos.stopped} stopped for 10 s, ${chaos.restarts} restarts of PostgreSQL; ${refused} writes of zombies refused; taken over after ${taken.join(", ")}`
    )
    await history.close()
  }
})
