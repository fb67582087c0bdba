/**
 * A run: reads every declared resource, compares each, and reports on all of them. One failed read never stops the
 * others; only credentials that no read can use do.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Compute } from "@holdfast/core/Compute"
import { uuid } from "@holdfast/core/Uuid"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { compareWithBaseline } from "./baseline.ts"
import { type CheckReport, type FailOn, formatVersion, type ResourceReport, type Summary } from "./CheckReport.ts"
import { compare } from "./compare.ts"
import * as diagnose from "./diagnose.ts"
import { exitCodeOf, failingOf } from "./ExitCode.ts"
import type { FolderSeen } from "./FolderSeen.ts"
import { formatDuration } from "./formatDuration.ts"
import { type Known, nothingKnown, seenIn } from "./Known.ts"
import { dated, type Live, type NotRead, notRead } from "./Live.ts"
import { ReadLog } from "./ReadLog.ts"
import { needsFolder, readAll, type Seen } from "./readAll.ts"
import { readPolicies } from "./readPolicies.ts"
import { readScope } from "./readScope.ts"
import { type Carried, nothingCarried } from "./resume.ts"
import { emptyGroupsOf, foldersOf, type Selected, type Selection, select } from "./select.ts"
import { inOrder as unlistedInOrder } from "./unlisted.ts"
import { waive, inOrder as waiversInOrder } from "./waive.ts"
import { warningsOf } from "./warnings.ts"

/** A run whose reading several processes share. */
export interface Begun {
  readonly runId: string
  /** In milliseconds since 1970. */
  readonly at: number
  readonly known: Known
}

/** How to run. */
export interface CheckOptions {
  /** Version of the program, for the report. */
  readonly version: string
  /** The seed of the emulator that answers in the place of the cloud, if one does. */
  readonly emulator: string | null
  /** The snapshot that answers in its place, if one does. */
  readonly snapshot: CheckReport["snapshot"]
  /** What an earlier run has told, which is not read again. */
  readonly carried?: Carried
  /** What was read of this run before, in parts. */
  readonly begun?: Begun
  /** How many resources are read at a time. */
  readonly concurrency: number
  /** How long the run may take; what is not read by then is not compared. */
  readonly timeLimitMillis: number
  /** How much of that has passed before. */
  readonly elapsedMillis: number
  /** What should be mended though it works, for the report's diagnostics. */
  readonly warnings: ReadonlyArray<{ readonly summary: string; readonly remedy: string }>
  /** A manifest without resources, or a group without members, is in sync rather than an error. */
  readonly allowEmpty: boolean
  /** An earlier report, which tells new drift from known. */
  readonly baseline?: CheckReport
  /** Drift below this severity, or that the baseline knew, fails nothing. */
  readonly failOn: FailOn
  /** Called after each resource, with how many are done. */
  readonly onProgress: (done: number, total: number) => Effect.Effect<void>
  /** Called with the report so far when the run is interrupted. */
  readonly onInterrupt: (report: CheckReport) => Effect.Effect<void>
}

/** Checks a manifest. Never fails: what went wrong is in the report. */
export const check = Effect.fn("Check.check")(function* (
  manifest: Manifest,
  options: CheckOptions
): Effect.fn.Return<CheckReport, never, CloudBackup | Compute> {
  const cloud = yield* CloudBackup
  const { begun } = options
  const startedAt = begun?.at ?? (yield* Clock.currentTimeMillis)
  const runId = begun?.runId ?? uuid(yield* Random.Random)
  const before = yield* cloud.requests
  const log = new ReadLog()
  const parts = begun?.known ?? nothingKnown
  for (const step of parts.reads) log.add(step)
  const ruleSeverities = new Map(manifest.rules.map(({ code, severity }) => [code, severity]))
  const { carried: earlier = nothingCarried } = options
  const folders = foldersOf(manifest).flatMap(({ folder }) => (earlier.folders.has(folder) ? [] : [folder]))
  const carried = new Set(earlier.resources.map(({ address, instance_id }) => JSON.stringify([address, instance_id])))
  const declaredWaivers = waiversInOrder(manifest.waivers)
  const folderSeen = new Map<string, FolderSeen>(parts.folders)
  /** What is checked, once the folders are read. */
  let selection: Selection | undefined
  let seen: Array<Seen | undefined> = []

  /** What is checked as far as it is known; `unread` stands for the folders that were not reached. */
  const selectNow = (unread: NotRead, at: number): Selection => {
    const all = folders.map((folder) => folderSeen.get(folder) ?? { folder, instances: unread, resources: unread, at })
    const { resources, unlisted } = select(manifest, new Map(all.map((known) => [known.folder, known])), ruleSeverities)
    const isLeft = ({ desired }: Selected) => !carried.has(JSON.stringify([desired.address, desired.instance]))
    return { resources: carried.size === 0 ? resources : resources.filter(isLeft), unlisted }
  }

  /** The report of what is known now; `unread` stands for the resources that were not reached. */
  const reportNow = Effect.fnUntraced(function* (unread: NotRead, interrupted: boolean) {
    const after = yield* cloud.requests
    const now = yield* Clock.currentTimeMillis
    const skewMillis = yield* cloud.clockSkewMillis
    const selected = selection ?? selectNow(unread, now)
    const known = selection === undefined ? selected.resources.map((one) => seenIn(parts, one)) : seen
    const lives = known.flatMap((one) => (one === undefined ? [] : [one.live]))
    const isForeign =
      folders.length === 0 &&
      isForeignAnswer(
        lives,
        selected.resources.map(({ desired }) => desired)
      )
    const rows = selected.resources
      .map(({ createdAt, desired }, index) => {
        const { at, live } = known[index] ?? { at: now, live: unread }
        const answer = isForeign && live._tag === "NotFound" ? foreign(lives.length, cloud.endpoint) : live
        const row = compare(desired, dated(answer, createdAt), at, ruleSeverities)
        const folder = known[index]?.folder
        return folder === undefined ? row : { ...row, folder_id: folder }
      })
      .concat(earlier.resources)
      .toSorted(byAddress)
    const { used, unused, expired, ...waived } = waive(
      declaredWaivers,
      { resources: rows, unlisted: unlistedInOrder([...selected.unlisted, ...earlier.unlisted]) },
      now + skewMillis
    )
    const waivers = { used, unused, expired }
    const { baseline, resources, unlisted } =
      options.baseline === undefined
        ? { ...waived, baseline: null }
        : compareWithBaseline(options.baseline, waived, new Date(startedAt).toISOString())
    const summary = summarize(resources, unlisted.filter(({ waived }) => !waived).length)
    const emptyGroups = options.allowEmpty ? [] : emptyGroupsOf(manifest.groups, resources)
    const failing = failingOf({ resources, unlisted }, options.failOn)
    return {
      ...frame(options.version, runId, startedAt),
      complete: summary.not_compared + summary.pending + emptyGroups.length === 0 && !interrupted,
      interrupted,
      exit_code: exitCodeOf(summary, {
        interrupted,
        allowEmpty: options.allowEmpty,
        failing,
        emptyGroups: emptyGroups.length
      }),
      fail_on: options.failOn,
      failing,
      endpoint: cloud.endpoint,
      emulator: options.emulator,
      snapshot: options.snapshot,
      resumed:
        options.carried === undefined ? null : { ...options.carried.run, carried: options.carried.resources.length },
      baseline,
      manifest: [...manifest.files],
      variables: manifest.variables,
      summary,
      resources,
      unlisted,
      waivers,
      reads: log.steps,
      requests: {
        sent: parts.requests.sent + after.sent - before.sent,
        retried: parts.requests.retried + after.retried - before.retried
      },
      // A clock can be set back.
      duration_ms: Math.max(0, now - startedAt),
      diagnostics: [
        ...diagnose.empty(emptyGroups),
        // The clock of a snapshot stands still.
        ...warningsOf(options.warnings, options.snapshot === null ? skewMillis : 0),
        ...diagnose.denied(resources),
        ...diagnose.waivers(declaredWaivers, { ...waivers, resources }, now + skewMillis)
      ]
    } satisfies CheckReport
  })

  const read = Effect.gen(function* () {
    yield* readScope(
      folders.filter((folder) => !folderSeen.has(folder)),
      folderSeen,
      log
    )
    const selected = selectNow(unreachable, startedAt)
    const wanted = selected.resources.map(({ desired }) => desired)
    seen = selected.resources.map((one) => seenIn(parts, one))
    selection = selected
    const total = wanted.length
    let done = seen.filter((one) => one !== undefined).length
    if (done > 0) yield* options.onProgress(done, total)
    yield* readAll(wanted, seen, {
      concurrency: options.concurrency,
      onRead: Effect.suspend(() => {
        done += 1
        return options.onProgress(done, total)
      }),
      log,
      needsFolder,
      isSettled: ({ instance }) => parts.resources.has(instance)
    })
    yield* readPolicies(wanted, seen, { concurrency: options.concurrency, log })
  })

  yield* read.pipe(
    Effect.timeoutOption(Math.max(0, options.timeLimitMillis - options.elapsedMillis)),
    Effect.onInterrupt(() => Effect.flatMap(reportNow(interruptedRead, true), options.onInterrupt))
  )
  return yield* reportNow(lateRead(options.timeLimitMillis), false)
})

const byAddress = (a: ResourceReport, b: ResourceReport): number =>
  a.address < b.address ? -1 : a.address > b.address ? 1 : a.instance_id < b.instance_id ? -1 : 1

const interruptedRead = notRead("Interrupted", "the run was interrupted before it was read", "Run the check again.", {
  retryable: true
})

const lateRead = (limitMillis: number): NotRead =>
  notRead(
    "TimeLimit",
    `the run's time limit of ${formatDuration(limitMillis)} ended before it was read`,
    "Allow more time with --timeout, or more reads at a time with --concurrency.",
    { retryable: true }
  )

/** Stands for folders that were not read, of which there are none once they all are. */
const unreachable = notRead("NotRead", "it was not read", "Run the check again.")

/** Nothing that was asked for is known, though something should be: that is what another installation answers. */
const isForeignAnswer = (lives: ReadonlyArray<Live>, resources: ReadonlyArray<DesiredResource>): boolean =>
  lives.length >= diagnose.manyCount &&
  lives.every(({ _tag }) => _tag === "NotFound") &&
  resources.some(({ expectations }) => expectations.enabled !== false)

const foreign = (count: number, endpoint: string): Live =>
  notRead(
    "NothingFound",
    `${endpoint} knows none of the ${count} instances that it was asked for`,
    "Check the service's address, the installation (YC_ENDPOINT) and the ids: this looks like another cloud."
  )

/** The report of a run that could not begin: nothing was compared, and `diagnostics` say why. */
export const failed = Effect.fnUntraced(function* (version: string, diagnostics: CheckReport["diagnostics"]) {
  const runId = uuid(yield* Random.Random)
  return {
    ...frame(version, runId, yield* Clock.currentTimeMillis),
    complete: false,
    interrupted: false,
    exit_code: 1,
    fail_on: "info",
    failing: 0,
    endpoint: "",
    emulator: null,
    snapshot: null,
    resumed: null,
    baseline: null,
    manifest: [],
    variables: {},
    summary: summarize([], 0),
    resources: [],
    unlisted: [],
    waivers: { used: [], unused: [], expired: [] },
    reads: [],
    requests: { sent: 0, retried: 0 },
    duration_ms: 0,
    diagnostics
  } satisfies CheckReport
})

/** What every report says in the same way. */
const frame = (version: string, runId: string, startedAt: number) => ({
  format_version: formatVersion,
  tool: { name: "holdfast", version },
  run_id: runId,
  timestamp: new Date(startedAt).toISOString()
})

/** Counts the states, and what is `unlisted`. */
export const summarize = (resources: ReadonlyArray<ResourceReport>, unlisted: number): Summary => {
  const count = { in_sync: 0, drifted: 0, missing: 0, pending: 0, not_compared: 0, waived: 0 }
  for (const { state } of resources) count[state] += 1
  const total = resources.length
  const compared = total - count.not_compared
  return { total, compared, ...count, unlisted, coverage: total === 0 ? 0 : compared / total }
}
