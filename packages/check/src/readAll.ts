/**
 * The reads of a run: every resource once, by lists where they take fewer requests, and those that failed for a passing reason
 * again when all others have been read: what a service refuses in its worst second it often grants a little later.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { type CloudBackupError, isRunFatal } from "@holdfast/core/CloudBackupError"
import type { Resource } from "@holdfast/core/Resource"
import { CurrentRetryPolicy } from "@holdfast/core/RetryPolicy"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { fromError, type Live, spared } from "./Live.ts"
import type { ReadLog } from "./ReadLog.ts"
import { readFolders } from "./readFolders.ts"

/** What was learnt of a resource, and when: a long run must not take a fresh backup for one of the future. */
export interface Seen {
  readonly live: Live
  /** By the service's clock, in milliseconds since 1970: this machine's may be wrong, and old backups would look fresh. */
  readonly at: number
  /** The folder that it is in, where that is known. */
  readonly folder?: string
}

/** A round of further reads is worth another one where it has read at least this share of what it asked for. */
const worthwhileShare = 0.25

/** What a later read that failed, too, says: its own words, unless it was not sent at all; with the attempts of both. */
const combined = (before: Live | undefined, live: Live): Live => {
  if (before?._tag !== "NotRead" || live._tag !== "NotRead") return live
  const { error } = live.error.attempts === 0 ? before : live
  return { _tag: "NotRead", error: { ...error, attempts: before.error.attempts + live.error.attempts } }
}

/** When lists are read in place of single resources, where they take fewer requests. */
export type ByLists = "first" | "only" | "never"

/** A get tells the folder of a resource only where it is asked to: policies are those of a folder. */
export const needsFolder = ({ expectations }: DesiredResource): boolean => expectations.policies !== undefined

/**
 * Reads what is not known yet of `resources`, some at a time, into `seen`, which holds what is known of each at any moment, in
 * their order. `onRead` is called after each, the first time that it is read.
 */
export const readAll = Effect.fn("Check.readAll")(function* <A extends Pick<DesiredResource, "instance">>(
  resources: ReadonlyArray<A>,
  seen: Array<Seen | undefined>,
  options: {
    readonly concurrency: number
    readonly onRead: Effect.Effect<void>
    readonly log: ReadLog
    /** Whether the folder of a resource must be known. */
    readonly needsFolder: (desired: A) => boolean
    /** What was read of it before is not read again, though it failed for a passing reason. Default: it is. */
    readonly isSettled?: (desired: A) => boolean
    /** Whether lists answer for many of them. Default: `first`, then each that is left by itself. */
    readonly byLists?: ByLists
  }
) {
  const cloud = yield* CloudBackup
  const policy = yield* CurrentRetryPolicy
  const clock = yield* Clock.Clock
  const { byLists = "first" } = options
  let fatal: Live | undefined
  let gets = 0
  let found = 0

  const failure = (error: CloudBackupError): Live => {
    const live = fromError(error)
    if (isRunFatal(error) && live._tag === "NotRead") fatal = spared(live.error)
    return live
  }

  const note = (index: number, live: Live, folder?: string) =>
    Effect.flatMap(cloud.clockSkewMillis, (skewMillis) => {
      const before = seen[index]
      const known = folder ?? before?.folder
      const at = clock.currentTimeMillisUnsafe() + skewMillis
      const now = combined(before?.live, live)
      seen[index] = known === undefined ? { live: now, at } : { live: now, at, folder: known }
      return before === undefined ? options.onRead : Effect.void
    })

  const noteFound = (index: number, resource: Resource) => {
    found += 1
    return note(index, { _tag: "Found", resource }, resource.tenantInfo?.folderId)
  }

  const read = (index: number, includeTenantInfo: boolean) => {
    if (fatal !== undefined) return seen[index] === undefined ? note(index, fatal) : Effect.void
    gets += 1
    const { instance } = resources[index] as A
    return Effect.matchEffect(cloud.getResource(instance, includeTenantInfo ? { includeTenantInfo } : undefined), {
      onFailure: (error) => note(index, failure(error)),
      onSuccess: (resource) => noteFound(index, resource)
    })
  }

  /** Reads `wanted`, by as many readers as there may be reads at a time: a fiber for each of them costs a tenth of a read. */
  const readThem = (wanted: ReadonlyArray<number>) => {
    let next = 0
    const reader = Effect.whileLoop({
      while: () => next < wanted.length,
      body: () => {
        const index = wanted[next] as number
        next += 1
        return read(index, options.needsFolder(resources[index] as A))
      },
      step: () => undefined
    })
    const readers = Array.from({ length: Math.min(options.concurrency, wanted.length) }, () => reader)
    return Effect.all(readers, { concurrency: "unbounded", discard: true })
  }

  const isPassing = (index: number) => {
    const live = seen[index]?.live
    const isFailed = live?._tag === "NotRead" && live.error.retryable
    return isFailed && options.isSettled?.(resources[index] as A) !== true
  }

  const all = resources.map((_, index) => index)
  const isUnread = (index: number) => seen[index] === undefined

  const readInRounds = Effect.gen(function* () {
    if (byLists !== "never") {
      yield* readFolders(resources, {
        get: (index) => Effect.map(read(index, true), () => seen[index]?.folder),
        note: (index, resource, folder) => note(index, { _tag: "Found", resource }, folder),
        isUnread,
        log: options.log
      })
    }
    if (byLists === "only") return
    yield* readThem(all.filter(isUnread))
    if (policy.maxAttempts === 1) return
    let left = all.filter(isPassing)
    while (left.length > 0 && fatal === undefined) {
      // Each has been tried by all that the policy grants: one more is enough to know.
      yield* Effect.provideService(readThem(left), CurrentRetryPolicy, { ...policy, maxAttempts: 1 })
      const still = left.filter(isPassing)
      if (left.length - still.length < left.length * worthwhileShare) return
      left = still
    }
  })

  yield* Effect.ensuring(
    readInRounds,
    Effect.sync(() =>
      options.log.add({ method: "Resource.get", folder_id: null, requests: gets, items: found, why: whyGets })
    )
  )
})

const whyGets = "No list answers for it, or one of its folder is not worth its pages."
