/**
 * What is known of a run that is read in parts, and what is left to read of it. Pure.
 */
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import type { CheckReport } from "./CheckReport.ts"
import type { FolderSeen } from "./FolderSeen.ts"
import type { Live } from "./Live.ts"
import type { Part, PartRead, ResourceRead } from "./Part.ts"
import { needsFolder, type Seen } from "./readAll.ts"
import { foldersOf, type Selected, select } from "./select.ts"

/** What parts have told. */
export interface Known {
  readonly folders: ReadonlyMap<string, FolderSeen>
  /** By the ids of instances. */
  readonly resources: ReadonlyMap<string, Seen>
  readonly reads: CheckReport["reads"]
  readonly requests: CheckReport["requests"]
}

/** How many single resources are one part. */
export const resourcesPerPart = 500

/** Nothing was read yet. */
export const nothingKnown: Known = {
  folders: new Map(),
  resources: new Map(),
  reads: [],
  requests: { sent: 0, retried: 0 }
}

/** What all of `parts` have told. */
export const knownOf = (parts: ReadonlyArray<PartRead>): Known => ({
  folders: new Map(parts.flatMap(({ folders }) => folders.map((folder) => [folder.folder_id, folderOf(folder)]))),
  resources: new Map(parts.flatMap(({ resources }) => resources.map((one) => [one.instance_id, seenOf(one)]))),
  reads: parts.flatMap(({ reads }) => reads),
  requests: parts.reduce(
    ({ retried, sent }, { requests }) => ({ sent: sent + requests.sent, retried: retried + requests.retried }),
    { sent: 0, retried: 0 }
  )
})

/** What is known of a resource: by the lists of folders, or by itself. */
export const seenIn = (known: Known, { desired, seen }: Selected): Seen | undefined =>
  seen ?? known.resources.get(desired.instance)

/**
 * The parts that can be read next: the folders that a manifest asks about, and once they are read, each resource that their
 * lists do not answer for. None are left where all is known that can be read in parts.
 */
export const partsLeft = (manifest: Manifest, known: Known): ReadonlyArray<Part> => {
  const folders = foldersOf(manifest).flatMap(({ folder }) => (known.folders.has(folder) ? [] : [folder]))
  if (folders.length > 0) return folders.map((folder_id) => ({ kind: "folder", folder_id }))
  const ruleSeverities = new Map(manifest.rules.map(({ code, severity }) => [code, severity]))
  const left = select(manifest, known.folders, ruleSeverities)
    .resources.filter((one) => seenIn(known, one) === undefined)
    .map(({ desired }) => ({ instance_id: desired.instance, needs_folder: needsFolder(desired) }))
  return Array.from({ length: Math.ceil(left.length / resourcesPerPart) }, (_, index) => ({
    kind: "resources",
    resources: left.slice(index * resourcesPerPart, (index + 1) * resourcesPerPart)
  }))
}

const folderOf = ({ at, folder_id, instances, resources }: PartRead["folders"][number]): FolderSeen => ({
  folder: folder_id,
  at,
  instances:
    "error" in instances
      ? { _tag: "NotRead", error: instances.error }
      : new Map(instances.map((instance) => [instance.id, instance])),
  resources:
    "error" in resources
      ? { _tag: "NotRead", error: resources.error }
      : {
          resources: new Map(resources.resources.map((resource) => [resource.computeInstanceId, resource])),
          conflicting: new Set(resources.conflicting)
        }
})

const seenOf = ({ at, folder_id, read }: ResourceRead): Seen =>
  folder_id === null ? { live: liveOf(read), at } : { live: liveOf(read), at, folder: folder_id }

const liveOf = (read: ResourceRead["read"]): Live => {
  if ("error" in read) return { _tag: "NotRead", error: read.error }
  return read.resource === null ? { _tag: "NotFound" } : { _tag: "Found", resource: read.resource }
}
