/**
 * What an earlier run has told that need not be read again. Pure.
 */
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import * as Result from "effect/Result"
import type { Change, CheckReport, ResourceReport, Unlisted } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"

/** How old an earlier run may be: what it found of ages is out of date sooner or later. */
export const resumeLimitMillis = 24 * 60 * 60 * 1000

/** What is carried over. */
export interface Carried {
  readonly run: { readonly run_id: string; readonly timestamp: string }
  readonly resources: ReadonlyArray<ResourceReport>
  readonly unlisted: ReadonlyArray<Unlisted>
  /** Folders that need not be read again. */
  readonly folders: ReadonlySet<string>
}

/** Nothing is carried over. */
export const nothingCarried: Omit<Carried, "run"> = { resources: [], unlisted: [], folders: new Set() }

/** What `earlier` has told of `manifest`, or why it cannot be gone on with. */
export const carriedFrom = (
  earlier: CheckReport,
  manifest: Manifest,
  run: { readonly now: number; readonly emulator: string | null; readonly endpoint: string }
): Result.Result<Carried, string> => {
  const hashes = (files: CheckReport["manifest"]) => JSON.stringify(files.map(({ sha256 }) => sha256).toSorted())
  const age = run.now - Date.parse(earlier.timestamp)
  if (hashes(earlier.manifest) !== hashes(manifest.files)) return Result.fail("it is of another manifest")
  if (JSON.stringify(earlier.variables) !== JSON.stringify(manifest.variables)) {
    return Result.fail("its variables had other values")
  }
  // An emulator listens at another port each time.
  const isElsewhere = run.emulator === null && earlier.endpoint !== run.endpoint
  if (earlier.emulator !== run.emulator || earlier.snapshot !== null || isElsewhere) {
    return Result.fail("it is not of the same cloud")
  }
  if (!(age <= resumeLimitMillis)) return Result.fail(`it is older than ${formatDuration(resumeLimitMillis)}`)
  const isUnread = ({ state }: ResourceReport) => state === "not_compared"
  const unread = new Set(earlier.resources.filter(isUnread).map(({ folder_id }) => folder_id))
  const isWhole = (folder: string | null): folder is string => folder !== null && !unread.has(folder)
  const folders = new Set(
    manifest.groups.flatMap((group) => group.folders).concat(manifest.folders.map(({ folder }) => folder))
  )
  return Result.succeed({
    run: { run_id: earlier.run_id, timestamp: earlier.timestamp },
    resources: earlier.resources
      .filter(
        (row) => !isUnread(row) && (row.folder_id === null || !folders.has(row.folder_id) || isWhole(row.folder_id))
      )
      .map(unwaived),
    unlisted: earlier.unlisted
      .filter(({ folder_id }) => isWhole(folder_id))
      .map(({ baseline: _, since: __, ...row }) => ({ ...row, waived: false })),
    folders: new Set([...folders].filter(isWhole))
  })
}

/** As it was before waivers, which are applied anew: one may have expired since. */
const unwaived = ({ baseline: _, since: __, ...row }: ResourceReport): ResourceReport => {
  const changes = row.changes.map(({ waived: _, ...change }): Change => change)
  if (row.state !== "waived") return { ...row, changes }
  if (changes.length === 0) return { ...row, state: "missing" }
  return { ...row, changes, state: changes.every(({ pending }) => pending === true) ? "pending" : "drifted" }
}
