/**
 * What a period came to. Runs, counts, findings and waivers are added in any order, each once, and only sums are kept of what there is
 * much of; the same data gives the same report.
 */
import type { Period } from "./Period.ts"
import {
  type Coverage,
  type PeriodGap,
  type PeriodJob,
  type PeriodPart,
  type PeriodReport,
  periodFormatVersion
} from "./PeriodReport.ts"
import { addCounts, coverageOf, noResources, type ResourceCounts } from "./periodCoverage.ts"
import { FindingTally } from "./periodFindings.ts"
import { byKeys, entryOf, keyOf, timeText } from "./periodOrder.ts"
import {
  addRuns,
  bySpan,
  byTick,
  countRun,
  dayNumberOf,
  daysWithout,
  gapOf,
  noRuns,
  type RunEvidence,
  spansOf
} from "./periodRuns.ts"
import { type RunWaivers, WaiverTally } from "./periodWaivers.ts"
import type { Finding, Run, RunCount } from "./Run.ts"

/** What history knows of a job beyond the period. Times in milliseconds since 1970. */
export interface JobSpan {
  readonly job: string
  /** Its first tick that history knows; `undefined` where there is none. */
  readonly knownFrom: number | undefined
  /** The end of its last run that has a report; `undefined` where it has none. */
  readonly knownUntil: number | undefined
}

/** What a report is about. */
export interface PeriodScope {
  readonly period: Period
  /** `null`: all jobs. */
  readonly job: string | null
  readonly tool: PeriodReport["tool"]
  /** The jobs that are meant. */
  readonly jobs: ReadonlyArray<JobSpan>
}

/** The last finished run of a job, and what it counted. */
interface LastRun {
  readonly run_id: string
  readonly tick: string
  readonly counts: ResourceCounts
}

interface JobTally {
  readonly runs: ReturnType<typeof noRuns>
  readonly evidence: Array<RunEvidence>
  readonly days: Set<number>
  over: ResourceCounts
  last: LastRun | undefined
  sent: number
  retried: number
}

interface PartTally {
  readonly job: string
  readonly kind: RunCount["kind"]
  readonly name: string
  over: ResourceCounts
  lastRun: string
  lastTick: string
  lastCounts: ResourceCounts
}

const orNull = (millis: number | undefined): string | null => (millis === undefined ? null : timeText(millis))

const isLater = (a: Pick<LastRun, "tick" | "run_id">, b: Pick<LastRun, "tick" | "run_id">): boolean =>
  a.tick === b.tick ? a.run_id > b.run_id : a.tick > b.tick

export class PeriodTally {
  readonly #scope: PeriodScope
  readonly #spans: ReadonlyMap<string, JobSpan>
  readonly #jobs = new Map<string, JobTally>()
  readonly #parts = new Map<string, PartTally>()
  readonly #gaps: Array<PeriodGap> = []
  readonly #findings: FindingTally
  readonly #waivers = new WaiverTally()
  #finished = 0
  #withRows = 0

  constructor(scope: PeriodScope) {
    this.#scope = scope
    this.#spans = new Map(scope.jobs.map((span) => [span.job, span]))
    this.#findings = new FindingTally(scope.period, (job) => this.#spans.get(job)?.knownUntil)
    for (const { job } of scope.jobs) this.#jobOf(job)
  }

  /** A run of the period, whatever became of it. */
  addRun(run: Run): void {
    const tick = Date.parse(run.tick)
    const day = dayNumberOf(this.#scope.period, tick)
    if (day < 0) return
    const job = this.#jobOf(run.job)
    countRun(job.runs, run)
    const gap = gapOf(run)
    if (gap !== undefined) this.#gaps.push(gap)
    job.sent += run.requests?.sent ?? 0
    job.retried += run.requests?.retried ?? 0
    if (run.state !== "finished") return
    this.#finished += 1
    const { manifest_sha256, run_id, summary, tool_version } = run
    job.evidence.push({ tick: run.tick, run_id, tool_version, manifest_sha256 })
    job.days.add(day)
    if (summary === null) return
    job.over = addCounts(job.over, summary)
    const last = { run_id, tick: run.tick, counts: summary }
    if (job.last === undefined || isLater(last, job.last)) job.last = last
  }

  /** What a finished run of the period counted of a group, an owner or a folder. */
  addCount({ job, run_id, tick }: Pick<Run, "job" | "run_id" | "tick">, count: RunCount): void {
    if (dayNumberOf(this.#scope.period, Date.parse(tick)) < 0) return
    const { kind, name } = count
    const make = (): PartTally => ({
      job,
      kind,
      name,
      over: noResources,
      lastRun: run_id,
      lastTick: tick,
      lastCounts: count
    })
    const part = entryOf(this.#parts, keyOf(job, kind, name), make)
    part.over = addCounts(part.over, count)
    if (!isLater({ run_id, tick }, { run_id: part.lastRun, tick: part.lastTick })) return
    part.lastRun = run_id
    part.lastTick = tick
    part.lastCounts = count
  }

  /** A finding that is or was; what lies outside the period is left out. */
  addFinding(finding: Finding): void {
    this.#findings.add(finding)
  }

  /** The waivers that a finished run of the period saw. */
  addWaivers(waivers: RunWaivers): void {
    if (dayNumberOf(this.#scope.period, waivers.tick) < 0) return
    this.#withRows += 1
    this.#waivers.add(waivers)
  }

  report(): PeriodReport {
    const { job, jobs: spans, period, tool } = this.#scope
    const knownFrom = spans.flatMap((span) => span.knownFrom ?? []).toSorted((a, b) => a - b)[0]
    const knownUntil = spans.flatMap((span) => span.knownUntil ?? []).toSorted((a, b) => b - a)[0]
    const jobs = [...this.#jobs]
      .map(([name, tally]) => this.#job(name, tally, knownUntil))
      .toSorted(byKeys(({ job }) => job))
    const over = [...this.#jobs.values()].map((tally) => tally.over)
    const last = [...this.#jobs.values()].map((tally) => tally.last?.counts ?? noResources)
    return {
      format_version: periodFormatVersion,
      tool,
      period: {
        text: period.text,
        time_zone: period.timeZone,
        from: timeText(period.from),
        to: timeText(period.to),
        days: period.days.length
      },
      job,
      known_from: orNull(knownFrom),
      known_until: orNull(knownUntil),
      is_over: knownUntil !== undefined && knownUntil >= period.to,
      summary: {
        runs: addRuns(jobs.map(({ runs }) => runs)),
        over_period: coverageOf(over.reduce(addCounts, noResources)),
        at_end: coverageOf(last.reduce(addCounts, noResources)),
        rpo: this.#findings.rpo(),
        drift: this.#findings.total(true),
        repairs: this.#findings.repairs(),
        could_not_tell: this.#findings.total(false),
        without_rows: this.#finished - this.#withRows
      },
      jobs,
      parts: this.#partsInOrder(),
      drift: this.#findings.drift(),
      findings: this.#findings.findings(),
      waivers: this.#waivers.waivers(period),
      gaps: this.#gaps.toSorted(byTick),
      evidence: {
        manifests: this.#spansBy(({ manifest_sha256 }) => manifest_sha256),
        tools: this.#spansBy(({ tool_version }) => tool_version)
      }
    }
  }

  #jobOf(job: string): JobTally {
    return entryOf(this.#jobs, job, () => ({
      runs: noRuns(),
      evidence: [],
      days: new Set<number>(),
      over: noResources,
      last: undefined,
      sent: 0,
      retried: 0
    }))
  }

  /** `until`: the end of the last run of any job. One that has gone silent while others go on has days without a run. */
  #job(job: string, { days, last, over, retried, runs, sent }: JobTally, until: number | undefined): PeriodJob {
    const { period } = this.#scope
    const span = this.#spans.get(job)
    const { knownFrom, knownUntil } = span ?? {}
    return {
      job,
      known_from: orNull(knownFrom),
      known_until: orNull(knownUntil),
      runs,
      over_period: coverageOf(over),
      at_end: last === undefined ? null : { run_id: last.run_id, tick: last.tick, ...coverageOf(last.counts) },
      rpo: this.#findings.rpo(job),
      repairs: this.#findings.repairs(job),
      days_without_run:
        knownFrom === undefined || until === undefined ? [] : daysWithout(period, days, knownFrom, until),
      requests: { sent, retried }
    }
  }

  #partsInOrder(): ReadonlyArray<PeriodPart> {
    const atEnd = ({ job, lastCounts, lastRun }: PartTally): Coverage | null =>
      this.#jobs.get(job)?.last?.run_id === lastRun ? coverageOf(lastCounts) : null
    return [...this.#parts.values()]
      .map((part): PeriodPart => {
        const { job, kind, name, over } = part
        return { job, kind, name, over_period: coverageOf(over), at_end: atEnd(part) }
      })
      .toSorted(
        byKeys<PeriodPart>(
          ({ job }) => job,
          ({ kind }) => kind,
          ({ name }) => name
        )
      )
  }

  #spansBy(valueOf: (run: RunEvidence) => string | null): PeriodReport["evidence"]["tools"] {
    return [...this.#jobs].flatMap(([job, { evidence }]) => spansOf(job, evidence, valueOf)).toSorted(bySpan)
  }
}
