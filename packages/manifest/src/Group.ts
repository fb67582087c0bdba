/**
 * Groups: which instances a manifest means without naming each.
 */
import type { Declared, SourcePlace } from "./DesiredResource.ts"
import type { Severity } from "./Expectations.ts"

/** A group as declared. */
export interface Group {
  readonly name: string
  readonly folders: ReadonlyArray<string>
  /** Each label has one of these values. */
  readonly labels: Readonly<Record<string, ReadonlyArray<string>>>
  /** Patterns of which the name fits one; none: any name. */
  readonly names: ReadonlyArray<string>
  /** Ids, or patterns of names, of instances that are no members. */
  readonly exclude: ReadonlyArray<string>
  /** What its members must satisfy. */
  readonly own: Declared
  /** The defaults of its file. */
  readonly defaults: Declared
  readonly source: SourcePlace
}

/** What becomes of what no rule covers. */
export const unlistedModes = ["ignore", "report", "fail"] as const
export type UnlistedMode = (typeof unlistedModes)[number]

/** What a manifest says of a folder as a whole. */
export interface FolderRule {
  readonly folder: string
  readonly unlisted: UnlistedMode
  readonly severity: Severity
  /** The severity is not said, and that of a rule wins over it. */
  readonly isSeverityInherited?: boolean
  readonly source: SourcePlace
}

/** What is known of an instance that a group may claim. */
export interface Candidate {
  readonly id: string
  readonly folder: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** Whether a text fits a pattern, in which `*` is any text and `?` any one character. */
export const fits = (pattern: string, text: string): boolean => {
  const wanted = [...pattern]
  const given = [...text]
  let at = 0
  let star = -1
  let resume = 0
  for (let next = 0; next < given.length; ) {
    if (wanted[at] === "*") {
      star = at
      resume = next
      at += 1
    } else if (at < wanted.length && (wanted[at] === "?" || wanted[at] === given[next])) {
      at += 1
      next += 1
    } else if (star >= 0) {
      // The last star takes one more.
      resume += 1
      next = resume
      at = star + 1
    } else return false
  }
  return wanted.slice(at).every((rest) => rest === "*")
}

/** Whether `group` claims an instance. */
export const claims = (
  { exclude, folders, labels, names }: Group,
  { folder, id, labels: own, name }: Candidate
): boolean =>
  folders.includes(folder) &&
  Object.entries(labels).every(([key, values]) => Object.hasOwn(own, key) && values.includes(own[key] as string)) &&
  (names.length === 0 || names.some((pattern) => fits(pattern, name))) &&
  !exclude.some((entry) => entry === id || fits(entry, name))
