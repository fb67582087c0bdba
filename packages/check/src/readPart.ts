/**
 * Reads a part of what a run is about. It judges nothing: that takes the manifest, and all parts.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Compute } from "@holdfast/core/Compute"
import * as Effect from "effect/Effect"
import type { FolderSeen } from "./FolderSeen.ts"
import type { Known } from "./Known.ts"
import type { Part } from "./Part.ts"
import { ReadLog } from "./ReadLog.ts"
import { type ByLists, readAll, type Seen } from "./readAll.ts"
import { readScope } from "./readScope.ts"

/** What a part asks of single resources. */
const wantedOf = (part: Part): ReadonlyArray<{ readonly instance: string; readonly needsFolder: boolean }> => {
  switch (part.kind) {
    case "folder":
      return []
    case "lists":
      return part.instance_ids.map((instance) => ({ instance, needsFolder: false }))
    case "resources":
      return part.resources.map(({ instance_id, needs_folder }) => ({
        instance: instance_id,
        needsFolder: needs_folder
      }))
  }
}

/** Reads it. Never fails: what could not be read says why, and what was not reached in time is left out. */
export const readPart = Effect.fn("Check.readPart")(function* (
  part: Part,
  { concurrency, timeLimitMillis }: { readonly concurrency: number; readonly timeLimitMillis: number }
): Effect.fn.Return<Known, never, CloudBackup | Compute> {
  const cloud = yield* CloudBackup
  const before = yield* cloud.requests
  const log = new ReadLog()
  const folders = new Map<string, FolderSeen>()
  const wanted = wantedOf(part)
  const seen: Array<Seen | undefined> = wanted.map(() => undefined)
  const byLists: ByLists = part.kind === "lists" ? "only" : "never"
  const read =
    part.kind === "folder"
      ? readScope([part.folder_id], folders, log)
      : readAll(wanted, seen, {
          concurrency,
          log,
          needsFolder: ({ needsFolder }) => needsFolder,
          onRead: Effect.void,
          byLists
        })
  yield* Effect.timeoutOption(read, Math.max(0, timeLimitMillis))
  const after = yield* cloud.requests
  return {
    folders,
    resources: new Map(
      wanted.flatMap(({ instance }, index) => {
        const one = seen[index]
        return one === undefined ? [] : [[instance, one] as const]
      })
    ),
    isListed: part.kind === "lists",
    reads: log.steps,
    requests: { sent: after.sent - before.sent, retried: after.retried - before.retried }
  }
})
