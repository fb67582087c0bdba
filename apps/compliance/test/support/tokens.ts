/** Files that hold access tokens. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import type { TokenSource } from "../../src/config/readServer.ts"

/** Makes files for the tests of one file, removed after them. */
export const tokenFiles = (): ((name: string, secret: string) => TokenSource) => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-tokens-"))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return (name, secret) => {
    const where = join(directory, name)
    writeFileSync(where, `${secret}\n`)
    return { name, secret: { file: where } }
  }
}
