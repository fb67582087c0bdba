/**
 * What a run makes of the findings of its job: which are new, which are still so, which are over, and which nobody can tell of.
 * Pure. A finding ends only where its resource was compared, or the manifest asks for it no more.
 */
import type { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import type { Resolution } from "./Run.ts"
import type { StoredFinding } from "./StoredFinding.ts"
import { isNotKnownYet, type Sighting, sightingsOf, subjectOf } from "./sightings.ts"

/** The run that saw it. */
export interface Seeing {
  readonly job: string
  readonly runId: string
  /** When it began, in milliseconds since 1970. */
  readonly at: number
  /** Gives a new finding its id, out of what tells it from all others. */
  readonly idOf: (key: string) => string
}

/** The findings of a job after a run, each in one of four. */
export interface Followed {
  readonly opened: ReadonlyArray<StoredFinding>
  readonly seen: ReadonlyArray<StoredFinding>
  readonly resolved: ReadonlyArray<StoredFinding>
  readonly unknown: ReadonlyArray<StoredFinding>
  /** Those of `seen` that a waiver accepted before, and none accepts now. */
  readonly unwaived: ReadonlyArray<StoredFinding>
}

/** Follows the `open` findings of a job through the report of a run. */
export const followFindings = (open: ReadonlyArray<StoredFinding>, report: CheckReport, run: Seeing): Followed => {
  const sightings = sightingsOf(report)
  const fates = new Fates(report, sightings)
  const known = new Set(open.map(({ finding_key }) => finding_key))
  const seen: Array<StoredFinding> = []
  const resolved: Array<StoredFinding> = []
  const unknown: Array<StoredFinding> = []
  const unwaived: Array<StoredFinding> = []
  for (const finding of open) {
    const sighting = sightings.get(finding.finding_key)
    if (sighting !== undefined) {
      const now = seenAgain(finding, sighting, run)
      seen.push(now)
      if (finding.waived && !now.waived) unwaived.push(now)
      continue
    }
    const fate = fates.of(finding)
    if (fate === "unknown") unknown.push({ ...finding, unknown_since: finding.unknown_since ?? run.at })
    else
      resolved.push({ ...finding, unknown_since: null, resolved_at: run.at, resolution: fate, resolved_run: run.runId })
  }
  const opened = [...sightings.values()]
    .filter(({ finding_key }) => !known.has(finding_key))
    .map((sighting) => seenFirst(sighting, run))
  return { opened, seen, resolved, unknown, unwaived }
}

const seenFirst = ({ age, ...sighting }: Sighting, { at, idOf, job, runId }: Seeing): StoredFinding => ({
  ...sighting,
  finding_id: idOf(sighting.finding_key),
  job,
  first_seen: at,
  last_seen: at,
  began_at: at - age,
  seen: 1,
  unknown_since: null,
  resolved_at: null,
  resolution: null,
  first_run: runId,
  last_run: runId,
  resolved_run: null
})

const seenAgain = (
  finding: StoredFinding,
  { age: _, ...sighting }: Sighting,
  { at, runId }: Seeing
): StoredFinding => ({
  ...finding,
  ...sighting,
  last_seen: at,
  seen: finding.seen + 1,
  unknown_since: null,
  last_run: runId
})

/** What becomes of an open finding that a report does not have. */
class Fates {
  readonly #report: CheckReport
  readonly #rows: ReadonlyMap<string, ResourceReport>
  /** Each stands for a folder that was not read, with all its members. */
  readonly #unread: ReadonlyArray<ResourceReport>
  /** What took the place of another finding. */
  readonly #missing = new Set<string>()
  readonly #unlisted = new Set<string>()

  constructor(report: CheckReport, sightings: ReadonlyMap<string, Sighting>) {
    this.#report = report
    this.#rows = new Map(report.resources.map((row) => [subjectOf(row), row]))
    this.#unread = report.resources.filter(({ instance_id, state }) => state === "not_compared" && instance_id === "")
    for (const sighting of sightings.values()) {
      if (sighting.kind === "missing") this.#missing.add(subjectOf(sighting))
      if (sighting.kind === "unlisted") this.#unlisted.add(sighting.instance_id)
    }
  }

  of(finding: StoredFinding): Resolution | "unknown" {
    const row = this.#rows.get(subjectOf(finding))
    if (finding.kind === "unlisted") return this.#ofUnlisted(finding, row)
    if (row === undefined) return this.#ofAbsent(finding)
    if (finding.kind === "not_compared") return "changed"
    if (row.state === "not_compared" || isNotKnownYet(row)) return "unknown"
    return finding.kind === "missing" ? this.#ofFound(row) : this.#ofField(finding, row)
  }

  /** Cloud Backup knows it by now. */
  #ofFound(row: ResourceReport): Resolution {
    return row.changes.length > 0 ? "changed" : "in_sync"
  }

  #ofField({ field }: StoredFinding, row: ResourceReport): Resolution | "unknown" {
    if (this.#missing.has(subjectOf(row))) return "changed"
    const changes = row.changes.filter((change) => change.field === field)
    // A transition explains what it was: it is not over before that has ended.
    if (changes.some(({ pending }) => pending === true)) return "unknown"
    if (changes.length > 0) return "changed"
    // It has drifted otherwise, and not all of it was compared.
    return row.doubt === undefined ? "in_sync" : "unknown"
  }

  /** It is declared no more, or it belongs to what was not read. */
  #ofAbsent(finding: StoredFinding): Resolution | "unknown" {
    if (this.#isCut() || this.#isHidden(finding) || this.#isOfEmptied(finding)) return "unknown"
    const isFolder = finding.kind === "not_compared" && finding.instance_id === ""
    return isFolder && this.#isRead(finding.folder_id) ? "changed" : "undeclared"
  }

  #ofUnlisted(finding: StoredFinding, row: ResourceReport | undefined): Resolution | "unknown" {
    if (this.#unlisted.has(finding.instance_id)) return "changed"
    // A rule covers it by now.
    if (row !== undefined) return "in_sync"
    if (this.#report.unlisted.some(({ instance_id }) => instance_id === finding.instance_id)) return "undeclared"
    if (this.#isCut() || this.#isHidden(finding)) return "unknown"
    return this.#isRead(finding.folder_id) ? "in_sync" : "undeclared"
  }

  /** A report that says nothing of what it is about. */
  #isCut(): boolean {
    const { exit_code, interrupted, resources } = this.#report
    return interrupted || (exit_code === 1 && resources.length === 0)
  }

  #isHidden({ folder_id, groups, kind }: StoredFinding): boolean {
    const couldBeMember = kind === "unlisted" || groups.length > 0
    return this.#unread.some((row) =>
      folder_id === null || row.folder_id === null ? couldBeMember : row.folder_id === folder_id
    )
  }

  /** Its groups have no member any more, which the run took for a mistake: it could be that none was shown to us. */
  #isOfEmptied({ groups }: StoredFinding): boolean {
    if (groups.length === 0 || !this.#report.diagnostics.some(({ severity }) => severity === "error")) return false
    return !this.#report.resources.some((row) => row.groups.some((group) => groups.includes(group)))
  }

  #isRead(folder: string | null): boolean {
    return this.#report.reads.some(({ folder_id }) => folder_id !== null && folder_id === folder)
  }
}
