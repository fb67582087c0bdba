/**
 * Reads the folders that a manifest asks about: their instances from Compute, their resources from Cloud Backup, a thousand a page.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { Compute } from "@holdfast/core/Compute"
import type { Instance } from "@holdfast/core/Instance"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FolderSeen } from "./FolderSeen.ts"
import { unread } from "./Live.ts"
import type { ReadLog } from "./ReadLog.ts"

/** How many folders are read at a time, each by two lists. */
const foldersAtOnce = 4

/** Reads `folders` into `seen`, which holds what is known of each at any moment. */
export const readScope = Effect.fn("Check.readScope")(function* (
  folders: ReadonlyArray<string>,
  seen: Map<string, FolderSeen>,
  log: ReadLog
) {
  const cloud = yield* CloudBackup
  const compute = yield* Compute
  const clock = yield* Clock.Clock

  const listInstances = (folderId: string) =>
    log.of(
      { method: "Instance.list", folder_id: folderId, why: whyInstances },
      (onPage) => {
        const instances = new Map<string, Instance>()
        return compute.listInstances({ folderId }).pipe(
          Stream.runForEach((page) =>
            Effect.sync(() => {
              onPage()
              for (const instance of page) instances.set(instance.id, instance)
            })
          ),
          Effect.as<ReadonlyMap<string, Instance>>(instances)
        )
      },
      ({ size }) => size
    )

  const listResources = (folderId: string) =>
    log.of(
      { method: "Resource.list", folder_id: folderId, why: whyResources },
      (onPage) => cloud.readFolder(folderId, { onPage }),
      ({ conflicting, resources }) => resources.size + conflicting.size
    )

  const known = <A>(read: Effect.Effect<A, CloudBackupError>) =>
    Effect.catch(read, (error) => Effect.succeed(unread(error)))

  const readFolder = Effect.fnUntraced(function* (folder: string) {
    const [instances, resources] = yield* Effect.all([known(listInstances(folder)), known(listResources(folder))], {
      concurrency: 2
    })
    const at = clock.currentTimeMillisUnsafe() + (yield* cloud.clockSkewMillis)
    seen.set(folder, { folder, instances, resources, at })
  })

  yield* Effect.forEach(folders, readFolder, { concurrency: foldersAtOnce, discard: true })
})

const whyInstances = "Only Compute knows which instances there are."
const whyResources = "A page holds a thousand resources, a get one."
