#!/usr/bin/env node
/**
 * What is started: it answers `--version` by itself, since loading the program takes longer than answering does.
 */
import { enableCompileCache } from "node:module"
import { join } from "node:path"
import { version } from "./version.ts"

const [first, ...rest] = process.argv.slice(2)
if ((first === "--version" || first === "-V") && rest.length === 0) {
  process.stdout.write(`drift ${version}\n`)
} else {
  // Compiled code is kept in a directory of the user's own: whoever can write to it can run code. Where there is none, or it
  // cannot be written, the program starts as it would without.
  const { HOME, USERPROFILE, XDG_CACHE_HOME } = process.env
  const home = HOME || USERPROFILE
  const caches = XDG_CACHE_HOME || (home ? join(home, ".cache") : undefined)
  if (caches !== undefined) enableCompileCache(join(caches, "holdfast"))
  await import("./main.ts")
}
