/**
 * Counts of resources that add up, and the shares that they come to.
 */
import type { Coverage } from "./PeriodReport.ts"
import type { RunCount } from "./Run.ts"

/** Resources by what became of them. */
export type ResourceCounts = Omit<RunCount, "kind" | "name">

/** No resources. */
export const noResources: ResourceCounts = {
  total: 0,
  compared: 0,
  in_sync: 0,
  drifted: 0,
  missing: 0,
  pending: 0,
  not_compared: 0,
  waived: 0
}

/** The sum of two. */
export const addCounts = (a: ResourceCounts, b: ResourceCounts): ResourceCounts => ({
  total: a.total + b.total,
  compared: a.compared + b.compared,
  in_sync: a.in_sync + b.in_sync,
  drifted: a.drifted + b.drifted,
  missing: a.missing + b.missing,
  pending: a.pending + b.pending,
  not_compared: a.not_compared + b.not_compared,
  waived: a.waived + b.waived
})

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** Counts with their shares. */
export const coverageOf = (counts: ResourceCounts): Coverage => ({
  total: counts.total,
  compared: counts.compared,
  in_sync: counts.in_sync,
  drifted: counts.drifted,
  missing: counts.missing,
  pending: counts.pending,
  not_compared: counts.not_compared,
  waived: counts.waived,
  coverage: share(counts.compared, counts.total),
  in_sync_share: share(counts.in_sync, counts.compared),
  protected_share: share(counts.in_sync, counts.total)
})
