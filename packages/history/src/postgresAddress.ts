import { Result } from "effect"
import { DatabaseError } from "./DatabaseError.ts"

/** Where a PostgreSQL server is, and who asks. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  /** Whether the connection is encrypted and the server's certificate checked. */
  readonly tls: boolean
  /** The file of the authority that signed the certificate, where it is not one that the system trusts. */
  readonly authority: string | undefined
  /** The address as messages show it: without user and password. */
  readonly shown: string
}

type Environment = Readonly<Record<string, string | undefined>>

const schemes = new Set(["postgres:", "postgresql:"])
const loopback = new Set(["localhost", "127.0.0.1", "::1"])
const encrypted = new Set(["require", "verify-ca", "verify-full"])

const invalid = (detail: string) =>
  Result.fail(new DatabaseError({ problem: "invalid_address", database: "PostgreSQL", detail }))

/** The address without what would repeat a password: an error of `URL` carries its whole input. */
const parse = (raw: string): URL | undefined => (URL.canParse(raw) ? new URL(raw) : undefined)

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** `localhost` and sockets stay on this machine; `prefer` and `allow` promise nothing, so they leave it to this rule. */
const usesTls = (mode: string | undefined, host: string): boolean =>
  mode === "disable" ? false : encrypted.has(mode ?? "") || !(host.startsWith("/") || loopback.has(host))

/**
 * Reads `postgres://…` as libpq does: a part that the address leaves out comes from `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`,
 * `PGDATABASE`, `PGSSLMODE` or `PGSSLROOTCERT`, so that `postgres://` alone takes all of them.
 */
export const parseAddress = (raw: string, environment: Environment): Result.Result<Address, DatabaseError> => {
  const url = parse(raw)
  if (url === undefined || !schemes.has(url.protocol)) return invalid("the address is no postgres:// URL")
  const parts = {
    host: decoded(url.hostname.replace(/^\[(.*)\]$/, "$1")),
    user: decoded(url.username),
    password: decoded(url.password),
    dbname: decoded(url.pathname.replace(/^\//, ""))
  }
  const broken = Object.entries(parts).find(([, part]) => part === undefined)
  if (broken !== undefined) return invalid(`the address's ${broken[0]} has a percent sign that is not an escape`)
  const of = (part: string | undefined, parameter: string, variable: string): string | undefined =>
    [part, url.searchParams.get(parameter), environment[variable]].find(
      (text) => text !== undefined && text !== null && text !== ""
    ) ?? undefined
  const host = of(parts.host, "host", "PGHOST") ?? "localhost"
  const port = Number(of(url.port, "port", "PGPORT") ?? 5432)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return invalid("the port is no number from 1 to 65535")
  const mode = of(undefined, "sslmode", "PGSSLMODE")
  if (mode !== undefined && !(encrypted.has(mode) || ["disable", "prefer", "allow"].includes(mode)))
    return invalid("sslmode is none of disable, allow, prefer, require, verify-ca, verify-full")
  const username = of(parts.user, "user", "PGUSER")
  const database = of(parts.dbname, "dbname", "PGDATABASE")
  return Result.succeed({
    host,
    port,
    username,
    password: of(parts.password, "password", "PGPASSWORD"),
    database,
    tls: usesTls(mode, host),
    authority: of(undefined, "sslrootcert", "PGSSLROOTCERT"),
    shown: `${host}:${port}/${database ?? username ?? ""}`
  })
}
