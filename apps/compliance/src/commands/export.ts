/**
 * `compliance export`: all of the history, for other programs.
 */
import { type Exported, toNdjson, toTable } from "@holdfast/history/exportHistory"
import { History } from "@holdfast/history/History"
import { cell } from "@holdfast/report/csv"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { load } from "../config/load.ts"
import * as database from "../database.ts"
import * as Output from "../Output.ts"
import * as flags from "./flags.ts"

/** A table has one kind of rows. */
class NoTable extends Schema.TaggedError<NoTable>("@holdfast/compliance/NoTable")("NoTable", {}) {
  readonly remedy = "Add --of runs or --of findings, or take --format ndjson."
  override get message() {
    return "Runs and findings have different columns, and CSV has one table"
  }
}

/** How many lines are written at a time. */
const together = 200

const csv = (history: History["Service"], what: Exported) => {
  const { columns, rows } = toTable(history, what)
  const line = (cells: Parameters<typeof cell>[0][]) => `${cells.map(cell).join(",")}\r\n`
  return Stream.concat(
    Stream.succeed(line([...columns])),
    Stream.map(rows, (row) => line([...row]))
  )
}

export const exporting = Command.make(
  "export",
  {
    config: flags.config,
    format: Flag.Literals("format", ["ndjson", "csv"]).pipe(
      Flag.withDescription(
        "ndjson: a JSON object a line, with its `type`; csv: a table, for spreadsheets. Default: ndjson"
      ),
      Flag.withDefault("ndjson")
    ),
    of: Flag.Literals("of", ["runs", "findings", "all"]).pipe(
      Flag.withDescription("What to export. Default: all"),
      Flag.withDefault("all")
    )
  },
  Effect.fn("compliance export")(function* ({ config: path, format, of }) {
    const config = yield* load(path)
    if (format === "csv" && of === "all") return yield* new NoTable()
    yield* Effect.gen(function* () {
      const history = yield* History
      const lines =
        format === "csv" && of !== "all"
          ? csv(history, of)
          : toNdjson(history, of === "all" ? ["runs", "findings"] : [of])
      yield* Stream.runForEach(Stream.grouped(lines, together), (some) => Output.stdout(some.join("")))
    }).pipe(Effect.provide(database.layer(config.database)))
  })
).pipe(
  Command.withShortDescription("Write the history for other programs"),
  Command.withDescription(
    "Writes all runs and findings of the history to standard output, oldest first, a page at a time: its memory does not grow with them. Replicas may be at work meanwhile."
  ),
  Command.withExamples([
    { command: "compliance export > history.ndjson", description: "All of it" },
    { command: "compliance export --format csv --of findings > findings.csv", description: "For a spreadsheet" }
  ])
)
