/**
 * Reads a configuration from its file.
 */
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import { decodeUtf8, read } from "@holdfast/manifest/manifestFiles"
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { withFile, withFiles } from "../alerts/AlertsConfig.ts"
import type { ComplianceConfig } from "./ComplianceConfig.ts"
import { readConfig } from "./readConfig.ts"

/** The configuration cannot be used: every mistake in it. */
export class ConfigurationError extends Schema.TaggedError<ConfigurationError>(
  "@holdfast/compliance/ConfigurationError"
)("ConfigurationError", { diagnostics: Schema.NonEmptyArray(Diagnostic) }) {
  override get message() {
    const [first, ...others] = this.diagnostics
    const place = first.line === undefined ? (first.path ?? "") : `${first.path}:${first.line}:${first.column}`
    return `${place}: ${first.summary}${others.length === 0 ? "" : ` (and ${others.length} more)`}`
  }
}

const limits = { maxBytes: 1024 * 1024, ifTooLarge: "A configuration is smaller: was a manifest meant?" }

/** The configuration of the file at `path`. What it names is relative to its directory. */
export const load = Effect.fn("Configuration.load")(function* (path: string) {
  const paths = yield* Path.Path
  const refuse = (diagnostics: ReadonlyArray<Diagnostic>) => {
    const [first = { severity: "error" as const, path, summary: "It cannot be read" }, ...others] = diagnostics
    return Effect.fail(new ConfigurationError({ diagnostics: [first, ...others] }))
  }
  const bytes = yield* Effect.catch(read({ path, identity: paths.resolve(path) }, limits), (one) => refuse([one]))
  const text = decodeUtf8(bytes)
  if (text === undefined) {
    const summary = "The file is not UTF-8 text"
    return yield* refuse([{ severity: "error", path, summary, detail: "Save it as UTF-8." }])
  }
  const config = readConfig(path, text)
  if (Result.isFailure(config)) return yield* refuse(config.failure)
  return within(paths.dirname(path), paths, config.success)
})

const within = (directory: string, paths: Path.Path, config: ComplianceConfig): ComplianceConfig => {
  const from = (name: string) => (paths.isAbsolute(name) ? name : paths.join(directory, name))
  const { alerts, database, jobs, server } = config
  return {
    ...config,
    alerts: withFiles(alerts, from),
    database: database.kind === "sqlite" ? { ...database, path: from(database.path) } : database,
    jobs: jobs.map((job) => ({ ...job, manifests: job.manifests.map(from) })),
    server: {
      ...server,
      tokens: server.tokens.map(({ name, secret }) => ({ name, secret: withFile(secret, from) }))
    }
  }
}
