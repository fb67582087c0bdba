/**
 * What a period makes of findings: each clipped to it, how many came and went, how long they lasted, how long repairs took.
 */
import { type Severity, severities } from "@holdfast/manifest/Expectations"
import type { Period } from "./Period.ts"
import type { DriftCount, DriftTally, PeriodFinding, Repairs, RpoTally } from "./PeriodReport.ts"
import { byKeys, entryOf, keyOf, timeText } from "./periodOrder.ts"
import type { Finding, FindingKind } from "./Run.ts"

/** The rules about the age of the last backup: none at all, and too old. */
const rpoRules: ReadonlySet<string> = new Set(["HF009", "HF010"])

/** Whether a finding says that the last backup is older than it may be. */
export const isRpoBreach = ({ kind, reason_code }: Pick<Finding, "kind" | "reason_code">): boolean =>
  kind === "drift" && rpoRules.has(reason_code)

type Mutable<A> = { -readonly [Key in keyof A]: A[Key] }

const noDrift = (): Mutable<DriftTally> => ({
  open_at_start: 0,
  opened: 0,
  closed: 0,
  repaired: 0,
  undeclared: 0,
  changed: 0,
  open_at_end: 0
})

/** The sum of tallies. */
export const addDrift = (all: Iterable<DriftTally>): DriftTally => {
  const sum = noDrift()
  for (const each of all) {
    sum.open_at_start += each.open_at_start
    sum.opened += each.opened
    sum.closed += each.closed
    sum.repaired += each.repaired
    sum.undeclared += each.undeclared
    sum.changed += each.changed
    sum.open_at_end += each.open_at_end
  }
  return sum
}

/** A finding within a period; `ended` where a run of the period, or of before its end, saw it gone. */
interface Clipped {
  readonly began: number
  readonly firstSeen: number
  readonly ended: number | undefined
  readonly seconds: number
  readonly unknownSeconds: number
}

/** Whole seconds of two times, such that parts of a span add up to it. */
const secondsBetween = (from: number, to: number): number =>
  Math.max(0, Math.floor(to / 1000) - Math.floor(from / 1000))

/** The part of a finding that lies within the period, and of which a run has told; `undefined` where none does. */
const clip = (finding: Finding, { from, to }: Period, knownUntil: number | undefined): Clipped | undefined => {
  const firstSeen = Date.parse(finding.first_seen)
  const began = Math.min(Date.parse(finding.began_at), firstSeen)
  const resolved = finding.resolved_at === null ? undefined : Date.parse(finding.resolved_at)
  if (began >= to || (resolved !== undefined && resolved < from)) return undefined
  const ended = resolved !== undefined && resolved < to ? resolved : undefined
  const begins = Math.max(began, from)
  const ends =
    resolved === undefined ? Math.min(to, Math.max(knownUntil ?? firstSeen, firstSeen)) : Math.min(to, resolved)
  const unknownSince = finding.unknown_since === null ? ends : Date.parse(finding.unknown_since)
  return {
    began,
    firstSeen,
    ended,
    seconds: secondsBetween(begins, ends),
    unknownSeconds: secondsBetween(Math.max(begins, unknownSince), ends)
  }
}

const stateOf = ({ resolution }: Finding, { ended }: Clipped): PeriodFinding["state"] => {
  if (ended === undefined) return "open"
  return resolution === "undeclared" || resolution === "changed" ? resolution : "repaired"
}

const repairsOf = (millis: ReadonlyArray<number>): Repairs => {
  if (millis.length === 0) return { count: 0, mean_seconds: null, median_seconds: null }
  const sorted = millis.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
  // Summed in their order: whole numbers below 2^53 give the same sum in any.
  const sum = sorted.reduce((total, each) => total + each, 0)
  return {
    count: sorted.length,
    mean_seconds: Math.floor(sum / sorted.length / 1000),
    median_seconds: Math.floor(median / 1000)
  }
}

const rpoOf = (findings: Iterable<PeriodFinding>): RpoTally => {
  const rpo = { breaches: 0, open_at_end: 0, waived: 0, seconds: 0, unknown_seconds: 0, longest_seconds: 0 }
  for (const { is_rpo_breach, seconds, state, unknown_seconds, waived } of findings) {
    if (!is_rpo_breach) continue
    rpo.breaches += 1
    if (state === "open") rpo.open_at_end += 1
    if (waived) rpo.waived += 1
    rpo.seconds += seconds
    rpo.unknown_seconds += unknown_seconds
    rpo.longest_seconds = Math.max(rpo.longest_seconds, seconds)
  }
  return rpo
}

const rankOf = (severity: Severity): number => severities.indexOf(severity)

const worstFirst = byKeys<PeriodFinding>(
  ({ severity }) => rankOf(severity),
  ({ job }) => job,
  ({ address }) => address,
  ({ instance_id }) => instance_id,
  ({ kind }) => kind,
  ({ field }) => field,
  ({ reason_code }) => reason_code,
  ({ first_seen }) => first_seen
)

/** What all findings of a period come to; they may be added in any order. */
export class FindingTally {
  readonly #period: Period
  readonly #knownUntil: (job: string) => number | undefined
  readonly #findings: Array<PeriodFinding> = []
  readonly #drift = new Map<string, Mutable<DriftCount>>()
  readonly #repairs = new Map<string, Array<number>>()

  constructor(period: Period, knownUntil: (job: string) => number | undefined) {
    this.#period = period
    this.#knownUntil = knownUntil
  }

  add(finding: Finding): void {
    const clipped = clip(finding, this.#period, this.#knownUntil(finding.job))
    if (clipped === undefined) return
    const state = stateOf(finding, clipped)
    this.#findings.push({
      job: finding.job,
      kind: finding.kind,
      is_rpo_breach: isRpoBreach(finding),
      severity: finding.severity,
      address: finding.address,
      instance_id: finding.instance_id,
      folder_id: finding.folder_id,
      owner: finding.owner,
      groups: finding.groups,
      field: finding.field,
      reason_code: finding.reason_code,
      reason: finding.reason,
      began_at: timeText(clipped.began),
      first_seen: timeText(clipped.firstSeen),
      state,
      ended_at: clipped.ended === undefined ? null : timeText(clipped.ended),
      seconds: clipped.seconds,
      unknown_seconds: clipped.unknownSeconds,
      waived: finding.waived
    })
    this.#count(finding, clipped, state)
  }

  #count(
    { job, kind, severity, waived }: Finding,
    { began, ended, firstSeen }: Clipped,
    state: PeriodFinding["state"]
  ): void {
    const { from, to } = this.#period
    const make = () => ({ kind, severity, ...noDrift() })
    const tally = entryOf(this.#drift, keyOf(kind, severity), make)
    if (firstSeen < from) tally.open_at_start += 1
    else if (firstSeen < to) tally.opened += 1
    else return
    if (ended === undefined) tally.open_at_end += 1
    else {
      tally.closed += 1
      if (state !== "open") tally[state] += 1
      if (state === "repaired" && kind !== "not_compared" && !waived)
        entryOf(this.#repairs, job, () => []).push(ended - began)
    }
  }

  /** The worst first. */
  findings(): ReadonlyArray<PeriodFinding> {
    return this.#findings.toSorted(worstFirst)
  }

  drift(): ReadonlyArray<DriftCount> {
    return [...this.#drift.values()].toSorted(
      byKeys<DriftCount>(
        ({ kind }) => kind,
        ({ severity }) => rankOf(severity)
      )
    )
  }

  /** What became of drift of any kind, or of what could not be compared. */
  total(isDrift: boolean): DriftTally {
    return addDrift(
      [...this.#drift.values()].filter(({ kind }: { kind: FindingKind }) => (kind !== "not_compared") === isDrift)
    )
  }

  /** Of a job, or of all. */
  rpo(job?: string): RpoTally {
    return rpoOf(job === undefined ? this.#findings : this.#findings.filter((finding) => finding.job === job))
  }

  repairs(job?: string): Repairs {
    return repairsOf(job === undefined ? [...this.#repairs.values()].flat() : (this.#repairs.get(job) ?? []))
  }
}
