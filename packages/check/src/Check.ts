/**
 * A run: reads every declared resource, compares each, and reports on all of them. One failed read never stops the
 * others; only credentials that no read can use do.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { uuid } from "@holdfast/core/Uuid"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { type CheckReport, formatVersion, type ResourceReport, type Summary } from "./CheckReport.ts"
import { compare } from "./compare.ts"
import { exitCodeOf } from "./ExitCode.ts"
import { formatDuration } from "./formatDuration.ts"
import { type Live, notRead } from "./Live.ts"
import { readAll, type Seen } from "./readAll.ts"
import { warningsOf } from "./warnings.ts"

/** How to run. */
export interface CheckOptions {
  /** Version of the program, for the report. */
  readonly version: string
  /** The seed of the emulator that answers in the place of the cloud, if one does. */
  readonly emulator: string | null
  /** How many resources are read at a time. */
  readonly concurrency: number
  /** How long the run may take; what is not read by then is not compared. */
  readonly timeLimitMillis: number
  /** How much of that has passed before. */
  readonly elapsedMillis: number
  /** What should be mended though it works, for the report's diagnostics. */
  readonly warnings: ReadonlyArray<{ readonly summary: string; readonly remedy: string }>
  /** A manifest without resources is in sync rather than an error. */
  readonly allowEmpty: boolean
  /** Called after each resource, with how many are done. */
  readonly onProgress: (done: number, total: number) => Effect.Effect<void>
  /** Called with the report so far when the run is interrupted. */
  readonly onInterrupt: (report: CheckReport) => Effect.Effect<void>
}

/** Checks a manifest. Never fails: what went wrong is in the report. */
export const check = Effect.fn("Check.check")(function* (
  manifest: Manifest,
  options: CheckOptions
): Effect.fn.Return<CheckReport, never, CloudBackup> {
  const cloud = yield* CloudBackup
  const startedAt = yield* Clock.currentTimeMillis
  const runId = uuid(yield* Random.Random)
  const before = yield* cloud.requests
  const total = manifest.resources.length
  const seen: Array<Seen | undefined> = Array.from({ length: total })
  let done = 0

  /** The report of what is known now; `unread` stands for the resources that were not reached. */
  const reportNow = Effect.fnUntraced(function* (unread: Live, interrupted: boolean) {
    const after = yield* cloud.requests
    const now = yield* Clock.currentTimeMillis
    const lives = seen.flatMap((known) => (known === undefined ? [] : [known.live]))
    const isForeign = isForeignAnswer(lives, manifest.resources)
    const resources = manifest.resources
      .map((desired, index) => {
        const { at, live } = seen[index] ?? { at: now, live: unread }
        return compare(
          desired,
          isForeign && live._tag === "NotFound" ? foreign(lives.length, cloud.endpoint) : live,
          at
        )
      })
      .toSorted((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
    const summary = summarize(resources)
    return {
      ...frame(options.version, runId, startedAt),
      complete: summary.not_compared + summary.pending === 0 && !interrupted,
      interrupted,
      exit_code: exitCodeOf(summary, { interrupted, allowEmpty: options.allowEmpty }),
      endpoint: cloud.endpoint,
      emulator: options.emulator,
      manifest: [...manifest.files],
      summary,
      resources,
      requests: { sent: after.sent - before.sent, retried: after.retried - before.retried },
      // A clock can be set back.
      duration_ms: Math.max(0, now - startedAt),
      diagnostics: [...warningsOf(options.warnings, yield* cloud.clockSkewMillis), ...deniedError(resources)]
    } satisfies CheckReport
  })

  yield* readAll(manifest.resources, seen, {
    concurrency: options.concurrency,
    onRead: Effect.suspend(() => {
      done += 1
      return options.onProgress(done, total)
    })
  }).pipe(
    Effect.timeoutOption(Math.max(0, options.timeLimitMillis - options.elapsedMillis)),
    Effect.onInterrupt(() =>
      Effect.flatMap(
        reportNow(
          notRead("Interrupted", "the run was interrupted before it was read", "Run the check again.", {
            retryable: true
          }),
          true
        ),
        options.onInterrupt
      )
    )
  )
  const limit = formatDuration(options.timeLimitMillis)
  return yield* reportNow(
    notRead(
      "TimeLimit",
      `the run's time limit of ${limit} ended before it was read`,
      "Allow more time with --timeout, or more reads at a time with --concurrency.",
      { retryable: true }
    ),
    false
  )
})

/** All of them denied is one finding: the account has no role, rather than no right to each machine. */
const deniedError = (resources: ReadonlyArray<ResourceReport>): CheckReport["diagnostics"] =>
  resources.length >= foreignCount && resources.every(({ error }) => error?.tag === "PermissionDenied")
    ? [
        {
          severity: "warning",
          summary: `Access to all ${resources.length} resources is denied`,
          detail:
            "The account lacks the role backup.viewer on their folders, or is not the one that was meant (drift auth status)."
        }
      ]
    : []

/** From how many on it is no accident that the service knows none of the instances it was asked for. */
const foreignCount = 5

/** Nothing that was asked for is known, though something should be: that is what another installation answers. */
const isForeignAnswer = (lives: ReadonlyArray<Live>, resources: ReadonlyArray<DesiredResource>): boolean =>
  lives.length >= foreignCount &&
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
    endpoint: "",
    emulator: null,
    manifest: [],
    summary: summarize([]),
    resources: [],
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
  timestamp: new Date(startedAt).toISOString(),
  unlisted: [],
  waivers: { used: [], unused: [], expired: [] }
})

/** Counts the states. */
export const summarize = (resources: ReadonlyArray<ResourceReport>): Summary => {
  const count = { in_sync: 0, drifted: 0, missing: 0, pending: 0, not_compared: 0, waived: 0 }
  for (const { state } of resources) count[state] += 1
  const total = resources.length
  const compared = total - count.not_compared
  return { total, compared, ...count, unlisted: 0, coverage: total === 0 ? 0 : compared / total }
}
