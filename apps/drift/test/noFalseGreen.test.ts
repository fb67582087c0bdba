import { assert, describe, it } from "@effect/vitest"
import { Emulator } from "@holdfast/emulator/Emulator"
import type { FaultKind } from "@holdfast/emulator/Fault"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect, Schema } from "effect"
import { checkAt, fleetOf, freePort } from "./fleetRun.ts"

/**
 * How many schedules of faults are tried. The long form is 100,000:
 * `HOLDFAST_PROPERTY_RUNS=100000 pnpm --filter @holdfast/drift exec vitest run --config ../../vitest.config.ts test/noFalseGreen.test.ts`
 */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 150)

/**
 * All that makes an answer worthless; the service does not lie about what it knows. Answers that hang are left to the matrix: a
 * good one that comes late on a busy machine would look like them.
 */
const kinds = [
  "rate_limited",
  "unavailable",
  "internal",
  "unauthenticated",
  "forbidden",
  "status",
  "status_in_200",
  "reset_before_headers",
  "reset_mid_headers",
  "reset",
  "short_body",
  "cut_chunk",
  "long_body",
  "truncated",
  "invalid_json",
  "invalid_utf8",
  "duplicate_keys",
  "proto_key",
  "gzip_garbage",
  "encodings",
  "wrong_type",
  "empty",
  "html",
  "bad_gateway",
  "proxy_auth",
  "empty_object",
  "empty_resource",
  "mismatch",
  "redirect",
  "endless_body",
  "huge_headers",
  "many_fields",
  "many_values",
  "deep_json"
] as const satisfies ReadonlyArray<FaultKind>

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const AnyFault = Schema.Struct({
  fault: Schema.Literals(kinds),
  times: between(1, 6),
  after: between(0, 3)
})

/** What happens to a list: one that tells of another instance is no worse for it. */
const ListFault = Schema.Struct({
  ...AnyFault.fields,
  fault: Schema.Literals(kinds.filter((kind) => kind !== "mismatch"))
})

/** What happens to one instance, and what is true of it. */
const AnyInstance = Schema.Struct({
  enabled: Schema.Boolean,
  // Most are as declared, or nothing would ever be green.
  faults: Schema.Array(AnyFault).check(Schema.isMaxLength(2))
})

const AnyFleet = Schema.Array(AnyInstance).check(Schema.isMinLength(1), Schema.isMaxLength(5))

/** One port for all runs: 100,000 servers would be a lot to remember. */
const port = await freePort()

/** So many that a list is worth its while, all as declared. */
const many = 100

/** The instances of which a good answer was sent, or the list of all. */
const served = Effect.map(
  Effect.flatMap(Emulator, ({ requests }) => requests),
  (requests) => {
    const good = requests.filter(({ faults }) => faults.length === 0)
    const names = new Set(good.map(({ url }) => url.replace(/\?.*/, "").split("/").at(-1)))
    return (index: number) => names.has("resources") || names.has(`vm-${index}`)
  }
)

describe("a check under any schedule of faults", () => {
  it.live.prop(
    "is green exactly when every instance was read and is as declared",
    {
      fleet: AnyFleet,
      concurrency: between(1, 4),
      calm: Schema.Boolean,
      list: Schema.Array(ListFault),
      odds: between(0, 3)
    },
    ({ calm, concurrency, fleet, list, odds }) => {
      // One in four is large.
      const size = fleet.length + (odds === 0 ? many : 0)
      const isEnabled = (index: number) => calm || fleet[index]?.enabled !== false
      return Effect.gen(function* () {
        const { url } = yield* Emulator
        const report = yield* checkAt(url, size, { concurrency })
        const isRead = yield* served
        const states = Array.from({ length: size }, (_, index) =>
          isRead(index) ? (isEnabled(index) ? "in_sync" : "drifted") : "not_compared"
        )
        const found = new Map(report.resources.map(({ address, state }) => [address, state]))
        assert.deepStrictEqual(
          states.map((_, index) => found.get(`vm-${index}`)),
          states
        )
        assert.strictEqual(
          report.exit_code === 0,
          states.every((state) => state === "in_sync")
        )
        assert.strictEqual(report.exit_code === 2, states.includes("drifted"))
        assert.strictEqual(report.complete, !states.includes("not_compared"))
        for (const { error, state } of report.resources) assert.strictEqual(error !== null, state === "not_compared")
      }).pipe(
        Effect.provide(
          Emulator.layer(
            Seed.make({
              faults: list.map((fault) => ({ ...fault, on: "list" as const })),
              resources: fleetOf(size, (index) => ({
                enabled: isEnabled(index),
                faults: fleet[index]?.faults ?? []
              }))
            }),
            { port }
          )
        )
      )
    },
    { arbitrary: { runs, seed: "no false green" }, timeout: 24 * 3_600_000 }
  )
})
