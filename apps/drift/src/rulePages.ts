/**
 * What there is to say of each rule: the pages of `docs/rules`.
 *
 * They are read as files, which needs no loader and so works from the sources as they are. What is built has no documents beside
 * it: `build.ts` loads this module, and puts its value in its place.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const directory = join(import.meta.dirname, "../../../docs/rules")

/** The pages by the codes of their rules, in order. */
export const pages: ReadonlyMap<string, string> = new Map(
  readdirSync(directory)
    .filter((name) => /^HF\d{3}\.md$/.test(name))
    .toSorted()
    .map((name) => [name.slice(0, -".md".length), readFileSync(join(directory, name), "utf8")])
)
