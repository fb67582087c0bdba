/** The two databases that every test of the history runs on, each test on an empty one of its own. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { type Server, startPostgres } from "./postgres.ts"

/** Starting takes a second, and many on a machine that does other work. */
const patience = 60_000

export interface Database {
  readonly name: "SQLite" | "PostgreSQL"
  /** Where an empty database is: a file's path, or a `postgres://` address. */
  readonly address: () => Promise<string>
}

/** A directory for the tests of one file, removed after them. */
export const temporaryDirectory = (): (() => string) => {
  let path = ""
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), "holdfast-history-"))
  })
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return () => path
}

/** A PostgreSQL for the tests of one file, stopped and removed after them, however they end. */
export const postgresServer = (): (() => Server) => {
  let server: Server | undefined
  beforeAll(async () => {
    server = await startPostgres()
  }, patience)
  afterAll(() => server?.remove(), patience)
  return () => {
    if (server === undefined) throw new Error("PostgreSQL runs only inside a test")
    return server
  }
}

/** Both databases, for `describe.each`. */
export const databases = (): ReadonlyArray<Database> => {
  const directory = temporaryDirectory()
  const server = postgresServer()
  let made = 0
  return [
    { name: "SQLite", address: async () => join(directory(), `${++made}.db`) },
    {
      name: "PostgreSQL",
      address: async () => {
        const name = `test_${++made}`
        await server().createDatabase(name)
        return server().url(name)
      }
    }
  ]
}
