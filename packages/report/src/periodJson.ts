/**
 * A period as JSON: `PeriodReport`, indented, with a newline at its end; in pieces.
 */
import type { PeriodReport } from "@holdfast/history/PeriodReport"
import { jsonPieces } from "./json.ts"

/** The JSON text of a period. */
export const periodJson = (report: PeriodReport): Iterable<string> => jsonPieces(report, ["findings", "gaps"])
