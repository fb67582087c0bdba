/**
 * Reads the policies that are applied to instances, where a manifest says which must be: those of a folder, and for each the
 * instances that it is applied to. That costs a request for each policy, and none for each instance.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Policy, PolicyApplication } from "@holdfast/core/Policy"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import * as Effect from "effect/Effect"
import { type AppliedPolicy, type NotRead, unread } from "./Live.ts"
import type { ReadLog } from "./ReadLog.ts"
import type { Seen } from "./readAll.ts"

/** A policy of a folder, and the instances that it is applied to, those that it is being bound to among them. */
export interface FolderPolicy {
  readonly policy: Policy
  readonly applications: ReadonlyArray<PolicyApplication>
}

/** The policies of a folder. */
export const readFolderPolicies = Effect.fn("Check.readFolderPolicies")(function* (
  folder: string,
  { concurrency, log }: { readonly concurrency: number; readonly log: ReadLog }
) {
  const cloud = yield* CloudBackup
  const policies = yield* log.ofOne(
    { method: "Policy.list", folder_id: folder, why: whyFolder },
    cloud.listPolicies({ folderId: folder })
  )
  const applicationsOf = ({ id }: Policy) =>
    log.ofOne(
      { method: "Policy.listApplications", folder_id: folder, why: whyApplications },
      cloud.listPolicyApplications(id, { showProcessing: true })
    )
  return yield* Effect.forEach(
    policies,
    (policy) => Effect.map(applicationsOf(policy), (applications): FolderPolicy => ({ policy, applications })),
    { concurrency }
  )
})

/** Policies by the instances that each is applied to. */
const byInstance = (policies: ReadonlyArray<FolderPolicy>): ReadonlyMap<string, ReadonlyArray<AppliedPolicy>> => {
  const all = new Map<string, Array<AppliedPolicy>>()
  for (const { applications, policy } of policies) {
    for (const application of applications) {
      const known = all.get(application.computeInstanceId)
      if (known === undefined) all.set(application.computeInstanceId, [{ policy, application }])
      else known.push({ policy, application })
    }
  }
  return all
}

/** The policies of a folder, by the instances that each is applied to, or is being bound to. */
export const policiesOf = (folder: string, options: { readonly concurrency: number; readonly log: ReadLog }) =>
  Effect.map(readFolderPolicies(folder, options), byInstance)

/** Puts the policies of `resources` into `seen`, as far as these were found and say which they must have. */
export const readPolicies = Effect.fn("Check.readPolicies")(function* (
  resources: ReadonlyArray<DesiredResource>,
  seen: Array<Seen | undefined>,
  { concurrency, log }: { readonly concurrency: number; readonly log: ReadLog }
) {
  const cloud = yield* CloudBackup
  const isWanted = ({ expectations }: DesiredResource, index: number) =>
    expectations.policies !== undefined && seen[index]?.live._tag === "Found"

  const put = (index: number, policies: ReadonlyArray<AppliedPolicy> | NotRead): void => {
    const known = seen[index]
    if (known?.live._tag === "Found") seen[index] = { ...known, live: { ...known.live, policies } }
  }

  const readFolder = Effect.fnUntraced(function* (folder: string, indices: ReadonlyArray<number>) {
    const found = yield* Effect.match(policiesOf(folder, { concurrency, log }), {
      onFailure: unread,
      onSuccess: (all) => all
    })
    for (const index of indices) {
      put(index, found instanceof Map ? (found.get((resources[index] as DesiredResource).instance) ?? []) : found)
    }
  })

  /** Of an instance whose folder nobody tells. */
  const readOne = Effect.fnUntraced(function* (index: number) {
    const { instance } = resources[index] as DesiredResource
    const read = log.ofOne(
      { method: "Policy.list", folder_id: null, why: whyInstance },
      cloud.listPolicies({ computeInstanceId: instance })
    )
    const policies = yield* Effect.match(read, {
      onFailure: unread,
      onSuccess: (all) => all.map((policy): AppliedPolicy => ({ policy }))
    })
    put(index, policies)
  })

  const folders = new Map<string, Array<number>>()
  const alone: Array<number> = []
  for (const [index, desired] of resources.entries()) {
    if (!isWanted(desired, index)) continue
    const folder = seen[index]?.folder
    if (folder === undefined) alone.push(index)
    else if (folders.get(folder)?.push(index) === undefined) folders.set(folder, [index])
  }
  yield* Effect.forEach(folders, ([folder, indices]) => readFolder(folder, indices), { discard: true })
  yield* Effect.forEach(alone, readOne, { concurrency, discard: true })
})

const whyFolder = "The manifest says which policies must be applied."
const whyApplications = "A policy tells all its instances at once, an instance only its own policies."
const whyInstance = "The service does not tell the folder of the instance."
