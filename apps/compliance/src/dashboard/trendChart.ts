/**
 * A trend as a picture that the server draws: a bar for each day, and a gap where no run told anything.
 */
import type { TrendPoint } from "@holdfast/history/Run"
import { table } from "@holdfast/report/htmlEvidence"
import { counted } from "@holdfast/report/htmlHead"
import { count, html, type Markup, none } from "@holdfast/report/htmlMarkup"
import { percent } from "./overviewFigures.ts"

const dayMillis = 86_400_000
const height = 96

/** The height of the smallest part that is not in sync. */
const smallest = 5

/** What a trend is of: days in UTC, the last one included. */
export interface Trend {
  readonly points: ReadonlyArray<TrendPoint>
  /** The last day, and how many there are. */
  readonly until: number
  readonly days: number
}

/** The days of a trend, with their points where there are any. */
const daysOf = ({ days, points, until }: Trend): ReadonlyArray<readonly [string, TrendPoint | undefined]> => {
  const byDay = new Map(points.map((point) => [point.day, point]))
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(until - (days - 1 - index) * dayMillis).toISOString().slice(0, 10)
    return [day, byDay.get(day)] as const
  })
}

const bar = ([day, point]: readonly [string, TrendPoint | undefined], index: number): Markup => {
  const x = index * 20
  if (point === undefined || point.total === 0) {
    return html`<g><title>${day}: no result</title><rect class="gap" x="${String(x + 2)}" y="0" width="16" height="${String(height)}"/><path class="gap" d="M${String(x + 7)} ${String(height / 2)}h6"/></g>`
  }
  // Also one of a hundred thousand can be seen; what is in sync takes the room that is left.
  const amiss = counted.filter(([state]) => state !== "in_sync" && point[state] > 0)
  const sizes = amiss.map(([state]) => Math.max(smallest, (point[state] / point.total) * height))
  const scale = Math.min(1, height / sizes.reduce((sum, size) => sum + size, 0.001))
  let y = 0
  const part = (state: string, size: number) => {
    y += size
    const fill = state === "not_compared" ? html` fill="url(#unread)" stroke-width="0"` : none
    return html`<rect class="${state}" x="${String(x + 2)}" y="${(y - size).toFixed(1)}" width="16" height="${size.toFixed(1)}"${fill}/>`
  }
  const parts = amiss.map(([state], index) => part(state, (sizes[index] ?? 0) * scale))
  if (point.in_sync > 0 && y < height) parts.push(part("in_sync", height - y))
  const words = counted.flatMap(([state, name]) => (point[state] === 0 ? [] : [`${count(point[state])} ${name}`]))
  return html`<g><title>${day}: ${words.join(", ")}</title>${parts}</g>`
}

/** The picture, and the same as a table. */
export const trendChart = (trend: Trend): Markup => {
  const days = daysOf(trend)
  const told = days.filter(([, point]) => point !== undefined && point.total > 0)
  const [first, last] = [told.at(0), told.at(-1)]
  const from = (of: typeof first) =>
    of?.[1] === undefined ? "" : `${percent(of[1].in_sync, of[1].total)} in sync on ${of[0]}`
  const gaps = trend.days - told.length
  const label =
    told.length === 0
      ? `No result on any of ${trend.days} days`
      : `By day: ${told.length === 1 ? from(first) : `${from(first)}, ${from(last)}`}${gaps === 0 ? "" : `; no result on ${gaps} of ${trend.days} days`}`
  const shown = counted.filter(([state]) => told.some(([, point]) => (point?.[state] ?? 0) > 0))
  const rows = told
    .toReversed()
    .map(([day, point]) => [
      day,
      count(point?.total ?? 0),
      ...counted.map(([state]) => count(point?.[state] ?? 0)),
      count(point?.runs ?? 0)
    ])
  return html`<svg class="trend" role="img" aria-label="${label}" viewBox="0 0 ${String(days.length * 20)} ${String(height)}" preserveAspectRatio="none"><defs><pattern id="unread" class="not_compared" width="7" height="12" patternUnits="userSpaceOnUse"><path d="M-2 14L9 -2" fill="none" stroke-width="2"/></pattern></defs>${days.map(bar)}</svg><p class="axis" aria-hidden="true"><span>${days.at(0)?.[0] ?? ""}</span><span>${days.at(-1)?.[0] ?? ""}</span></p>${
    shown.length === 0
      ? none
      : html`<ul class="counts legend" aria-hidden="true">${shown.map(([state, name]) => html`<li class="${state}"><span>${name}</span></li>`)}</ul>`
  }<p class="lead">${label}.</p>${
    rows.length === 0
      ? none
      : html`<details><summary>The days as a table</summary>${table("Resources by day", ["day", "in all", ...counted.map(([, name]) => name), "runs"], rows)}</details>`
  }`
}
