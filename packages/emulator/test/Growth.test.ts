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

type FaultSeed = NonNullable<Parameters<typeof Seed.make>[0]["faults"]>[number]

const kinds = ["endless_body", "gzip_bomb", "huge_headers", "many_fields", "many_values", "deep_json"] as const

/** What is just within the limits of one resource, by what it is. */
const within: ReadonlyArray<readonly [name: string, field: string, json: string]> = [
  ["1,000,000 characters", "statusDetails", `"${"x".repeat(1_000_000)}"`],
  ["58,000 numbers", "numbers", `[${"1234.5,".repeat(57_999)}1]`],
  ["29,000 empty objects", "objects", `[${"{},".repeat(28_999)}{}]`],
  ["29,000 objects of a field each", "objects", `[${Array.from({ length: 29_000 }, (_, index) => `{"f${index}":0}`)}]`],
  ["58,000 levels", "levels", `${"[".repeat(58_000)}${"]".repeat(58_000)}`],
  ["58,000 fields in one object", "fields", `{${Array.from({ length: 58_000 }, (_, index) => `"f${index}":0`)}}`]
]

const big: ReadonlyArray<readonly [name: string, fault: FaultSeed]> = [
  ...kinds.map((fault) => [fault, { fault }] as const),
  ...within.map(([name, field, json]) => [name, { fault: "fields", fields: { [field]: json } }] as const)
]

const cases = big.flatMap((answer) => (["get", "list"] as const).map((route) => [...answer, route] as const))

describe("a client that is sent as much as or more than any answer of the API", () => {
  it.live.each(cases.map(([name, fault, route]) => [name, route, fault] as const))(
    "sent %s, on %s, grows by less than 32 MiB",
    ([, route, fault]) =>
      Effect.gen(function* () {
        const { url } = yield* Emulator
        assert.isBelow(yield* growth(url, route), 32 * 1024 * 1024)
      }).pipe(
        Effect.provide(
          Emulator.layer(
            Seed.make({
              resources: [
                { computeInstanceId: "good" },
                { computeInstanceId: "bad", folderId: "b1gbad", faults: [fault] }
              ],
              faults: [{ ...fault, on: "list" }]
            })
          )
        )
      )
  )
})
