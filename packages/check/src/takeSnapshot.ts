/**
 * Takes a snapshot of what a manifest is about: the folders that it asks about, the resources that it declares, and the policies of
 * all of them.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Compute } from "@holdfast/core/Compute"
import { fromEpochMillis } from "@holdfast/core/Timestamp"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type FolderSeen, isUnread } from "./FolderSeen.ts"
import { type NotRead, notRead, unread } from "./Live.ts"
import { ReadLog } from "./ReadLog.ts"
import { readAll, type Seen } from "./readAll.ts"
import { type FolderPolicy, readFolderPolicies } from "./readPolicies.ts"
import { readScope } from "./readScope.ts"
import { formatVersion, type Snapshot, type SnapshotFolder, type SnapshotGap } from "./Snapshot.ts"
import { foldersOf } from "./select.ts"

/** How to read. */
export interface SnapshotOptions {
  readonly version: string
  /** The seed of the emulator that answers in the place of the cloud, if one does. */
  readonly emulator: string | null
  readonly concurrency: number
  /** Called after each resource that is read by itself, with how many are done. */
  readonly onProgress: (done: number, total: number) => Effect.Effect<void>
}

/** Takes it. Never fails: what could not be read is in it. */
export const takeSnapshot = Effect.fn("Check.takeSnapshot")(function* (
  manifest: Manifest,
  { concurrency, emulator, onProgress, version }: SnapshotOptions
): Effect.fn.Return<Snapshot, never, CloudBackup | Compute> {
  const cloud = yield* CloudBackup
  const before = yield* cloud.requests
  const log = new ReadLog()
  const folders = new Map<string, FolderSeen>()
  yield* readScope(
    foldersOf(manifest).map(({ folder }) => folder),
    folders,
    log
  )

  const isHeld = (instance: string) =>
    [...folders.values()].some(({ resources }) => !isUnread(resources) && resources.resources.has(instance))
  const alone = manifest.resources.filter(({ instance }) => !isHeld(instance))
  const seen: Array<Seen | undefined> = alone.map(() => undefined)
  let done = 0
  yield* readAll(alone, seen, {
    concurrency,
    log,
    // Its policies may be asked for by another manifest.
    needsFolder: () => true,
    onRead: Effect.suspend(() => {
      done += 1
      return onProgress(done, alone.length)
    })
  })

  const ids = new Set([...folders.keys(), ...seen.flatMap((one) => one?.folder ?? [])])
  const policies = new Map<string, Result.Result<ReadonlyArray<FolderPolicy>, NotRead>>()
  yield* Effect.forEach(
    [...ids].toSorted(),
    (folder) =>
      Effect.match(readFolderPolicies(folder, { concurrency, log }), {
        onFailure: (error) => policies.set(folder, Result.fail(unread(error))),
        onSuccess: (found) => policies.set(folder, Result.succeed(found))
      }),
    { discard: true }
  )

  const after = yield* cloud.requests
  const now = (yield* Clock.currentTimeMillis) + (yield* cloud.clockSkewMillis)
  const known = alone.map(({ instance }, index) => ({ instance, ...(seen[index] ?? { live: never, at: now }) }))
  const gaps: ReadonlyArray<SnapshotGap> = [
    ...[...folders.values()].flatMap(({ folder, instances, resources }) => [
      ...(isUnread(instances) ? [gap("instances", folder, null, instances)] : []),
      ...(isUnread(resources) ? [gap("resources", folder, null, resources)] : [])
    ]),
    ...[...policies].flatMap(([folder, found]) =>
      Result.isFailure(found) ? [gap("policies", folder, null, found.failure)] : []
    ),
    ...known.flatMap(({ instance, live }) => (live._tag === "NotRead" ? [gap("resource", null, instance, live)] : []))
  ]
  return {
    format_version: formatVersion,
    kind: "snapshot",
    tool: { name: "holdfast", version },
    timestamp: fromEpochMillis(now),
    complete: gaps.length === 0,
    endpoint: cloud.endpoint,
    emulator,
    manifest: [...manifest.files],
    folders: [...ids].toSorted().map((id) => folderOf(id, folders.get(id), policies.get(id))),
    resources: known
      .flatMap(({ folder, instance, live }) =>
        live._tag === "NotRead"
          ? []
          : [
              {
                instance_id: instance,
                folder_id: folder ?? null,
                resource: live._tag === "Found" ? live.resource : null
              }
            ]
      )
      .toSorted((a, b) => (a.instance_id < b.instance_id ? -1 : 1)),
    unread: gaps,
    requests: { sent: after.sent - before.sent, retried: after.retried - before.retried }
  }
})

/** Every resource is read: this stands where the types cannot tell. */
const never = notRead("NotRead", "it was not read", "Take the snapshot again.")

const gap = (
  part: SnapshotGap["part"],
  folder_id: string | null,
  instance_id: string | null,
  { error }: NotRead
): SnapshotGap => ({ part, folder_id, instance_id, error })

const byText =
  <A>(textOf: (item: A) => string) =>
  (a: A, b: A): number =>
    textOf(a) < textOf(b) ? -1 : 1

const folderOf = (
  id: string,
  seen: FolderSeen | undefined,
  policies: Result.Result<ReadonlyArray<FolderPolicy>, NotRead> | undefined
): SnapshotFolder => {
  const instances = seen?.instances
  const resources = seen?.resources
  return {
    folder_id: id,
    instances:
      instances === undefined || isUnread(instances) ? null : [...instances.values()].toSorted(byText(({ id }) => id)),
    resources:
      resources === undefined || isUnread(resources)
        ? null
        : [...resources.resources.values()].toSorted(byText(({ computeInstanceId }) => computeInstanceId)),
    conflicting: resources === undefined || isUnread(resources) ? [] : [...resources.conflicting].toSorted(),
    policies: policies === undefined || Result.isFailure(policies) ? null : policies.success
  }
}
