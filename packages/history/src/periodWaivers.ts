/**
 * What the runs of a period made of waivers.
 */
import type { CheckReport, WaiverReport } from "@holdfast/check/CheckReport"
import { parseUntil } from "@holdfast/manifest/Waiver"
import type { Period } from "./Period.ts"
import type { PeriodWaiver } from "./PeriodReport.ts"
import { byKeys, entryOf, keyOf, timeText } from "./periodOrder.ts"

/** The waivers that a run saw. */
export interface RunWaivers {
  readonly job: string
  /** In milliseconds since 1970. */
  readonly tick: number
  readonly waivers: CheckReport["waivers"]
}

interface Seen {
  readonly job: string
  state: PeriodWaiver["state"]
  waiver: WaiverReport
  first: number
  last: number
  used: number
  unused: number
  expired: number
}

/** Two that say the same are one, wherever the manifest has them. */
const identityOf = (job: string, { approved_by, fields, kind, reason, target, ticket, until }: WaiverReport): string =>
  keyOf(job, kind, target, fields === null ? null : keyOf(...fields), until, reason, approved_by, ticket)

const states = ["used", "unused", "expired"] as const

/** What the runs of a period made of waivers; they may be added in any order. */
export class WaiverTally {
  readonly #seen = new Map<string, Seen>()

  add({ job, tick, waivers }: RunWaivers): void {
    // One that a manifest has twice is one.
    const told = new Set<string>()
    for (const state of states) {
      for (const waiver of waivers[state]) {
        const identity = identityOf(job, waiver)
        if (!told.has(identity)) this.#see(identity, job, tick, state, waiver)
        told.add(identity)
      }
    }
  }

  #see(identity: string, job: string, tick: number, state: PeriodWaiver["state"], waiver: WaiverReport): void {
    const make = (): Seen => ({ job, state, waiver, first: tick, last: tick, used: 0, unused: 0, expired: 0 })
    const seen = entryOf(this.#seen, identity, make)
    seen[state] += 1
    if (tick > seen.last) {
      seen.state = state
      seen.waiver = waiver
    }
    seen.first = Math.min(seen.first, tick)
    seen.last = Math.max(seen.last, tick)
  }

  /** Those that end first first. */
  waivers({ from, to }: Period): ReadonlyArray<PeriodWaiver> {
    const all = [...this.#seen.values()].map((seen): PeriodWaiver => {
      const until = parseUntil(seen.waiver.until) ?? 0
      return {
        job: seen.job,
        state: seen.state,
        until_at: timeText(until),
        ends_in_period: until >= from && until < to,
        runs_used: seen.used,
        runs_unused: seen.unused,
        runs_expired: seen.expired,
        first_seen: timeText(seen.first),
        last_seen: timeText(seen.last),
        waiver: seen.waiver
      }
    })
    return all.toSorted(
      byKeys<PeriodWaiver>(
        ({ until_at }) => until_at,
        ({ job }) => job,
        ({ waiver }) => waiver.target,
        ({ job, waiver }) => identityOf(job, waiver)
      )
    )
  }
}
