/**
 * What a whole report comes down to: one sentence, and what must be said beside it. Every format for people says the same.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import { isUnlistedDrift } from "@holdfast/check/ExitCode"

/** A text that is not escaped yet, and what it means. */
export interface Remark {
  readonly tone: "good" | "unsure" | "bad" | "neutral"
  readonly text: string
}

/** What speaks against taking the verdict as it stands: mistakes, and what was not read from the cloud, or not now. */
export const cautions = (report: CheckReport): ReadonlyArray<Remark> => {
  const { diagnostics, emulator, interrupted, resumed, snapshot, summary } = report
  const unsure = (text: string): Remark => ({ tone: "unsure", text })
  const ofSeverity = (wanted: "error" | "warning"): ReadonlyArray<Remark> =>
    diagnostics
      .filter(({ severity }) => severity === wanted)
      .map(({ detail = "", summary }) => ({
        tone: wanted === "error" ? "bad" : "unsure",
        text: `${summary}. ${detail}`
      }))
  const of = (is: boolean, text: string) => (is ? [unsure(text)] : [])
  return [
    ...ofSeverity("warning"),
    ...ofSeverity("error"),
    ...of(emulator !== null, `Emulated by ${emulator}: this says nothing of the cloud`),
    ...of(
      snapshot !== null,
      `Compared with the snapshot ${snapshot?.path} of ${snapshot?.timestamp}: this says nothing of what is now`
    ),
    ...of(
      resumed !== null,
      `${resumed?.carried} of ${summary.total} are carried over from the run of ${resumed?.timestamp}`
    ),
    ...of(interrupted, "Interrupted: what is not compared was not read"),
    ...of(summary.compared !== summary.total, `${summary.compared} of ${summary.total} compared`)
  ]
}

/** The verdict, in a sentence without a full stop. It holds no text of others. */
export const conclusion = (report: CheckReport): Remark => {
  const { compared, drifted, missing, not_compared, pending, total, unlisted, waived } = report.summary
  const waivers = waived === 0 ? "" : `${waived} waived, `
  const counts = `${waivers}${pending === 0 ? "" : `${pending} pending, `}${not_compared} not compared of ${total}`
  const others = unlisted === 0 ? "" : `; ${unlisted} unlisted`
  const drift = `${drifted} drifted, ${missing} missing, ${counts}${others}`
  const hasDrift = drifted + missing > 0 || report.unlisted.some(isUnlistedDrift)
  const isKnown = report.fail_on === "new"
  if (report.failing > 0) return { tone: "bad", text: `Drift: ${drift}` }
  if (report.diagnostics.some(({ severity }) => severity === "error"))
    return { tone: "bad", text: total === 0 ? "Error: nothing was checked" : `Error: ${drift}` }
  if (total === 0) {
    const isError = report.exit_code === 1
    const hint = isError ? " (--allow-empty makes that in sync)" : ""
    return {
      tone: isError ? "bad" : "neutral",
      text: `Nothing to check: the manifest declares no resources${others}${hint}`
    }
  }
  if (compared === 0) return { tone: "bad", text: `Error: nothing could be compared: 0 of ${total}` }
  if (not_compared + pending > 0) {
    const seen = hasDrift ? `no ${isKnown ? "new drift" : `drift as bad as ${report.fail_on}`} seen` : "no drift seen"
    return { tone: "unsure", text: `Could not tell: ${seen}, ${counts}${others}` }
  }
  if (hasDrift)
    return { tone: "unsure", text: `Drift, none of it ${isKnown ? "new" : `as bad as ${report.fail_on}`}: ${drift}` }
  // A run that was cut short has nothing to be pleased about, though nothing is amiss.
  if (report.interrupted) return { tone: "neutral", text: `All ${total} are as declared` }
  return {
    tone: "good",
    text:
      waived > 0
        ? `In sync: ${total - waived} of ${total} are as declared, ${waived} waived${others}`
        : `In sync: all ${total} are as declared${others}`
  }
}
