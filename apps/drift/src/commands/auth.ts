/**
 * `drift auth status`: which credentials the environment gives, and whether they work. It never shows them.
 */

import { formatVersion } from "@holdfast/check/CheckReport"
import { formatDuration } from "@holdfast/check/formatDuration"
import { Credentials } from "@holdfast/core/Credentials"
import { toEpochMillis } from "@holdfast/core/Timestamp"
import { diagnostics } from "@holdfast/report/diagnostics"
import { jsonText } from "@holdfast/report/json"
import { safe } from "@holdfast/report/Terminal"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as addresses from "../addresses.ts"
import { callable } from "../CommandLine.ts"
import { ExitWith, toDiagnostics } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"
import * as services from "../services.ts"

/** What is known of the credentials, once a token could be had. */
const learn = (options: addresses.Addresses) =>
  Effect.gen(function* () {
    const { status, warnings } = yield* Credentials
    return { ...(yield* status), warnings }
  }).pipe(Effect.provide(services.layerCredentials(options)))

interface Options extends addresses.Addresses {
  readonly format: "pretty" | "json"
  readonly color: boolean | undefined
}

const main = Effect.fn("drift auth status")(function* (options: Options) {
  const { color, format } = options
  const result = yield* Effect.match(learn(options), {
    onFailure: (error) => ({ known: undefined, problems: toDiagnostics(error) }),
    onSuccess: (known) => ({
      known,
      problems: known.warnings.map(({ remedy, summary }) => ({
        severity: "warning" as const,
        summary,
        detail: `${remedy}.`
      }))
    })
  })
  const { known, problems } = result
  if (format === "json") {
    const report = {
      format_version: formatVersion,
      authenticated: known !== undefined,
      source: known?.source ?? null,
      service_account_id: known?.account ?? null,
      expires_at: known?.expiresAt ?? null,
      diagnostics: problems
    }
    yield* Output.stdout(jsonText(report))
  } else {
    if (problems.length > 0) {
      yield* Output.stderr(diagnostics(problems, { color: Output.useColor(color, process.stderr) }))
    }
    if (known !== undefined) {
      const { account, expiresAt, source } = known
      const now = yield* Clock.currentTimeMillis
      const until =
        expiresAt === undefined
          ? "unknown: a token that is given does not say"
          : `${expiresAt}, in ${formatDuration(toEpochMillis(expiresAt) - now)}`
      yield* Output.stdout(
        `${safe`Source:          ${source}`}\n${safe`Service account: ${account ?? "unknown"}`}\n${safe`Valid until:     ${until}`}\n`
      )
    }
  }
  if (known === undefined) return yield* new ExitWith({ code: 1 })
})

/** `drift auth status`. */
export const status = callable({
  name: "status",
  short: "Say which credentials are used, and whether they work",
  description:
    "Finds the credentials as a check does, gets a token with them, and says which source they are from, for which service account and until when. The token is never shown. Exit codes: 0 a token could be had, 1 not.",
  examples: [
    { command: "drift auth status", description: "Which credentials would a check use?" },
    { command: "drift auth status --format json", description: "For a machine to read" }
  ],
  flags: { format: flags.format, color: flags.color, ...addresses.flags },
  run: main
})
