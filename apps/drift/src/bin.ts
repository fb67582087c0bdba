#!/usr/bin/env node
/**
 * What is started: it answers `--version` by itself, since loading the program takes longer than answering does.
 */
import { start } from "./start.ts"
import { version } from "./version.ts"

const [first, ...rest] = process.argv.slice(2)
if ((first === "--version" || first === "-V") && rest.length === 0) {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that went away is no error.
    if (error.code === "EPIPE") return
    process.stderr.write(`error: The output cannot be written: ${error.message}\n`)
    process.exitCode = 1
  })
  process.stdout.write(`drift ${version}\n`)
} else await start()
