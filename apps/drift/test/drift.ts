/**
 * The program under test: the built file, run as a process of its own, and the servers that it reads from.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"

export const root = join(import.meta.dirname, "../../..")
export const bundle = join(import.meta.dirname, "../dist/drift.mjs")

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly cwd?: string
  /** A signal to send once `when` has ended. */
  readonly signal?: { readonly name: "SIGINT" | "SIGTERM" | "SIGKILL"; readonly when: Effect.Effect<unknown> }
}

/** Nothing of the machine's own configuration reaches the program, and it asks no metadata service. */
const cleanEnvironment = {
  PATH: process.env.PATH ?? "",
  HOME: tmpdir(),
  HOLDFAST_METADATA_URL: "http://127.0.0.1:1"
}

/** Runs `drift` with `args` to its end. */
export const drift = (args: ReadonlyArray<string>, options: Options = {}): Effect.Effect<Result> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [bundle, ...args], {
      cwd: options.cwd ?? root,
      env: { ...cleanEnvironment, ...options.env },
      stdio: ["pipe", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk
    })
    child.stdin.end(options.stdin ?? "")
    const { signal } = options
    if (signal !== undefined)
      Effect.runFork(
        Effect.andThen(
          signal.when,
          Effect.sync(() => child.kill(signal.name))
        )
      )
    child.on("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** A directory with `files` in it. */
export const directory = (files: Readonly<Record<string, string>>): string => {
  const path = mkdtempSync(join(tmpdir(), "drift-"))
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

/** A manifest of `web-1` … `web-n`, each protected. */
export const manifestOf = (count: number): string =>
  [
    "version: 1\ndefaults: {protected: true, maxBackupAge: 26h}\nresources:",
    ...Array.from({ length: count }, (_, index) => `  web-${index + 1}: {instance: epd${index + 1}}`)
  ].join("\n")

/** A fleet of `epd1` … `epdn`, healthy but for what `change` says of each. */
export const fleetOf = (
  count: number,
  change: (index: number) => Partial<typeof Seed.SeedResource.Encoded> = () => ({})
): typeof Seed.Seed.Encoded => ({
  resources: Array.from({ length: count }, (_, index) => healthy(`epd${index + 1}`, change(index + 1)))
})

/** Runs `use` with an emulator of `seed` and the environment that points `drift` at it. */
export const withEmulator = <A, E, R>(
  seed: typeof Seed.Seed.Encoded,
  use: (env: Readonly<Record<string, string>>, emulator: Emulator["Service"]) => Effect.Effect<A, E, R>
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

/** Times, durations, ids and ports differ from run to run; what is left is the contract. */
export const stable = (text: string): string =>
  text
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, "[TIME]")
    .replace(/\d+\.\d s, /g, "[DURATION], ")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "[ID]")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:[PORT]")
    .replace(/\/tmp\/drift-\w+/g, "[DIR]")

/** One run as a snapshot shows it. */
export const transcript = (command: string, { code, stderr, stdout }: Result): string =>
  stable(`$ ${command}\n[exit code ${code}]\n--- standard output\n${stdout}--- standard error\n${stderr}`)
