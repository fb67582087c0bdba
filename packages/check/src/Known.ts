/**
 * What is known of a run that is read in parts, and what is left to read of it. Pure.
 */
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import type { CheckReport } from "./CheckReport.ts"
import type { FolderSeen } from "./FolderSeen.ts"
import type { Part } from "./Part.ts"
import { needsFolder, type Seen } from "./readAll.ts"
import { getsPerPage } from "./readFolders.ts"
import { foldersOf, type Selected, select } from "./select.ts"

/** What was read: of one part, or of several. */
export interface Known {
  readonly folders: ReadonlyMap<string, FolderSeen>
  /** Single resources, by the ids of instances. */
  readonly resources: ReadonlyMap<string, Seen>
  /** Lists were looked for that answer for many single resources. */
  readonly isListed: boolean
  readonly reads: CheckReport["reads"]
  readonly requests: CheckReport["requests"]
}

/** How many single resources are one part. */
export const resourcesPerPart = 500

/** Nothing was read yet. */
export const nothingKnown: Known = {
  folders: new Map(),
  resources: new Map(),
  isListed: false,
  reads: [],
  requests: { sent: 0, retried: 0 }
}

/** What all of `parts` have told. */
export const together = (parts: ReadonlyArray<Known>): Known => ({
  folders: new Map(parts.flatMap(({ folders }) => [...folders])),
  resources: new Map(parts.flatMap(({ resources }) => [...resources])),
  isListed: parts.some(({ isListed }) => isListed),
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
 * The parts that can be read next: the folders that a manifest asks about; once they are read, what their lists do not answer
 * for, by other lists where those spare gets, and then each by itself. None are left where all is known that is read in parts.
 */
export const partsLeft = (manifest: Manifest, known: Known): ReadonlyArray<Part> => {
  const folders = foldersOf(manifest).flatMap(({ folder }) => (known.folders.has(folder) ? [] : [folder]))
  if (folders.length > 0) return folders.map((folder_id) => ({ kind: "folder", folder_id }))
  const ruleSeverities = new Map(manifest.rules.map(({ code, severity }) => [code, severity]))
  const left = select(manifest, known.folders, ruleSeverities)
    .resources.filter((one) => seenIn(known, one) === undefined)
    .map(({ desired }) => ({ instance_id: desired.instance, needs_folder: needsFolder(desired) }))
  if (!known.isListed && left.length >= getsPerPage) {
    return [{ kind: "lists", instance_ids: left.map(({ instance_id }) => instance_id) }]
  }
  return Array.from({ length: Math.ceil(left.length / resourcesPerPart) }, (_, index) => ({
    kind: "resources",
    resources: left.slice(index * resourcesPerPart, (index + 1) * resourcesPerPart)
  }))
}
