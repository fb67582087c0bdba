import { type ResourceReport, severities } from "@holdfast/check/CheckReport"

/** Those of `rows` that `isMeant`, the worst first, equals in their order; without a second list of a whole fleet. */
export function* worstFirst<Row extends Pick<ResourceReport, "severity">>(
  rows: ReadonlyArray<Row>,
  isMeant: (row: Row) => boolean
): Iterable<Row> {
  for (const wanted of severities) {
    for (const row of rows) if (row.severity === wanted && isMeant(row)) yield row
  }
}
