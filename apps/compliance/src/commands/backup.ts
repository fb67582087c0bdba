/**
 * `compliance backup`: a copy of the history, while others go on writing it.
 */
import { backupHistory } from "@holdfast/history/backupHistory"
import { safe } from "@holdfast/report/Terminal"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { load } from "../config/load.ts"
import { locationOf } from "../database.ts"
import * as Output from "../Output.ts"
import * as flags from "./flags.ts"

export const backup = Command.make(
  "backup",
  {
    config: flags.config,
    file: Argument.String("file").pipe(Argument.withDescription("Where to; it must not be there yet"))
  },
  Effect.fn("compliance backup")(function* ({ config: path, file }) {
    const config = yield* load(path)
    yield* backupHistory(yield* locationOf(config.database), file)
    yield* Output.stdout(safe`${file}: the history as it was at one moment\n`)
  })
).pipe(
  Command.withShortDescription("Copy the history of an SQLite file"),
  Command.withDescription(
    "Copies the history into a new file, as it is at one moment, while replicas go on writing it. The copy is whole or absent, and only its owner may read it. To restore it, stop the replicas and put it where `database` says. PostgreSQL has its own tools: pg_dump, or continuous archiving."
  ),
  Command.withExamples([{ command: "compliance backup history-2026-11-26.sqlite", description: "A copy of today" }])
)
