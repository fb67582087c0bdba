/**
 * What could not be compared, by the reason: an unreachable service is one finding, not a thousand.
 */
import type { ReadError, ResourceReport } from "@holdfast/check/CheckReport"

/** Resources that failed for the same reason. */
export interface Unread {
  /** The first one's error; the others differ from it in the ids of their requests only. */
  readonly error: ReadError
  /** How many they are. */
  readonly count: number
  /** The first of them. */
  readonly resources: ReadonlyArray<ResourceReport>
}

/** The reasons, and how many resources have none of them since there were too many. */
export const byReason = (
  resources: Iterable<ResourceReport>,
  { maxNames = Number.POSITIVE_INFINITY, maxReasons = Number.POSITIVE_INFINITY } = {}
): { readonly reasons: ReadonlyArray<Unread>; readonly others: number } => {
  const groups = new Map<string, { error: ReadError; count: number; resources: Array<ResourceReport> }>()
  let others = 0
  for (const resource of resources) {
    if (resource.state !== "not_compared" || resource.error === null) continue
    const { detail, status, tag } = resource.error
    const key = JSON.stringify([tag, status, detail])
    const group = groups.get(key)
    if (group === undefined) {
      if (groups.size < maxReasons) groups.set(key, { error: resource.error, count: 1, resources: [resource] })
      else others += 1
      continue
    }
    group.count += 1
    if (group.resources.length < maxNames) group.resources.push(resource)
  }
  return { reasons: [...groups.values()], others }
}
