/**
 * What should be mended though the answers can be relied on, for the diagnostics of a report.
 */
import type { CheckReport } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"

/** What the credentials have to say, and that this machine's clock is wrong. */
export const warningsOf = (
  given: ReadonlyArray<{ readonly summary: string; readonly remedy: string }>,
  skewMillis: number
): CheckReport["diagnostics"] => [
  ...given.map(({ remedy, summary }) => ({ severity: "warning" as const, summary, detail: `${remedy}.` })),
  ...(skewMillis === 0
    ? []
    : [
        {
          severity: "warning" as const,
          summary: `This machine's clock is ${formatDuration(Math.abs(skewMillis))} ${skewMillis > 0 ? "behind" : "ahead of"} the service's`,
          detail: "Ages are reckoned by the service's clock; set this one right."
        }
      ])
]
