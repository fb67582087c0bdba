/**
 * The three ways in which a token is issued: for a service account's key, for the token of an OIDC provider, by a VM's metadata.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { CredentialsError, type RequestError } from "../CloudBackupError.ts"
import { CurrentRetryPolicy, type RetryPolicy, retry } from "../RetryPolicy.ts"
import * as ServiceAccountKey from "../ServiceAccountKey.ts"
import { Timestamp, toEpochMillis } from "../Timestamp.ts"
import type { Transport, TransportRequest } from "../Transport.ts"
import * as Classify from "./classify.ts"
import { Exchange } from "./Exchange.ts"
import { inOneLine, message } from "./protoJson.ts"
import type { Issued } from "./renewing.ts"
import { Meter } from "./telemetry.ts"

/** An answer with a token takes some 2 kB. */
const maxTokenBytes = 64 * 1024

/** A token that has just been issued is good for this long, whatever the clocks say. */
const leastLifetimeMillis = 60_000

/** How far two clocks may be apart before a JWT is signed again by the other's time. */
const skewToleranceMillis = 30_000

/** What `POST /iam/v1/tokens` answers. */
const IamToken = message(Schema.Struct({ iamToken: Schema.NonEmptyString, expiresAt: Timestamp }))

const Seconds = Schema.Finite.check(Schema.isGreaterThan(0))

/** What the token exchange and the metadata service answer. */
const AccessToken = Schema.Struct({ access_token: Schema.NonEmptyString, expires_in: Seconds })

/** What GitHub's endpoint for OIDC tokens answers. */
const IdToken = Schema.Struct({ value: Schema.NonEmptyString })

/** What a bearer token is made of (RFC 6750); anything else is a mistake of copying, and is refused without being shown. */
const tokenPattern = /^[\w.~+/-]+=*$/

/** What is wrong with a token, as far as it can be seen. */
const flawOf = (text: string): string | undefined =>
  text === ""
    ? "the token is empty"
    : /^["'].*["']$/.test(text)
      ? "the token is in quotes"
      : /^y[0-3]_/.test(text)
        ? "this is an OAuth token of a Yandex account, not an IAM token"
        : tokenPattern.test(text)
          ? undefined
          : "the token holds characters that no IAM token has"

/** A token that can be sent: no line break, no quotes, nothing that only looks like one. */
export const checkToken = (
  token: Redacted.Redacted,
  source: string,
  remedy = "Print a new one with `yc iam create-token` and pass it unchanged."
): Effect.Effect<Redacted.Redacted, CredentialsError> => {
  const text = Redacted.value(token).trim()
  const detail = flawOf(text)
  return detail === undefined
    ? Effect.succeed(Redacted.make(text))
    : Effect.fail(new CredentialsError({ source, detail, remedy, attempts: 0 }))
}

/** A failure of a token service, in terms of the credentials that it was asked to honour. */
const refused = (error: RequestError, source: string, remedy: string): CredentialsError =>
  new CredentialsError({
    source,
    detail: `no IAM token was issued: ${error.message}`,
    remedy:
      error._tag === "Unauthenticated" || error._tag === "InvalidRequest" || error._tag === "PermissionDenied"
        ? remedy
        : error.remedy,
    attempts: error.attempts,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    ...(error.status === undefined ? {} : { status: error.status })
  })

type Request = Omit<TransportRequest, "clientRequestId" | "token" | "maxBodyBytes" | "timeoutMillis">

interface Ask<A> {
  readonly transport: Transport["Service"]
  readonly request: Request
  readonly answer: Schema.ConstraintDecoder<A>
  readonly policy: RetryPolicy
  readonly token?: Redacted.Redacted
  readonly onDate?: (date: number) => void
}

/** Sends a request for a token until it is answered or the policy ends. */
const ask = <A>({ answer, onDate, policy, request, token, transport }: Ask<A>): Effect.Effect<A, RequestError> => {
  const meter = new Meter(request.url)
  const exchange = new Exchange(transport, { ...request, maxBodyBytes: maxTokenBytes }, meter, onDate)
  return Effect.flatMap(
    retry(policy, (timeoutMillis) => exchange.send(timeoutMillis, token)),
    ({ context, json, response }) =>
      Effect.mapError(Schema.decodeUnknownEffect(answer)(json), (error) =>
        Classify.malformed(context, response, "shape", inOneLine(error))
      )
  )
}

/** Half of the time that a read has: the read that waits for the token must see how it ends. */
const hastened = Effect.map(CurrentRetryPolicy, (policy) => ({
  ...policy,
  totalTimeoutMillis: policy.totalTimeoutMillis / 2
}))

/** `POST /iam/v1/tokens` with a JWT signed by `key`. */
export const forKey = (
  transport: Transport["Service"],
  iam: string,
  key: ServiceAccountKey.ServiceAccountKey,
  source: string
): Effect.Effect<Issued, CredentialsError> =>
  Effect.gen(function* () {
    const url = `${iam}/iam/v1/tokens`
    const policy = yield* hastened
    let serverTime: number | undefined

    const request = Effect.fnUntraced(function* (now: number) {
      const jwt = Redacted.value(yield* ServiceAccountKey.signJwt(key, url, now))
      return yield* ask({
        transport,
        policy,
        answer: IamToken,
        request: { method: "POST", url, json: Redacted.make({ jwt }) },
        onDate: (date) => {
          serverTime = date
        }
      })
    })

    const now = yield* Clock.currentTimeMillis
    const answer = yield* Effect.catch(request(now), (error) => {
      const isRefused = error._tag === "Unauthenticated" || error._tag === "InvalidRequest"
      // A JWT from the future, or one that is over, by the service's clock: sign by that.
      return isRefused && serverTime !== undefined && Math.abs(serverTime - now) > skewToleranceMillis
        ? request(serverTime)
        : Effect.fail(error)
    }).pipe(
      Effect.mapError((error) =>
        refused(
          error,
          source,
          "Check that the key still exists (yc iam key list) and that this machine's clock is right."
        )
      )
    )
    // By the service's own clock, where it tells it: this machine's may be wrong.
    const issuedAt = serverTime ?? (yield* Clock.currentTimeMillis)
    return {
      token: yield* checkToken(Redacted.make(answer.iamToken), source),
      lifetimeMillis: Math.max(leastLifetimeMillis, toEpochMillis(answer.expiresAt) - issuedAt)
    }
  })

/** Where the token of an OIDC provider comes from: it is given, or asked for as on GitHub's runners. */
export type IdTokenSource =
  | { readonly _tag: "Given"; readonly token: Redacted.Redacted }
  | { readonly _tag: "Requested"; readonly url: string; readonly requestToken: Redacted.Redacted }

/** `POST /oauth/token`: the token of an OIDC provider for one of the service account. */
export const forIdToken = (
  transport: Transport["Service"],
  auth: string,
  account: string,
  idToken: IdTokenSource,
  source: string
): Effect.Effect<Issued, CredentialsError> =>
  Effect.gen(function* () {
    const policy = yield* hastened
    const subject =
      idToken._tag === "Given"
        ? Redacted.value(idToken.token)
        : (yield* ask({
            transport,
            policy,
            answer: IdToken,
            request: { method: "GET", url: idToken.url },
            token: idToken.requestToken
          }).pipe(
            Effect.mapError((error) =>
              refused(error, source, "Give the job the permission `id-token: write`, so that it may ask for its token.")
            )
          )).value
    const form = {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: account,
      subject_token: subject,
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token"
    }
    const answer = yield* ask({
      transport,
      policy,
      answer: AccessToken,
      request: { method: "POST", url: `${auth}/oauth/token`, form: Redacted.make(form) }
    }).pipe(
      Effect.mapError((error) =>
        refused(
          error,
          source,
          "Check the federation's issuer, audience and the subject that is bound to the service account (yc iam workload-identity federated-credential list)."
        )
      )
    )
    return {
      token: yield* checkToken(Redacted.make(answer.access_token), source),
      lifetimeMillis: answer.expires_in * 1_000
    }
  })

/** The metadata service answers at once, or is not there. */
const metadataPolicy = {
  attemptTimeoutMillis: 1_000,
  totalTimeoutMillis: 3_000,
  maxAttempts: 2,
  maxRetryAfterMillis: 1_000
}

/** The token of the service account that the VM acts as. */
export const forMetadata = (
  transport: Transport["Service"],
  metadata: string,
  source: string
): Effect.Effect<Issued, CredentialsError> =>
  Effect.gen(function* () {
    const policy = yield* CurrentRetryPolicy
    const answer = yield* ask({
      transport,
      policy: { ...policy, ...metadataPolicy },
      answer: AccessToken,
      request: {
        method: "GET",
        url: `${metadata}/computeMetadata/v1/instance/service-accounts/default/token`,
        headers: { "metadata-flavor": "Google" }
      }
    }).pipe(Effect.mapError((error) => withoutMetadata(error, source)))
    return {
      token: yield* checkToken(Redacted.make(answer.access_token), source),
      lifetimeMillis: answer.expires_in * 1_000
    }
  })

const variables = "YC_IAM_TOKEN, YC_TOKEN, YC_SERVICE_ACCOUNT_KEY_FILE, and YC_SERVICE_ACCOUNT_ID with an OIDC token"

/** The last way has failed: as a rule there was to be another one. */
const withoutMetadata = (error: RequestError, source: string): CredentialsError => {
  const isDisabled = error._tag === "InvalidRequest"
  return new CredentialsError({
    source,
    detail: isDisabled
      ? `none of ${variables} is set, and the VM hands out no tokens: ${error.message}`
      : `none of ${variables} is set, and this is not a VM of the cloud with a service account: ${error.message}`,
    remedy: isDisabled
      ? "Allow the VM to hand out tokens (--metadata-options gce-http-token=enabled), or give credentials in the environment."
      : "Set YC_IAM_TOKEN=$(yc iam create-token), or YC_SERVICE_ACCOUNT_KEY_FILE to a service account's key file.",
    attempts: error.attempts,
    ...(error.status === undefined ? {} : { status: error.status })
  })
}
