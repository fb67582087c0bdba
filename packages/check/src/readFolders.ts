/**
 * Reads by list what lists answer with fewer requests than gets: a page holds a thousand resources.
 *
 * A manifest names instances, not folders. Any one of them tells its folder when it is read, and the list of that folder most
 * likely answers for many others. What a list does not hold is not missing: only a get can say so.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Resource } from "@holdfast/core/Resource"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ReadLog } from "./ReadLog.ts"

/**
 * How many gets cost as much as one page of a list, in time and for the service. Measured with `pnpm bench`: a page takes as
 * long as 110 gets. A folder is read to as many pages as the gets that it could spare are worth, so that a folder which is far
 * larger than the manifest at most doubles the effort.
 */
export const getsPerPage = 100

/** After how many folders that were not worth it no more are looked for. */
const maxVain = 3

/** What of the run is needed here. */
export interface FolderReads {
  /** Reads one resource by get, and tells its folder where the service does. */
  readonly get: (index: number) => Effect.Effect<string | undefined>
  /** Notes what a list said of a resource. */
  readonly note: (index: number, resource: Resource, folder: string) => Effect.Effect<void>
  /** Nothing is known of it yet. */
  readonly isUnread: (index: number) => boolean
  readonly log: ReadLog
}

/** Reads what lists are good for of `resources`; the others stay unread. */
export const readFolders = Effect.fn("Check.readFolders")(function* (
  resources: ReadonlyArray<Pick<DesiredResource, "instance">>,
  { get, isUnread, log, note }: FolderReads
) {
  const cloud = yield* CloudBackup
  const listed = new Set<string>()
  let left = resources.map((_, index) => index).filter(isUnread)
  let vain = 0

  /** Reads a folder, where it is worth it; what fails here is read again by gets, which say why. */
  const list = Effect.fnUntraced(function* (folderId: string) {
    listed.add(folderId)
    const indices = new Map(left.map((index) => [resources[index]?.instance ?? "", index]))
    const maxPages = Math.floor(left.length / getsPerPage)
    let requests = 0
    const onPage = () => {
      requests += 1
    }
    const folder = yield* Effect.result(cloud.readFolder(folderId, { only: indices, maxPages, onPage }))
    const step = { method: "Resource.list", folder_id: folderId }
    if (Result.isFailure(folder)) {
      log.add({ ...step, requests: requests + (folder.failure.attempts > 0 ? 1 : 0), items: 0, why: whyFailed })
      return
    }
    const { isWhole, resources: found } = folder.success
    log.add({ ...step, requests, items: found.size, why: isWhole ? whyList : whyGivenUp })
    for (const [instance, resource] of found) {
      const index = indices.get(instance)
      if (index !== undefined) yield* note(index, resource, folderId)
    }
  })

  while (left.length >= getsPerPage && vain < maxVain) {
    const before = left.length
    // One in the middle: of the largest folder, most likely.
    const folderId = yield* get(left[before >> 1] as number)
    if (folderId !== undefined && !listed.has(folderId)) yield* list(folderId)
    left = left.filter(isUnread)
    if (before - left.length < getsPerPage) vain += 1
  }
})

const whyList = "Its pages answer for many of the declared resources."
const whyFailed = "Given up: it could not be read."
const whyGivenUp = "Given up: the folder is far larger than what is declared of it."
