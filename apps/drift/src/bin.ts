#!/usr/bin/env node
/**
 * What is started: it answers `--version` by itself, since loading the program takes longer than answering does.
 */
import { start } from "./start.ts"
import { version } from "./version.ts"

const [first, ...rest] = process.argv.slice(2)
if ((first === "--version" || first === "-V") && rest.length === 0) process.stdout.write(`drift ${version}\n`)
else await start()
