/** Months that could have been: runs, counts, findings and waivers, all made of a few numbers. */
import { type Severity, severities } from "@holdfast/manifest/Expectations"
import { Arbitrary, Result, Schema } from "effect"
import { type Period, parsePeriod } from "../src/Period.ts"
import type { PeriodReport } from "../src/PeriodReport.ts"
import { PeriodTally } from "../src/PeriodTally.ts"
import type { RunWaivers } from "../src/periodWaivers.ts"
import { type Finding, findingKinds, type Run, type RunCount, resolutions, runStates, verdicts } from "../src/Run.ts"

export const period = (text: string, timeZone?: string): Period => Result.getOrThrow(parsePeriod(text, timeZone))

/** What a period is calculated from, as values. */
export interface PeriodData {
  readonly runs: ReadonlyArray<Run>
  readonly counts: ReadonlyArray<readonly [Run, RunCount]>
  readonly findings: ReadonlyArray<Finding>
  readonly waivers: ReadonlyArray<RunWaivers>
  readonly knownUntil: Readonly<Record<string, number>>
}

export const tool = { name: "holdfast", version: "0.1.0" }

/** What data come to; those of a job alone where one is named. */
export const reportOf = (data: PeriodData, of: Period, job: string | null = null): PeriodReport => {
  const jobs = Object.entries(data.knownUntil).map(([name, knownUntil]) => ({ job: name, knownFrom: 0, knownUntil }))
  const tally = new PeriodTally({
    period: of,
    job,
    tool,
    jobs: jobs.filter((each) => job === null || each.job === job)
  })
  const isMeant = (each: { readonly job: string }) => job === null || each.job === job
  for (const run of data.runs) if (isMeant(run)) tally.addRun(run)
  for (const [run, count] of data.counts) if (isMeant(run)) tally.addCount(run, count)
  for (const finding of data.findings) if (isMeant(finding)) tally.addFinding(finding)
  for (const waivers of data.waivers) if (isMeant(waivers)) tally.addWaivers(waivers)
  return tally.report()
}

const start = Date.UTC(2026, 8, 20)
const hour = 3_600_000
/** From the 20th of September to the middle of November. */
const hours = 56 * 24

export const jobs = ["nightly", "hourly"]

const natural = (below: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: below - 1 }))
const pick = <A>(all: ReadonlyArray<A>, number: number): A => all[number % all.length] as A
const time = (hoursIn: number) => new Date(start + hoursIn * hour + (hoursIn % 7) * 1001).toISOString()

const summaryOf = (number: number) => {
  const [in_sync, drifted, missing, not_compared, waived] = [
    number % 40,
    number % 7,
    number % 3,
    number % 5,
    number % 2
  ]
  const compared = in_sync + drifted + missing + waived
  const total = compared + not_compared
  return { total, compared, in_sync, drifted, missing, pending: 0, not_compared, waived, unlisted: 0, coverage: 1 }
}

const runOf = (number: number, index: number): Run => {
  const state = pick(runStates, number >> 4)
  const hasReport = state === "finished"
  const tick = time(index)
  return {
    run_id: `run-${index}`,
    job: pick(jobs, number),
    tick,
    trigger: "schedule",
    state,
    verdict: hasReport ? pick(verdicts, number >> 2) : state === "failed" ? "error" : null,
    why: state === "missed" ? "nobody was there" : "",
    started_at: hasReport ? tick : null,
    finished_at: hasReport || state === "failed" ? tick : null,
    exit_code: null,
    complete: null,
    failing: null,
    summary: hasReport ? summaryOf(number) : null,
    requests: hasReport ? { sent: number % 100, retried: number % 10 } : null,
    tool_version: hasReport ? pick(["1.0.0", "1.1.0"], Math.floor(index / 500)) : null,
    manifest_sha256: hasReport ? pick(["a".repeat(64), "b".repeat(64)], number >> 9) : null
  }
}

const countsOf = (run: Run, number: number): ReadonlyArray<readonly [Run, RunCount]> =>
  run.summary === null
    ? []
    : (["group", "owner"] as const).flatMap((kind) =>
        ["", "web", "db"].slice(0, 1 + (number % 3)).map((name) => [run, { kind, name, ...summaryOf(number >> 3) }])
      )

const findingOf = (numbers: ReadonlyArray<number>, index: number): Finding => {
  const [a = 0, b = 0, c = 0, d = 0] = numbers
  const first = a % hours
  const began = Math.max(0, first - (c % 30))
  const isOver = d % 3 > 0
  const kind = pick(findingKinds, b)
  const severity: Severity = pick(severities, c)
  const last = first + (b % 400)
  return {
    finding_id: `finding-${index}`,
    job: pick(jobs, d >> 3),
    kind,
    address: `vm-${index}`,
    instance_id: `epd${index}`,
    field: kind === "drift" ? "maxBackupAge" : "",
    reason_code: kind === "drift" ? pick(["HF010", "HF009", "HF001"], d >> 5) : "HF016",
    severity,
    owner: pick(["platform", null], a),
    folder_id: null,
    groups: ["web"],
    reason: "It is so.",
    change: null,
    first_seen: time(first),
    last_seen: time(last),
    began_at: time(began),
    seen: 1,
    unknown_since: d % 5 === 0 ? time(first + (c % 200)) : null,
    resolved_at: isOver ? time(last + 1) : null,
    resolution: isOver ? pick(resolutions, d >> 2) : null,
    waived: d % 4 === 0,
    first_run: "run-0",
    last_run: "run-1",
    resolved_run: isOver ? "run-2" : null
  }
}

const waiversOf = (run: Run, number: number): ReadonlyArray<RunWaivers> => {
  if (run.summary === null) return []
  const waiver = (target: string) => ({
    kind: "resource" as const,
    target,
    fields: null,
    until: `2026-10-${10 + (number % 20)}`,
    reason: "known",
    approved_by: "cto",
    ticket: null,
    accepts: [],
    source: { path: "backup.yaml", line: 1 + (number % 9), column: 1 }
  })
  const used = [waiver("a")]
  const rest = [waiver("b")]
  const waivers = number % 2 === 0 ? { used, unused: rest, expired: [] } : { used, unused: [], expired: rest }
  return [{ job: run.job, tick: Date.parse(run.tick), waivers }]
}

const dataOf = (parts: {
  readonly runs: ReadonlyArray<number>
  readonly findings: ReadonlyArray<ReadonlyArray<number>>
  readonly known: ReadonlyArray<number>
}): PeriodData => {
  // Runs are as many as were drawn, spread over the time.
  const step = Math.max(1, Math.floor(hours / Math.max(1, parts.runs.length)))
  const runs = parts.runs.map((number, index) => runOf(number, index * step))
  const numberOf = (index: number) => parts.runs[index] ?? 0
  return {
    runs,
    counts: runs.flatMap((run, index) => countsOf(run, numberOf(index))),
    findings: parts.findings.map(findingOf),
    waivers: runs.flatMap((run, index) => waiversOf(run, numberOf(index))),
    knownUntil: Object.fromEntries(
      jobs.map((job, index) => [job, start + ((parts.known[index] ?? hours) % hours) * hour])
    )
  }
}

/** The same numbers for the same seed, each as likely as any other: those of a schema are mostly small. */
function* numbersOf(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state >>> 8
  }
}

export const data: Arbitrary.Arbitrary<PeriodData> = Arbitrary.map(
  Arbitrary.schema(Schema.Struct({ seed: natural(2 ** 31), runs: natural(61), findings: natural(31) })),
  ({ findings, runs, seed }) => {
    const numbers = numbersOf(seed)
    const next = () => numbers.next().value
    const several = (length: number) => Array.from({ length }, next)
    return dataOf({
      runs: several(runs),
      findings: Array.from({ length: findings }, () => several(4)),
      known: several(2)
    })
  }
)
