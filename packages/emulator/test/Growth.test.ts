import { execFile } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"

/** By how many bytes a client in a process of its own grows. */
const growth = (url: string, route: "get" | "list") =>
  Effect.callback<number>((resume) => {
    const env = { PATH: process.env.PATH ?? "", URL: url, ROUTE: route, TOKEN: Seed.defaultToken }
    const program = join(import.meta.dirname, "growth.ts")
    execFile(process.execPath, ["--expose-gc", program], { env }, (error, stdout, stderr) =>
      resume(error === null ? Effect.succeed(Number(stdout)) : Effect.die(new Error(stderr)))
    )
  })

const big = ["endless_body", "gzip_bomb", "huge_headers", "many_fields", "deep_json"] as const

describe("a client that is sent more than any answer of the API", () => {
  it.live.each(big.flatMap((fault) => (["get", "list"] as const).map((route) => [fault, route] as const)))(
    "under %s, of a %s, grows by less than 32 MiB",
    ([fault, route]) =>
      Effect.gen(function* () {
        const { url } = yield* Emulator
        assert.isBelow(yield* growth(url, route), 32 * 1024 * 1024)
      }).pipe(
        Effect.provide(
          Emulator.layer(
            Seed.make({
              resources: [
                { computeInstanceId: "good" },
                { computeInstanceId: "bad", folderId: "b1gbad", faults: [{ fault }] }
              ],
              faults: [{ fault, on: "list" }]
            })
          )
        )
      )
  )
})
