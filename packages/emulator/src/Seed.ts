/**
 * What an emulator starts with: the resources that Cloud Backup knows, who may ask, and what goes wrong.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { loadAll, YAMLException } from "js-yaml"
import { DurationMillis, parse as parseDuration } from "./Duration.ts"
import { Fault } from "./Fault.ts"

/** An instant: RFC 3339 text, or a span from the moment of the answer (`-3h` is three hours ago), so that seeds never age. */
const Instant = Schema.String.check(
  Schema.makeFilter((text) => parseDuration(text) !== undefined || !Number.isNaN(Date.parse(text)), {
    expected: "an RFC 3339 timestamp, or a span from now such as -3h or +30m"
  })
)

/** A resource as the seed gives it: the fields of the API, all but the id optional. */
export const SeedResource = Schema.Struct({
  computeInstanceId: Schema.NonEmptyString,
  /** The folder that lists it. Default: `b1gemulator`. */
  folderId: Schema.NonEmptyString.pipe(Schema.withDecodingDefaultKey(Effect.succeed("b1gemulator"))),
  createdAt: Schema.optionalKey(Instant),
  updatedAt: Schema.optionalKey(Instant),
  online: Schema.optionalKey(Schema.Boolean),
  enabled: Schema.optionalKey(Schema.Boolean),
  status: Schema.optionalKey(Schema.String),
  statusDetails: Schema.optionalKey(Schema.String),
  statusProgress: Schema.optionalKey(Schema.Int),
  lastBackupTime: Schema.optionalKey(Instant),
  nextBackupTime: Schema.optionalKey(Instant),
  resourceId: Schema.optionalKey(Schema.String),
  isActive: Schema.optionalKey(Schema.Boolean),
  initStatus: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(Schema.String),
  agentInfo: Schema.optionalKey(
    Schema.Struct({
      currentVersion: Schema.optionalKey(Schema.String),
      latestVersion: Schema.optionalKey(Schema.String),
      canUpdate: Schema.optionalKey(Schema.Boolean)
    })
  ),
  /** What goes wrong when this instance is asked for. */
  faults: Schema.Array(Fault).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})
export type SeedResource = typeof SeedResource.Type

/** A service account that may exchange JWTs for IAM tokens. */
const ServiceAccount = Schema.Struct({
  id: Schema.NonEmptyString,
  keys: Schema.Array(Schema.Struct({ id: Schema.NonEmptyString, publicKey: Schema.NonEmptyString }))
})

/** The token that a seed without `tokens` accepts. */
export const defaultToken = "emulator-token"

/** A seed. */
export const Seed = Schema.Struct({
  /** IAM tokens that are accepted as they are. Default: `emulator-token`. */
  tokens: Schema.Array(Schema.NonEmptyString).pipe(Schema.withDecodingDefaultKey(Effect.succeed([defaultToken]))),
  /** How long issued IAM tokens live. Default: 12 hours, as in the cloud. */
  tokenLifetime: DurationMillis.pipe(Schema.withDecodingDefaultKey(Effect.succeed("12h"))),
  serviceAccounts: Schema.Array(ServiceAccount).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  /** What goes wrong with every request. */
  faults: Schema.Array(Fault).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  resources: Schema.Array(SeedResource).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})
export type Seed = typeof Seed.Type

/** A seed that cannot be used. */
export class SeedError extends Schema.TaggedError<SeedError>("@holdfast/emulator/SeedError")("SeedError", {
  /** The name of the file. */
  source: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `The emulator's seed ${this.source} cannot be used: ${this.detail}`
  }
}

const decode = Schema.decodeUnknownEffect(Seed, { errors: "all", onExcessProperty: "error" })

/** A seed from its parts, with the defaults filled in. */
export const make = (parts: typeof Seed.Encoded): Seed => Schema.decodeUnknownSync(Seed)(parts)

const inOneLine = ({ mark, reason }: YAMLException): string =>
  mark === undefined ? reason : `${reason} (line ${mark.line + 1}, column ${mark.column + 1})`

/** Reads the YAML text of a seed; `source` names it in errors. */
export const parse = (text: string, source: string): Effect.Effect<Seed, SeedError> =>
  Effect.try({
    try: () => {
      const documents = loadAll(text, { filename: source })
      if (documents.length > 1) throw new YAMLException("expected one document")
      return documents[0] ?? {}
    },
    catch: (cause) =>
      new SeedError({ source, detail: cause instanceof YAMLException ? inOneLine(cause) : String(cause) })
  }).pipe(
    Effect.flatMap((value) =>
      Effect.mapError(
        decode(value),
        (error) => new SeedError({ source, detail: error.message.replace(/\n\s+at /g, " at ").replaceAll("\n", "; ") })
      )
    )
  )
