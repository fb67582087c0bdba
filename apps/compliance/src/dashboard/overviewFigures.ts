/**
 * The numbers of the overview, from what history says: each with what it leaves out.
 */
import { severities } from "@holdfast/check/CheckReport"
import type { Figures, TrendPoint } from "@holdfast/history/Run"
import type { JobView } from "./standing.ts"

/** The rules of a recovery point that is too old, or was never made. */
const rpoRules: ReadonlySet<string> = new Set(["HF009", "HF010"])

/** The numbers of an overview. */
export interface OverviewFigures {
  /** Over the jobs whose last answer holds now. */
  readonly inSync: number
  readonly total: number
  readonly compared: number
  /** Open findings of a backup that is too old or was never made; those that a waiver accepts are breaches, too. */
  readonly rpoBreaches: number
  readonly repaired: number
  /** `undefined` where nothing was repaired. */
  readonly meanRepairMillis: number | undefined
  /** The open findings by severity, the worst first, waived ones apart. */
  readonly open: ReadonlyArray<{ readonly severity: string; readonly count: number }>
  readonly waived: number
  /** What could not be compared when it was read last. */
  readonly notCompared: number
  /** Jobs that are not part of it, since nothing is known of what is now. */
  readonly uncounted: ReadonlyArray<string>
}

export const overviewFigures = (views: ReadonlyArray<JobView>, figures: Figures): OverviewFigures => {
  const known = views.flatMap(({ standing }) => standing.summary ?? [])
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((all, each) => all + each, 0)
  const sizeOf = (is: (each: Figures["open"][number]) => boolean) =>
    sum(figures.open.filter(is).map(({ count }) => count))
  return {
    inSync: sum(known.map(({ in_sync }) => in_sync)),
    total: sum(known.map(({ total }) => total)),
    compared: sum(known.map(({ compared }) => compared)),
    rpoBreaches: sizeOf(({ reason_code }) => rpoRules.has(reason_code)),
    repaired: figures.repaired,
    meanRepairMillis: figures.repaired === 0 ? undefined : figures.repaired_ms / figures.repaired,
    open: severities.map((severity) => ({
      severity,
      count: sizeOf((each) => each.severity === severity && !each.waived && each.kind !== "not_compared")
    })),
    waived: sizeOf(({ waived }) => waived),
    notCompared: sizeOf(({ kind }) => kind === "not_compared"),
    uncounted: views.filter(({ standing }) => standing.summary === undefined).map(({ job }) => job)
  }
}

/** A part of a whole in percent, never rounded up to a hundred; `undefined` of nothing. */
export const percent = (part: number, whole: number): string | undefined =>
  whole === 0 ? undefined : `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`

/** How far the share of what is in sync has moved since the first day of a trend, in points of a hundred. */
export const shareChange = (points: ReadonlyArray<TrendPoint>): number | undefined => {
  const told = points.filter(({ total }) => total > 0)
  const [first, last] = [told.at(0), told.at(-1)]
  if (first === undefined || last === undefined || first === last) return undefined
  return (last.in_sync / last.total - first.in_sync / first.total) * 100
}
