/** Files of the repository that CI uses, and their scripts. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { root } from "./drift.ts"

export const read = (path: string): string => readFileSync(join(root, path), "utf8")

export interface Shell {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Runs a line of bash with these variables, and nothing else of the machine's but its path. */
export const shell = (command: string, { cwd, env }: Shell) =>
  Effect.callback<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resume) => {
    const all = { PATH: process.env.PATH ?? "", HOME: cwd, HOLDFAST_METADATA_URL: "http://127.0.0.1:1", ...env }
    execFile("bash", ["-e", "-o", "pipefail", "-c", command], { cwd, env: all }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
      resume(Effect.succeed({ code, stdout, stderr }))
    })
  })

export const Texts = Schema.Record(Schema.String, Schema.String)
