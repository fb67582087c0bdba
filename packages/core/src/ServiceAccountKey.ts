/**
 * The authorized key of a service account, as the file that `yc iam key create --output key.json` writes.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { CryptoKey } from "jose"
import { CredentialsError } from "./CloudBackupError.ts"
import { inOneLine } from "./internal/protoJson.ts"

/** Signing is loaded when there is a key to sign with, and of it no more than that. */
const keys = () => import("jose/key/import")
const signing = () => import("jose/jwt/sign")

/** The fields of the key file that signing needs; the file's other fields are ignored. */
const KeyFile = Schema.Struct({
  id: Schema.NonEmptyString,
  service_account_id: Schema.NonEmptyString,
  private_key: Schema.NonEmptyString.pipe(Schema.RedactedFromValue)
})

/** A key that is ready to sign. The text of the private key is not kept: it can be used, and no more be read. */
export interface ServiceAccountKey {
  /** The id of the key. */
  readonly id: string
  readonly serviceAccountId: string
  readonly privateKey: CryptoKey
}

const remedy = "Make a new key: yc iam key create --service-account-name NAME --output key.json"

/** What is wrong with a private key, by the header of its PEM; what the header does not tell, the import does. */
const flawOf = (pem: string): string => {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1]
  switch (label) {
    case undefined:
      return "has no PEM header (-----BEGIN PRIVATE KEY-----)"
    case "PRIVATE KEY":
      return "is cut short, or is not an RSA key"
    case "ENCRYPTED PRIVATE KEY":
      return "is encrypted with a passphrase"
    case "RSA PRIVATE KEY":
    case "EC PRIVATE KEY":
      return "is not in PKCS #8 (-----BEGIN PRIVATE KEY-----)"
    default:
      return `is not a private key (-----BEGIN ${label}-----)`
  }
}

/** Reads the text of a key file. Its errors say what is wrong and never quote the file; `source` says where it came from. */
export const parse = Effect.fnUntraced(function* (
  text: string,
  source: string
): Effect.fn.Return<ServiceAccountKey, CredentialsError> {
  const refuse = (detail: string) => new CredentialsError({ source, detail, remedy, attempts: 0 })
  const json = yield* Effect.try({
    // The message of a SyntaxError quotes the text, which may be a part of the key.
    try: (): unknown => JSON.parse(text),
    catch: () => refuse("the key file is not JSON")
  })
  const file = yield* Effect.mapError(Schema.decodeUnknownEffect(KeyFile)(json), (error) =>
    refuse(`the key file is not a service account's authorized key: ${inOneLine(error)}`)
  )
  const written = Redacted.value(file.private_key)
  // The vendor puts a line of warning before the header.
  const pem = written.slice(Math.max(0, written.indexOf("-----BEGIN")))
  const privateKey = yield* Effect.tryPromise({
    try: async () => (await keys()).importPKCS8(pem, "PS256"),
    catch: () => refuse(`private_key of the key file ${flawOf(pem)}`)
  })
  return { id: file.id, serviceAccountId: file.service_account_id, privateKey }
})

/** How long a signed JWT is valid; the API allows an hour. */
const jwtLifetimeSeconds = 3600

/**
 * A JWT signed with the key (PS256), which the token service takes for an IAM token. `audience` is the URL that it is sent
 * to, `now` the time in milliseconds.
 */
export const signJwt = (key: ServiceAccountKey, audience: string, now: number): Effect.Effect<Redacted.Redacted> =>
  Effect.promise(async () => {
    const issuedAt = Math.floor(now / 1000)
    const { SignJWT } = await signing()
    const jwt = await new SignJWT({})
      .setProtectedHeader({ typ: "JWT", alg: "PS256", kid: key.id })
      .setIssuer(key.serviceAccountId)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + jwtLifetimeSeconds)
      .sign(key.privateKey)
    return Redacted.make(jwt)
  })
