/**
 * Starts the program from its sources, by Node's own compile cache; `startBuilt.ts` stands in its place in what is built.
 */
import { enableCompileCache } from "node:module"
import { cacheDirectory } from "./cacheDirectory.ts"

/** Loads the program, which runs it. */
export const start = async (): Promise<void> => {
  const directory = cacheDirectory()
  if (directory !== undefined) enableCompileCache(`${directory}/sources`)
  await import("./main.ts")
}
