/**
 * The clients of the cloud over a snapshot: what it holds is answered, and what it does not hold is an error, never an absence.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { NotRecorded, ResourceNotFound } from "@holdfast/core/CloudBackupError"
import { Compute } from "@holdfast/core/Compute"
import { Resource, TenantInfo } from "@holdfast/core/Resource"
import { toEpochMillis } from "@holdfast/core/Timestamp"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Snapshot, SnapshotFolder, SnapshotGap } from "./Snapshot.ts"

/** The clients over `snapshot`. Their clock stands still at the moment that it was taken. */
export const layer = (snapshot: Snapshot): Layer.Layer<CloudBackup | Compute> => {
  const record = new Record(snapshot)
  return Layer.merge(
    Layer.succeed(CloudBackup, {
      endpoint: snapshot.endpoint,
      getResource: (id) => record.resource(id),
      listResources: ({ folderId }) =>
        Stream.fromEffect(Effect.map(record.resources(folderId), (resources) => [...resources.values()])),
      readFolder: (folderId, { only } = {}) =>
        Effect.map(record.resources(folderId), (all) => ({
          resources: only === undefined ? all : new Map([...all].filter(([id]) => only.has(id))),
          conflicting: new Set(record.folder(folderId)?.conflicting.filter((id) => only?.has(id) !== false)),
          isWhole: true,
          pages: 0
        })),
      listTasks: (id) => Stream.fail(record.lacks(`resources/${id}/tasks`, "tasks are no part of it")),
      listPolicies: (of) => record.policies(of),
      listPolicyApplications: (id) => record.applications(id),
      clockSkewMillis: Effect.map(Clock.currentTimeMillis, (now) => toEpochMillis(snapshot.timestamp) - now),
      requests: Effect.succeed({ sent: 0, retried: 0 })
    }),
    Layer.succeed(Compute, {
      endpoint: snapshot.endpoint,
      listInstances: ({ folderId }) => Stream.fromEffect(record.instances(folderId))
    })
  )
}

/** A list does not tell the folder of each; whoever reads one alone may need it. */
const withFolder = (resource: Resource, folderId: string): Resource =>
  resource.tenantInfo === undefined
    ? new Resource({ ...resource, tenantInfo: new TenantInfo({ folderId, personalTenantId: "", userId: "" }) })
    : resource

class Record {
  readonly #snapshot: Snapshot
  readonly #folders: ReadonlyMap<string, SnapshotFolder>
  /** What is known of each instance; `null`: that the service does not know it. */
  readonly #resources = new Map<string, Resource | null>()

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
    this.#folders = new Map(snapshot.folders.map((folder) => [folder.folder_id, folder]))
    for (const { folder_id, resources } of snapshot.folders) {
      for (const resource of resources ?? [])
        this.#resources.set(resource.computeInstanceId, withFolder(resource, folder_id))
    }
    for (const { instance_id, resource } of snapshot.resources) this.#resources.set(instance_id, resource)
  }

  folder(id: string): SnapshotFolder | undefined {
    return this.#folders.get(id)
  }

  lacks(path: string, detail: string): NotRecorded {
    return new NotRecorded({ method: "GET", url: `${this.#snapshot.endpoint}/backup/v1/${path}`, detail, attempts: 0 })
  }

  /** Why a part is not there: it could not be read then, or was not asked for. */
  #gap(
    path: string,
    part: SnapshotGap["part"],
    of: { readonly folder?: string; readonly instance?: string }
  ): NotRecorded {
    const gap = this.#snapshot.unread.find(
      (one) => one.part === part && one.folder_id === (of.folder ?? null) && one.instance_id === (of.instance ?? null)
    )
    return this.lacks(
      path,
      gap === undefined ? "it is no part of it" : `it could not be read when it was taken: ${gap.error.detail}`
    )
  }

  resource(id: string) {
    const path = `resources/${id}`
    const known = this.#resources.get(id)
    if (known === undefined) return Effect.fail(this.#gap(path, "resource", { instance: id }))
    if (known !== null) return Effect.succeed(known)
    const url = `${this.#snapshot.endpoint}/backup/v1/${path}`
    return Effect.fail(new ResourceNotFound({ method: "GET", url, detail: "the snapshot says so", attempts: 0 }))
  }

  resources(folder: string) {
    const resources = this.#folders.get(folder)?.resources ?? null
    return resources === null
      ? Effect.fail(this.#gap("resources", "resources", { folder }))
      : Effect.succeed(new Map(resources.map((resource) => [resource.computeInstanceId as string, resource])))
  }

  instances(folder: string) {
    const instances = this.#folders.get(folder)?.instances ?? null
    return instances === null ? Effect.fail(this.#gap("instances", "instances", { folder })) : Effect.succeed(instances)
  }

  policies(of: { readonly folderId: string } | { readonly computeInstanceId: string }) {
    if ("computeInstanceId" in of) return Effect.fail(this.lacks("policies", "its folder is not known"))
    const policies = this.#folders.get(of.folderId)?.policies ?? null
    return policies === null
      ? Effect.fail(this.#gap("policies", "policies", { folder: of.folderId }))
      : Effect.succeed(policies.map(({ policy }) => policy))
  }

  applications(id: string) {
    for (const { policies } of this.#folders.values()) {
      const found = policies?.find(({ policy }) => policy.id === id)
      if (found !== undefined) return Effect.succeed(found.applications)
    }
    return Effect.fail(this.lacks(`policies/${id}/applications`, "it is no part of it"))
  }
}
