/** Months of past runs, as the service would have written them. */
import type { ResourceReport, WaiverReport } from "@holdfast/check/CheckReport"
import * as Database from "@holdfast/history/Database"
import { RunStore, type Tick } from "@holdfast/history/RunStore"
import * as SqlHistory from "@holdfast/history/SqlHistory"
import * as SqlOutbox from "@holdfast/history/SqlOutbox"
import * as SqlRunStore from "@holdfast/history/SqlRunStore"
import { Effect, Layer } from "effect"
import {
  change,
  denied,
  disabled,
  drifted,
  missing,
  pending,
  report,
  row,
  unread
} from "../../../../packages/report/test/reports.ts"

export const hour = 3_600_000
export const day = 24 * hour

/** Where the clock of the history stands. */
export class Hands {
  time: number
  /** Where the history is. */
  readonly path: string
  constructor(time: number, path: string) {
    this.time = time
    this.path = path
  }
  readonly now = Effect.sync(() => this.time)
}

/** Both services over the file of `hands`, by the clock that `hands` show. */
export const historyAt = (hands: Hands) =>
  Layer.mergeAll(SqlHistory.layer, SqlRunStore.layer, SqlOutbox.layer).pipe(
    Layer.provideMerge(Database.Database.layer(hands.path, { now: hands.now }))
  )

type Report = ReturnType<typeof report>

/** Runs a job at a tick, with what it found; a text is why it failed. */
export const run = Effect.fnUntraced(function* (hands: Hands, job: string, tick: number, of: Report | string) {
  const store = yield* RunStore
  hands.time = tick
  yield* store.addTicks(job, [{ tick, state: "due", why: "" }], tick)
  const due = (yield* store.due).find((one) => one.job === job)
  const fence = yield* store.begin(due?.runId ?? "", { timeLimitMillis: hour })
  if (fence === undefined) return yield* Effect.die(`${job} did not begin`)
  hands.time = tick + 95_000
  const isClosed =
    typeof of === "string"
      ? yield* store.fail(fence, [{ severity: "error", summary: of }], () => [])
      : yield* store.finish(fence, of, () => [])
  return isClosed ? fence.runId : yield* Effect.die(`${job} did not end`)
})

/** A tick that nobody ran. */
export const pass = Effect.fnUntraced(function* (hands: Hands, job: string, tick: Tick) {
  const store = yield* RunStore
  hands.time = tick.tick + hour
  yield* store.addTicks(job, [tick], tick.tick)
})

export const waiver = (fields: Partial<WaiverReport> = {}): WaiverReport => ({
  kind: "resource",
  target: "archive",
  fields: ["maxBackupAge"],
  until: "2026-12-05",
  reason: "The window moves until the migration is done.",
  approved_by: "cto",
  ticket: "https://tracker.example/OPS-12",
  accepts: ["archive"],
  source: { path: "backup.yaml", line: 40, column: 5 },
  ...fields
})

const prod = { folder_id: "b1gprod0000000000001", owner: "platform", groups: ["production"] }

const tooOld = change("HF010", "maxBackupAge", {
  desired: "24h",
  actual: "53h",
  severity: "critical",
  reason: "The last backup is too old: 53h (2026-11-23T22:00:00Z), at most 24h is allowed."
})

const registering = change("HF006", "registered", { desired: true, actual: false })

export const id = (name: string): string => `epd${name.replaceAll("-", "").padEnd(17, "0")}`

/** The fleet on a day of the month: what is wrong comes and goes. */
export const fleet = (index: number): ReadonlyArray<ResourceReport> => [
  ...Array.from({ length: 36 }, (_, each) =>
    row(`web-${each + 1}`, { ...prod, instance_id: id(`web-${each + 1}`), groups: ["production", "web"] })
  ),
  row("archive", {
    instance_id: id("archive"),
    owner: "storage",
    state: "waived",
    severity: "low",
    reason_code: "HF010",
    reason: "Accepted until 2026-12-05: the window moves.",
    changes: [{ ...tooOld, severity: "low", waived: true }]
  }),
  index % 9 < 4
    ? row("billing-db", { ...prod, owner: "billing", instance_id: id("billing-db") })
    : drifted("billing-db", [tooOld], {
        ...prod,
        owner: "billing",
        severity: "critical",
        instance_id: id("billing-db")
      }),
  index > 24
    ? drifted("cache", [disabled], { ...prod, instance_id: id("cache") })
    : row("cache", { ...prod, instance_id: id("cache") }),
  index % 11 === 3
    ? missing("queue", { owner: "web", instance_id: id("queue"), severity: "medium" })
    : row("queue", { owner: "web", instance_id: id("queue") }),
  index % 7 === 5
    ? unread("api-1", denied, { ...prod, instance_id: id("api-1") })
    : row("api-1", { ...prod, instance_id: id("api-1") }),
  index === 29
    ? pending("new-vm", { instance_id: id("new-vm"), changes: [{ ...registering, pending: true }] })
    : row("new-vm", { instance_id: id("new-vm") })
]

/** What a month of a fleet is told by: four jobs, each of which ended differently. The last tick is that of `until`'s day. */
export const fillMonth = Effect.fnUntraced(function* (hands: Hands, until: number) {
  const first = Math.floor(until / day) * day - 29 * day
  for (let index = 0; index < 30; index += 1) {
    const midnight = first + index * day
    if (index !== 12) {
      yield* run(
        hands,
        "nightly",
        midnight,
        report(fleet(index), { waivers: { used: [waiver()], unused: [], expired: [] } })
      )
    } else yield* pass(hands, "nightly", { tick: midnight, state: "missed", why: "no replica was running" })
    if (index > 20) {
      yield* run(
        hands,
        "staging",
        midnight + 60_000,
        report([row("stage-1", { instance_id: id("stage-1") }), row("stage-2", { instance_id: id("stage-2") })])
      )
    }
    if (index === 27 || index === 28) {
      yield* run(
        hands,
        "lab",
        midnight + 120_000,
        index === 27
          ? report([row("lab-1", { instance_id: id("lab-1") })])
          : "No credentials: HOLDFAST_TOKEN is not set"
      )
    }
  }
  const last = first + 29 * day
  yield* pass(hands, "staging-weekly", { tick: last, state: "missed", why: "no replica was running" })
})
