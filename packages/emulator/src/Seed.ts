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

/** A backup task as the seed gives it: the fields of the API. */
export const SeedTask = Schema.Struct({
  id: Schema.Union([Schema.Int, Schema.String]),
  computeInstanceId: Schema.NonEmptyString,
  policyId: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(Schema.String),
  status: Schema.optionalKey(Schema.String),
  cancellable: Schema.optionalKey(Schema.Boolean),
  progress: Schema.optionalKey(Schema.Struct({ current: Schema.Int, total: Schema.Int })),
  enqueuedAt: Schema.optionalKey(Instant),
  startedAt: Schema.optionalKey(Instant),
  updatedAt: Schema.optionalKey(Instant),
  completedAt: Schema.optionalKey(Instant),
  resultCode: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(Schema.String)
})
export type SeedTask = typeof SeedTask.Type

const folderId = Schema.NonEmptyString.pipe(Schema.withDecodingDefaultKey(Effect.succeed("b1gemulator")))

/** A backup policy, with the instances that it is applied to. */
export const SeedPolicy = Schema.Struct({
  id: Schema.NonEmptyString,
  folderId,
  name: Schema.optionalKey(Schema.String),
  createdAt: Schema.optionalKey(Instant),
  updatedAt: Schema.optionalKey(Instant),
  enabled: Schema.optionalKey(Schema.Boolean),
  /** As the API has it: `scheduling`, `retention` and more. */
  settings: Schema.optionalKey(Schema.Json),
  applications: Schema.Array(
    Schema.Struct({
      computeInstanceId: Schema.NonEmptyString,
      enabled: Schema.optionalKey(Schema.Boolean),
      status: Schema.optionalKey(Schema.String),
      createdAt: Schema.optionalKey(Schema.String),
      /** It is being bound: listed only where that is asked for. */
      isProcessing: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
    })
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})
export type SeedPolicy = typeof SeedPolicy.Type

/** A Compute instance. */
export const SeedInstance = Schema.Struct({
  id: Schema.NonEmptyString,
  folderId,
  createdAt: Schema.optionalKey(Instant),
  name: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  labels: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  zoneId: Schema.optionalKey(Schema.String),
  platformId: Schema.optionalKey(Schema.String),
  status: Schema.optionalKey(Schema.String),
  fqdn: Schema.optionalKey(Schema.String),
  serviceAccountId: Schema.optionalKey(Schema.String)
})
export type SeedInstance = typeof SeedInstance.Type

/** An OIDC provider whose tokens are exchanged for IAM tokens, and whom it speaks for. */
const Federation = Schema.Struct({
  issuer: Schema.NonEmptyString,
  /** SPKI in PEM, of an RSA key (RS256). */
  publicKey: Schema.NonEmptyString,
  audiences: Schema.Array(Schema.NonEmptyString),
  /** The `sub` claims that may act as each service account. */
  subjects: Schema.Record(Schema.String, Schema.NonEmptyString)
})

/** An endpoint that hands out OIDC tokens, as GitHub's runners have it. */
const OidcProvider = Schema.Struct({
  issuer: Schema.NonEmptyString,
  /** PKCS #8 in PEM, of an RSA key (RS256). */
  privateKey: Schema.NonEmptyString,
  subject: Schema.NonEmptyString,
  /** The bearer that asks for them. */
  requestToken: Schema.NonEmptyString,
  /** `aud` where the request names none. */
  audience: Schema.NonEmptyString
})

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
  /** How far the emulator's clock is ahead. Default: 0. */
  clock: DurationMillis.pipe(Schema.withDecodingDefaultKey(Effect.succeed("0s"))),
  /** What faults of a `probability` are drawn with. Default: 1. */
  random: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(1))),
  /** How many requests a second are answered, and how many at once (default: those of a second); 429 beyond. */
  rateLimit: Schema.optionalKey(
    Schema.Struct({
      perSecond: Schema.Finite.check(Schema.isGreaterThan(0)),
      burst: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
      /** Whether a 429 says how long to wait, in whole seconds. Default: no. */
      retryAfter: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
    })
  ),
  /** How many items a page of a list holds at most, however many are asked for. Default: as many as are asked for. */
  pageLimit: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  serviceAccounts: Schema.Array(ServiceAccount).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  federations: Schema.Array(Federation).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  oidc: Schema.optionalKey(OidcProvider),
  /** The metadata service of a VM: whether it hands out tokens. Without it the VM has no service account. */
  metadata: Schema.optionalKey(Schema.Struct({ enabled: Schema.Boolean })),
  /** What goes wrong with every request. */
  faults: Schema.Array(Fault).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  resources: Schema.Array(SeedResource).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  tasks: Schema.Array(SeedTask).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  policies: Schema.Array(SeedPolicy).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  instances: Schema.Array(SeedInstance).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
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
