/**
 * Reads folders whole, and drafts a manifest of what they hold. What cannot be read whole is not drafted.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { Compute } from "@holdfast/core/Compute"
import type { Resource } from "@holdfast/core/Resource"
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CheckReport, ReadError } from "./CheckReport.ts"
import { draft } from "./draft.ts"
import { type FolderSeen, isUnread, type Resources } from "./FolderSeen.ts"
import { formatDuration } from "./formatDuration.ts"
import { unread } from "./Live.ts"
import type { ManifestDraft } from "./ManifestDraft.ts"
import type { WholeFolder } from "./machines.ts"
import { ReadLog } from "./ReadLog.ts"
import { policiesOf } from "./readPolicies.ts"
import { readScope } from "./readScope.ts"
import { warningsOf } from "./warnings.ts"

/** How to read. */
export interface InitOptions {
  /** How long the run may take. */
  readonly timeLimitMillis: number
  /** How much of that has passed before. */
  readonly elapsedMillis: number
  /** What should be mended though it works. */
  readonly warnings: ReadonlyArray<{ readonly summary: string; readonly remedy: string }>
}

/** There is no manifest to be drafted: everything that is in the way. */
export class InitError extends Schema.TaggedError<InitError>("@holdfast/check/InitError")("InitError", {
  diagnostics: Schema.NonEmptyArray(Diagnostic)
}) {
  override get message() {
    return this.diagnostics[0].summary
  }
}

/** How many single reads are under way at a time. */
const concurrency = 16

/** Drafts a manifest of what `folders` hold, and says what should be mended though it works. */
export const init = Effect.fn("Init.init")(function* (
  folders: ReadonlyArray<string>,
  options: InitOptions
): Effect.fn.Return<
  { readonly draft: ManifestDraft; readonly diagnostics: CheckReport["diagnostics"] },
  InitError,
  CloudBackup | Compute
> {
  const cloud = yield* CloudBackup
  const whole = yield* Effect.timeoutOrElse(readWhole(folders), {
    duration: Math.max(0, options.timeLimitMillis - options.elapsedMillis),
    orElse: () => Effect.fail(late(options.timeLimitMillis))
  })
  const skewMillis = yield* cloud.clockSkewMillis
  const drafted = draft(whole, (yield* Clock.currentTimeMillis) + skewMillis)
  if (drafted.groups.length + drafted.resources.length === 0) return yield* nothingIn(whole)
  return { draft: drafted, diagnostics: warningsOf(options.warnings, skewMillis) }
})

const readWhole = Effect.fnUntraced(function* (folders: ReadonlyArray<string>) {
  const log = new ReadLog()
  const seen = new Map<string, FolderSeen>()
  yield* readScope(folders, seen, log)
  const failures: Array<Failure> = []
  const whole: Array<WholeFolder> = []
  for (const folder of folders) {
    const known = seen.get(folder)
    if (known === undefined) continue
    const { at, instances, resources } = known
    if (isUnread(instances) || isUnread(resources)) {
      for (const side of [instances, resources]) if (isUnread(side)) failures.push({ folder, error: side.error })
    } else {
      yield* Effect.match(Effect.all([settled(resources), policiesOf(folder, { concurrency, log })]), {
        onFailure: (error) => failures.push({ folder, error: unread(error).error }),
        onSuccess: ([resources, policies]) => whole.push({ folder, instances, resources, policies, at })
      })
    }
  }
  const [first, ...others] = diagnosticsOf(failures)
  if (first !== undefined) return yield* new InitError({ diagnostics: [first, ...others] })
  return whole
})

/** The resources of a folder. What its list contradicts itself about is asked for by itself, as a check does. */
const settled = Effect.fnUntraced(function* ({ conflicting, resources }: Resources) {
  const cloud = yield* CloudBackup
  const found = yield* Effect.forEach(
    conflicting,
    (id) =>
      cloud.getResource(id).pipe(
        Effect.map((resource): ReadonlyArray<readonly [string, Resource]> => [[id, resource]]),
        Effect.catchTag("ResourceNotFound", () => Effect.succeed([]))
      ),
    { concurrency }
  )
  return new Map([...resources, ...found.flat()])
})

interface Failure {
  readonly folder: string
  readonly error: ReadError
}

/** Why folders were not read; those that say the same are one. */
const diagnosticsOf = (failures: ReadonlyArray<Failure>): ReadonlyArray<Diagnostic> => {
  const alike = new Map<string, ReadonlyArray<Failure>>()
  for (const failure of failures) {
    const { detail, remedy, tag } = failure.error
    const key = JSON.stringify([tag, detail, remedy])
    alike.set(key, [...(alike.get(key) ?? []), failure])
  }
  return [...alike.values()].flatMap((some) => {
    const [first] = some
    if (first === undefined) return []
    const { message, remedy, tag } = first.error
    return {
      severity: "error" as const,
      summary: `Could not read the whole of ${named(some.map(({ folder }) => folder))}: ${message}`,
      detail: tag === "ResourceNotFound" ? idRemedy : remedy
    }
  })
}

const idRemedy = "Correct the id: `yc resource-manager folder list` shows those of your folders."

const named = (folders: ReadonlyArray<string>): string => {
  const ids = [...new Set(folders)]
  return `${ids.length === 1 ? "the folder" : "the folders"} ${ids.join(", ")}`
}

const late = (limitMillis: number): InitError =>
  new InitError({
    diagnostics: [
      {
        severity: "error",
        summary: `The run's time limit of ${formatDuration(limitMillis)} ended before the folders were read whole`,
        detail: "Allow more time with --timeout."
      }
    ]
  })

const nothingIn = (folders: ReadonlyArray<WholeFolder>): InitError => {
  const isEmpty = folders.every(({ instances, resources }) => instances.size + resources.size === 0)
  const what = isEmpty ? "no instance and no resource" : "no machine, only what is left of some"
  const summary = `There is nothing to declare: ${named(folders.map(({ folder }) => folder))} ${folders.length === 1 ? "holds" : "hold"} ${what}`
  const detail = isEmpty
    ? idRemedy
    : "Delete resources from Cloud Backup once their backups are needed no more: they still cost money."
  return new InitError({ diagnostics: [{ severity: "error", summary, detail }] })
}
