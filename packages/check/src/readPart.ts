/**
 * Reads a part of what a run is about. It judges nothing: that takes the manifest, and all parts.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Compute } from "@holdfast/core/Compute"
import * as Effect from "effect/Effect"
import { type FolderSeen, isUnread } from "./FolderSeen.ts"
import type { Part, PartRead, ResourceRead } from "./Part.ts"
import { ReadLog } from "./ReadLog.ts"
import { readAll, type Seen } from "./readAll.ts"
import { readScope } from "./readScope.ts"

/** Reads it. Never fails: what could not be read says why, and what was not reached in time is left out. */
export const readPart = Effect.fn("Check.readPart")(function* (
  part: Part,
  { concurrency, timeLimitMillis }: { readonly concurrency: number; readonly timeLimitMillis: number }
): Effect.fn.Return<PartRead, never, CloudBackup | Compute> {
  const cloud = yield* CloudBackup
  const before = yield* cloud.requests
  const log = new ReadLog()
  const folders = new Map<string, FolderSeen>()
  const wanted = part.kind === "resources" ? part.resources : []
  const seen: Array<Seen | undefined> = wanted.map(() => undefined)
  const needing = new Set(wanted.flatMap((one) => (one.needs_folder ? [one.instance_id] : [])))
  const read =
    part.kind === "folder"
      ? readScope([part.folder_id], folders, log)
      : readAll(
          wanted.map(({ instance_id }) => ({ instance: instance_id })),
          seen,
          { concurrency, log, needsFolder: ({ instance }) => needing.has(instance), onRead: Effect.void }
        )
  yield* Effect.timeoutOption(read, Math.max(0, timeLimitMillis))
  const after = yield* cloud.requests
  return {
    folders: [...folders.values()].map(folderOf),
    resources: wanted.flatMap(({ instance_id }, index) => resourceOf(instance_id, seen[index])),
    reads: log.steps,
    requests: { sent: after.sent - before.sent, retried: after.retried - before.retried }
  }
})

const folderOf = ({ at, folder, instances, resources }: FolderSeen): PartRead["folders"][number] => ({
  folder_id: folder,
  at,
  instances: isUnread(instances) ? { error: instances.error } : [...instances.values()],
  resources: isUnread(resources)
    ? { error: resources.error }
    : { resources: [...resources.resources.values()], conflicting: [...resources.conflicting] }
})

const resourceOf = (instance_id: string, seen: Seen | undefined): ReadonlyArray<ResourceRead> => {
  if (seen === undefined) return []
  const { at, folder, live } = seen
  const read =
    live._tag === "NotRead" ? { error: live.error } : { resource: live._tag === "Found" ? live.resource : null }
  return [{ instance_id, at, folder_id: folder ?? null, read }]
}
