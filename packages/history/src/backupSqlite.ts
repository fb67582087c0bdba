import { closeSync, linkSync, openSync, rmSync } from "node:fs"
import { resolve } from "node:path"
import { backup, DatabaseSync } from "node:sqlite"
import { Effect } from "effect"
import type { DatabaseError } from "./DatabaseError.ts"
import { databaseError } from "./sqliteErrors.ts"

const ownerOnly = 0o600
/** All pages in one step: between steps, another process's write would start the copy afresh. */
const wholeDatabase = 2 ** 31 - 1

/** The unfinished copy beside its place: a crash leaves nothing under the name of a backup. */
const partialName = (to: string) => `${to}.${process.pid}.partial`

const removeLeftovers = (partial: string): void => {
  for (const path of [partial, `${partial}-journal`]) rmSync(path, { force: true })
}

/**
 * Copies the database in the file `from`, as it is at one moment, into the new file `to`; it never replaces a file.
 *
 * It reads through a connection of its own, on another thread: readers and writers of every process go on meanwhile.
 */
export const backupSqlite = (from: string, to: string): Effect.Effect<void, DatabaseError> => {
  const source = resolve(from)
  const target = resolve(to)
  const partial = partialName(target)
  const copy = Effect.acquireUseRelease(
    Effect.try({ try: () => new DatabaseSync(source, { readOnly: true }), catch: (cause) => [source, cause] as const }),
    (database) =>
      Effect.tryPromise({
        try: () => backup(database, partial, { rate: wholeDatabase }),
        catch: (cause) => [target, cause] as const
      }),
    (database) => Effect.sync(() => database.close())
  )
  const attempt = (write: () => void) => Effect.try({ try: write, catch: (cause) => [target, cause] as const })
  return attempt(() => closeSync(openSync(partial, "wx", ownerOnly))).pipe(
    Effect.andThen(copy),
    // A link fails where a file of the name exists, unlike a renaming.
    Effect.andThen(attempt(() => linkSync(partial, target))),
    Effect.ensuring(Effect.sync(() => removeLeftovers(partial))),
    Effect.mapError(([path, cause]) => databaseError(path, "backing up", cause))
  )
}
