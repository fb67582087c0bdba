/**
 * What is done for a run: its manifest is read, then the parts of the cloud that it is about, and then the check is made of them.
 */
import * as Check from "@holdfast/check/Check"
import { nothingKnown, partsLeft, together } from "@holdfast/check/Known"
import { knownFromJson, knownToJson } from "@holdfast/check/knownJson"
import type { Part } from "@holdfast/check/Part"
import { readPart } from "@holdfast/check/readPart"
import { Credentials } from "@holdfast/core/Credentials"
import { countedAlone } from "@holdfast/core/RequestCount"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import { Database } from "@holdfast/history/Database"
import type { HistoryError } from "@holdfast/history/HistoryError"
import { type Announce, type Fence, type OpenRun, RunStore, type TakenChunk } from "@holdfast/history/RunStore"
import type { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Alerts } from "../alerts/AlertsConfig.ts"
import type { Job, RetryPolicyName } from "../config/ComplianceConfig.ts"
import { whyOf } from "../Failure.ts"
import { version } from "../version.ts"
import { Cloud } from "./Cloud.ts"
import { Chunk, type Order, orderFromJson, orderToJson } from "./Order.ts"
import { type Step, StepFailed, Steps } from "./Steps.ts"

/** How many reads a replica has under way at a time, of one part. */
const concurrency = 16

/** Before its deadline a run is judged by what is known, so that there is time to write it down: a share of its time, and a most. */
const marginShare = 0.1
const mostMarginMillis = 2_000

const policies: Readonly<Record<RetryPolicyName, RetryPolicy.RetryPolicy>> = {
  standard: RetryPolicy.standard,
  patient: RetryPolicy.patient,
  none: RetryPolicy.none
}

/** What a replica works with. */
export interface Workshop {
  /** Those of its own configuration, by name. */
  readonly jobs: ReadonlyMap<string, Job>
  /** Its name, in the records of who has taken what. */
  readonly worker: string
  readonly announce: Announce
  /** Who is told of what. */
  readonly alerts: Alerts
  /** The emulator that answers in the place of the cloud, if one does. */
  readonly emulator: string | null
}

/** After its deadline, no longer is tried to make a report of a run: whatever keeps it from being closed, the next one is to begin. */
const giveUpMillis = 120_000

const readUntilOf = ({ deadline, startedAt }: OpenRun): number =>
  deadline - Math.min(mostMarginMillis, (deadline - startedAt) * marginShare)

/** What can be done for runs. */
export const makeWork = Effect.fnUntraced(function* ({ announce, emulator, jobs, worker }: Workshop) {
  const store = yield* RunStore
  const database = yield* Database
  const steps = yield* Steps
  const cloud = yield* Cloud
  const platform = yield* Effect.context<Effect.Services<ReturnType<typeof ManifestSource.load>>>()

  const openRun = (runId: string) => Effect.map(store.open, (all) => all.find((run) => run.runId === runId))

  /** Adds chunks to the plan of a run, and offers them to all replicas. */
  const plan = Effect.fnUntraced(function* (fence: Fence, run: OpenRun, chunks: ReadonlyArray<Chunk>) {
    const added = yield* store.plan(
      fence,
      run.planned,
      chunks.map((chunk) => Schema.encodeSync(Chunk)(chunk))
    )
    if (!added) return false
    for (const [index, { kind }] of chunks.entries()) {
      const chunk = run.planned + index
      const step = { run_id: run.runId, job: run.job, chunk }
      yield* steps.offer(kind === "part" ? "read" : "decide", `${run.runId}/${chunk}`, step)
    }
    return true
  })

  /** Plans what a run begins with. */
  const planFirst = (fence: Fence, run: OpenRun) =>
    database.transact("plan the run", plan(fence, run, [{ kind: "manifest" }]))

  const chunksOf = (parts: ReadonlyArray<Part>, run: OpenRun, order: Order): ReadonlyArray<Chunk> =>
    parts.map((part) => ({
      kind: "part",
      part,
      retry_policy: order.retry_policy,
      read_until: readUntilOf(run)
    }))

  const refused = (what: string) => Effect.logInfo(`Of the run, ${what} is another's to write by now, and was left out`)

  /** Closes a run without a report. */
  const fail = Effect.fnUntraced(function* (fence: Fence, diagnostics: ReadonlyArray<Diagnostic>) {
    const isWritten = yield* store.fail(fence, diagnostics, announce)
    if (isWritten) yield* Effect.logWarning(`The run failed: ${diagnostics[0]?.summary ?? ""}`)
    return isWritten
  })

  /** What a run is judged by, or why it cannot begin. */
  const orderOf = Effect.fnUntraced(function* (job: Job) {
    const manifest = yield* ManifestSource.load(job.manifests, job.variables).pipe(Effect.provide(platform))
    // Whoever cannot ask the cloud need not begin.
    yield* cloud.clients
    return {
      manifest,
      fail_on: job.failOn,
      allow_empty: job.allowEmpty,
      retry_policy: job.retryPolicy,
      time_limit_millis: job.timeoutMillis
    } satisfies Order
  })

  /** Reads the manifest of a run, and plans what is read first. */
  const readManifest = Effect.fnUntraced(function* (taken: TakenChunk, job: Job) {
    const order = yield* Effect.result(orderOf(job))
    const answer = order._tag === "Success" ? yield* written(orderToJson(order.success)) : null
    const parts = order._tag === "Success" ? partsLeft(order.success.manifest, nothingKnown) : []
    // The run's fence is raised by nobody but who holds the chunk: it would take the run from others.
    const step = Effect.gen(function* () {
      const isWritten = yield* store.answerChunk(taken, answer)
      const fence = isWritten ? yield* store.takeRun(taken.runId) : undefined
      const run = yield* openRun(taken.runId)
      if (fence === undefined || run === undefined) return false
      if (order._tag === "Failure") return yield* fail(fence, order.failure.diagnostics)
      return parts.length === 0 || (yield* plan(fence, run, chunksOf(parts, run, order.success)))
    })
    if (!(yield* database.transact("plan the run", step))) yield* refused("its plan")
  })

  /** Reads a part of what a run is about. */
  const readChunk = Effect.fnUntraced(function* (
    taken: TakenChunk,
    { part, read_until, retry_policy }: Extract<Chunk, { readonly kind: "part" }>
  ) {
    const clients = yield* cloud.clients
    const now = yield* store.now
    const read = yield* readPart(part, { concurrency, timeLimitMillis: read_until - now }).pipe(
      countedAlone,
      Effect.provideService(RetryPolicy.CurrentRetryPolicy, policies[retry_policy]),
      Effect.provide(clients)
    )
    const isWritten = yield* store.answerChunk(taken, yield* written(knownToJson(read)))
    if (!isWritten) yield* refused(`the answer to its chunk ${taken.number}`)
  })

  /** Answers a chunk. */
  const answer = Effect.fnUntraced(function* (runId: string, number: number, job: string) {
    const own = jobs.get(job)
    // Another replica's configuration knows it.
    if (number === 0 && own === undefined) return yield* unknownJob
    const taken = yield* store.takeChunk(runId, number, worker)
    if (taken === undefined) return
    const chunk = yield* understood(Schema.decodeUnknownEffect(Chunk)(taken.content))
    if (chunk.kind === "part") yield* readChunk(taken, chunk)
    else if (own !== undefined) yield* readManifest(taken, own)
  })

  const unknownJob = Effect.andThen(
    Effect.logWarning("This replica's configuration has no such job, and another one's is to read its manifest"),
    Effect.fail(new StepFailed())
  )

  /** Makes the check of what was read, or has more read that turned out to be needed. */
  const close = Effect.fnUntraced(function* (runId: string) {
    const seen = yield* openRun(runId)
    const now = yield* store.now
    if (seen === undefined || (seen.done < seen.planned && now < seen.deadline)) return
    const fence = yield* store.takeRun(runId)
    // Read under the fence: nobody adds to its plan from here on.
    const run = yield* openRun(runId)
    if (fence === undefined || run === undefined) return
    if (now >= run.deadline + giveUpMillis) return yield* settled(fail(fence, [neverClosed]), "its failure")
    const isOver = now >= readUntilOf(run)
    const [first, ...others] = yield* store.answers(runId)
    // Nobody could read the manifest in time.
    if (first?.number !== 0) return yield* settled(fail(fence, [neverRead]), "its failure")
    const order = yield* understood(orderFromJson(first.answer))
    const known = together(yield* Effect.forEach(others, ({ answer }) => understood(knownFromJson(answer))))
    const left = isOver ? [] : partsLeft(order.manifest, known)
    if (left.length > 0) {
      const more = plan(fence, run, chunksOf(left, run, order))
      return yield* settled(database.transact("plan the run", more), "its plan")
    }
    const clients = yield* Effect.result(cloud.clients)
    if (clients._tag === "Failure") {
      if (now < run.deadline) return yield* clients.failure
      return yield* settled(fail(fence, clients.failure.diagnostics), "its failure")
    }
    const report = yield* Check.check(order.manifest, {
      version,
      emulator,
      snapshot: null,
      begun: { runId, at: run.startedAt, known },
      concurrency,
      timeLimitMillis: order.time_limit_millis,
      elapsedMillis: isOver ? order.time_limit_millis : now - run.startedAt,
      warnings: Context.get(clients.success, Credentials).warnings,
      allowEmpty: order.allow_empty,
      failOn: order.fail_on,
      onProgress: () => Effect.void,
      onInterrupt: () => Effect.void
    }).pipe(
      countedAlone,
      Effect.provideService(RetryPolicy.CurrentRetryPolicy, policies[order.retry_policy]),
      Effect.provide(clients.success)
    )
    // Begun by the database's clock, it is ended by it, too.
    const duration_ms = Math.max(0, (yield* store.now) - run.startedAt)
    yield* settled(store.finish(fence, { ...report, duration_ms }, announce), "its report")
    const { compared, drifted, missing, total } = report.summary
    yield* Effect.logInfo(
      `The run is finished: ${compared} of ${total} compared, ${drifted} drifted, ${missing} missing, exit code ${report.exit_code}`
    )
  })

  /** Whoever took the run meanwhile may be gone again: a closing that was refused is tried anew, until the run is closed. */
  const settled = Effect.fnUntraced(function* (write: Effect.Effect<boolean, HistoryError>, what: string) {
    if (yield* write) return
    yield* refused(what)
    return yield* new StepFailed()
  })

  /** Sees to it that runs which are open go on: that they are planned, and closed once all is read or their time is over. */
  const tend = Effect.gen(function* () {
    const open = yield* store.open
    if (open.length === 0) return
    const now = yield* store.now
    for (const run of open) {
      if (run.planned === 0) {
        // Whoever began it was gone before there was a plan.
        const fence = yield* store.takeRun(run.runId)
        if (fence !== undefined) yield* planFirst(fence, run)
      } else if (now >= run.deadline || run.done === run.planned) {
        // A closing that was lost is offered again, every minute after the deadline.
        const id = now >= run.deadline ? `late/${Math.floor((now - run.deadline) / 60_000)}` : `close/${run.planned}`
        const offer = steps.offer("decide", `${run.runId}/${id}`, { run_id: run.runId, job: run.job, chunk: null })
        yield* database.transact("offer the closing of the run", offer)
      }
    }
  })

  /** Does a step. What went wrong is said here, in the log. */
  const perform = ({ chunk, job, run_id }: Step): Effect.Effect<void, StepFailed> =>
    (chunk === null ? close(run_id) : Effect.andThen(answer(run_id, chunk, job), tend)).pipe(
      Effect.catchCause((cause) => {
        const isSaid = Cause.squash(cause) instanceof StepFailed
        return Effect.andThen(
          isSaid ? Effect.void : Effect.logWarning(`A step of the run is to be done again: ${whyOf(cause)}`),
          Effect.fail(new StepFailed())
        )
      }),
      Effect.annotateLogs({ job, run_id })
    )

  return { planFirst, tend, perform, openRun }
})

/** What a chunk holds was written by another version. */
class UnreadableChunk extends Schema.TaggedError<UnreadableChunk>("@holdfast/compliance/UnreadableChunk")(
  "UnreadableChunk",
  {}
) {
  override get message() {
    return "a chunk of it was written by a version that this one does not understand"
  }
}

const understood = <A>(read: Effect.Effect<A, Schema.SchemaError>): Effect.Effect<A, UnreadableChunk> =>
  Effect.mapError(read, () => new UnreadableChunk())

/** What we have read ourselves can be written. */
const written = <A>(json: Effect.Effect<A, Schema.SchemaError>): Effect.Effect<A> => Effect.orDie(json)

const neverRead: Diagnostic = {
  severity: "error",
  summary: "The run's time was over before its manifest was read",
  detail: "Allow more time with `timeout`, and see the logs of the replicas."
}

const neverClosed: Diagnostic = {
  severity: "error",
  summary: "No report could be made of the run, though its time was over",
  detail: "See the logs of the replicas: they say why each attempt failed."
}
