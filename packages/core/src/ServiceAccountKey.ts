/**
 * The authorized key of a service account, as the file that `yc iam key create --output key.json` writes.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { importPKCS8, SignJWT } from "jose"
import { CredentialsError } from "./CloudBackupError.ts"
import { inOneLine } from "./internal/protoJson.ts"

/** The fields of the key file that signing needs; the file's other fields are ignored. */
export const ServiceAccountKey = Schema.Struct({
  /** The id of the key. */
  id: Schema.NonEmptyString,
  service_account_id: Schema.NonEmptyString,
  /** PKCS #8 in PEM; the vendor puts a line of warning before its header. */
  private_key: Schema.NonEmptyString.pipe(Schema.RedactedFromValue)
})
export type ServiceAccountKey = typeof ServiceAccountKey.Type

const remedy = "Make a new key: yc iam key create --service-account-name NAME --output key.json"

/** Reads the text of a key file. Its errors say what is wrong and never quote the file; `source` says where it came from. */
export const parse = (text: string, source: string): Effect.Effect<ServiceAccountKey, CredentialsError> => {
  const refuse = (detail: string) => new CredentialsError({ source, detail, remedy, attempts: 0 })
  return Effect.try({
    // The message of a SyntaxError quotes the text, which may be a part of the key.
    try: (): unknown => JSON.parse(text),
    catch: () => refuse("the key file is not JSON")
  }).pipe(
    Effect.flatMap((json) =>
      Effect.mapError(Schema.decodeUnknownEffect(ServiceAccountKey)(json), (error) =>
        refuse(`the key file is not a service account's authorized key: ${inOneLine(error)}`)
      )
    )
  )
}

/** How long a signed JWT is valid; the API allows an hour. */
const jwtLifetimeSeconds = 3600

/**
 * A JWT signed with the key (PS256), which the token service takes for an IAM token. `audience` is the URL that it is sent
 * to, `now` the time in milliseconds.
 */
export const signJwt = (
  key: ServiceAccountKey,
  audience: string,
  now: number,
  source: string
): Effect.Effect<Redacted.Redacted, CredentialsError> =>
  Effect.tryPromise({
    try: async () => {
      const text = Redacted.value(key.private_key)
      const pem = text.slice(Math.max(0, text.indexOf("-----BEGIN")))
      const issuedAt = Math.floor(now / 1000)
      const jwt = await new SignJWT({})
        .setProtectedHeader({ typ: "JWT", alg: "PS256", kid: key.id })
        .setIssuer(key.service_account_id)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + jwtLifetimeSeconds)
        .sign(await importPKCS8(pem, "PS256"))
      return Redacted.make(jwt)
    },
    catch: () =>
      new CredentialsError({
        source,
        detail: "private_key of the key file is not an RSA private key in PKCS #8 PEM (-----BEGIN PRIVATE KEY-----)",
        remedy,
        attempts: 0
      })
  })
