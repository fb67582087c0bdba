/**
 * The program under test as processes of their own, the emulator that they read from, and what became of their runs.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"

const program = join(import.meta.dirname, "../../src/bin.ts")

type Environment = Readonly<Record<string, string>>

/** Nothing of the machine's own configuration reaches the program, and it asks no metadata service. */
const cleanEnvironment = {
  PATH: process.env.PATH ?? "",
  HOME: tmpdir(),
  HOLDFAST_METADATA_URL: "http://127.0.0.1:1"
}

/** A process of the program. */
export interface Replica {
  readonly process: ChildProcess
  /** What it has said on standard output, and in its log. */
  readonly said: { stdout: string; stderr: string }
  /** Its exit code, or the signal that killed it. */
  readonly ended: Promise<number | string | null>
}

/** Starts `compliance` with `args`. */
export const start = (args: ReadonlyArray<string>, env: Environment = {}): Replica => {
  const child = spawn(process.execPath, [program, ...args], { env: { ...cleanEnvironment, ...env } })
  const said = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text
    const { HOLDFAST_TEST_LOGS: logs } = process.env
    if (logs !== undefined) appendFileSync(join(logs, `${child.pid}.log`), text)
  })
  return {
    process: child,
    said,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)))
  }
}

/** Runs `compliance` with `args` to its end. */
export const compliance = (args: ReadonlyArray<string>, env: Environment = {}) =>
  Effect.promise(async () => {
    const { ended, said } = start(args, env)
    return { code: await ended, ...said }
  })

/** A directory with `files` in it. */
export const directory = (files: Readonly<Record<string, string>>): string => {
  const path = mkdtempSync(join(tmpdir(), "compliance-"))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

/** A machine as it is when all is well. */
export const healthy = (computeInstanceId: string, more: Partial<typeof Seed.SeedResource.Encoded> = {}) => ({
  computeInstanceId,
  createdAt: "-90d",
  online: true,
  enabled: true,
  status: "IDLE",
  lastBackupTime: "-3h",
  nextBackupTime: "+21h",
  isActive: true,
  initStatus: "REGISTRED",
  ...more
})

/** Runs `use` with an emulator of `seed`, and the environment that points the program at it. */
export const withEmulator = <A, E, R>(
  seed: typeof Seed.Seed.Encoded,
  use: (env: Environment, emulator: Emulator["Service"]) => Effect.Effect<A, E, R>
) =>
  Effect.flatMap(Emulator, (emulator) =>
    use(
      {
        HOLDFAST_BACKUP_URL: emulator.url,
        HOLDFAST_COMPUTE_URL: emulator.url,
        HOLDFAST_IAM_URL: emulator.url,
        YC_IAM_TOKEN: Seed.defaultToken
      },
      emulator
    )
  ).pipe(Effect.provide(Emulator.layer(Seed.make(seed))), Effect.orDie)

/** Asks again and again until there is an answer. */
export const eventually = async <A>(
  what: string,
  ask: () => Promise<A | undefined> | A | undefined,
  patienceMillis = 30_000
): Promise<A> => {
  const end = performance.now() + patienceMillis
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > end) throw new Error(`It did not come: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
