/**
 * IAM tokens for requests, from whatever the environment offers: a token given as it is, a service account's key, the token of
 * an OIDC provider (workload identity federation), or the metadata service of a VM.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { CredentialsError } from "./CloudBackupError.ts"
import { Endpoints } from "./Endpoints.ts"
import * as KeyFile from "./internal/keyFile.ts"
import { isLoopback } from "./internal/loopback.ts"
import { type Issued, renewing } from "./internal/renewing.ts"
import * as TokenSources from "./internal/tokenSources.ts"
import { secretVariable, variable } from "./internal/variable.ts"
import type * as ServiceAccountKey from "./ServiceAccountKey.ts"
import { fromEpochMillis, type Timestamp } from "./Timestamp.ts"
import { Transport } from "./Transport.ts"

/** What can be said of credentials without showing them. */
export interface CredentialsStatus {
  /** Where the token comes from: an environment variable, a file, a service. */
  readonly source: string
  /** The service account that it speaks for, where that is known. */
  readonly account: string | undefined
  /** When the token that is held ends, by this machine's clock; unknown of a token that was given. */
  readonly expiresAt: Timestamp | undefined
}

/** What works, and should be mended: what it is, and how. */
export type CredentialsWarning = KeyFile.Warning

/** Where the token of an OIDC provider comes from: it is given, or asked for as on GitHub's runners. */
export type IdTokenSource = TokenSources.IdTokenSource

/** What is known of a source that can issue another token. */
interface Renewable {
  readonly source: string
  readonly account: string | undefined
  readonly warnings: ReadonlyArray<CredentialsWarning>
}

/** Supplies IAM tokens. */
export class Credentials extends Context.Service<
  Credentials,
  {
    /** Where the token comes from: an environment variable, a file, a service. */
    readonly source: string
    /** A token that is good for the next minutes. Issued at first use; concurrent callers share one request. */
    readonly token: Effect.Effect<Redacted.Redacted, CredentialsError>
    /** Another token in place of one that the service refused, or none where there is no way to get one. */
    readonly renew: (rejected: Redacted.Redacted) => Effect.Effect<Option.Option<Redacted.Redacted>, CredentialsError>
    /** Makes sure that a token can be had, and says what is known of it. */
    readonly status: Effect.Effect<CredentialsStatus, CredentialsError>
    /** What should be mended though it works: a key file that others may read. */
    readonly warnings: ReadonlyArray<CredentialsWarning>
  }
>()("@holdfast/core/Credentials") {
  /** A token given as it is; it cannot be renewed. */
  static readonly layerToken = (
    token: Redacted.Redacted,
    source = "a given token"
  ): Layer.Layer<Credentials, CredentialsError> =>
    Layer.effect(
      Credentials,
      Effect.map(TokenSources.checkToken(token, source), (checked) =>
        Credentials.of({
          source,
          token: Effect.succeed(checked),
          renew: () => Effect.succeedNone,
          status: Effect.succeed({ source, account: undefined, expiresAt: undefined }),
          warnings: []
        })
      )
    )

  /**
   * Tokens issued for a service account's authorized key (`POST /iam/v1/tokens`): kept, renewed ahead of their end and when
   * one is refused.
   */
  static readonly layerServiceAccountKey = (
    key: ServiceAccountKey.ServiceAccountKey,
    source = "a service account key",
    warnings: ReadonlyArray<CredentialsWarning> = []
  ): Layer.Layer<Credentials, never, Transport | Endpoints> =>
    Layer.effect(
      Credentials,
      renewable(
        { source, account: key.serviceAccountId, warnings },
        Effect.map(Effect.all([Transport, Endpoints]), ([transport, { iam }]) =>
          TokenSources.forKey(transport, iam, key, source)
        )
      )
    )

  /**
   * Workload identity federation: the token of an OIDC provider, given or asked for as on GitHub's runners, for one of the
   * service account (`POST /oauth/token`). No secret needs to be stored anywhere.
   */
  static readonly layerWorkloadIdentity = (
    serviceAccountId: string,
    idToken: IdTokenSource,
    source = "workload identity federation"
  ): Layer.Layer<Credentials, never, Transport | Endpoints> =>
    Layer.effect(
      Credentials,
      renewable(
        { source, account: serviceAccountId, warnings: [] },
        Effect.map(Effect.all([Transport, Endpoints]), ([transport, { auth }]) =>
          TokenSources.forIdToken(transport, auth, serviceAccountId, idToken, source)
        )
      )
    )

  /** The service account of the VM that the program runs on, by its metadata service. */
  static readonly layerMetadata: Layer.Layer<Credentials, never, Transport | Endpoints> = Layer.effect(
    Credentials,
    renewable(
      { source: "the VM's metadata service", account: undefined, warnings: [] },
      Effect.map(Effect.all([Transport, Endpoints]), ([transport, { metadata }]) =>
        TokenSources.forMetadata(transport, metadata, "the VM's metadata service")
      )
    )
  )

  /**
   * From the environment; the first that is set counts, and empty variables count as unset, since CI passes them where a
   * secret is missing:
   *
   * 1. `YC_IAM_TOKEN`, then `YC_TOKEN`: a token.
   * 2. `YC_SERVICE_ACCOUNT_KEY_FILE`: the path of a key file, or its content.
   * 3. `YC_SERVICE_ACCOUNT_ID` with the token of an OIDC provider: `YC_ID_TOKEN` (GitLab: `id_tokens`), or GitHub's
   *    `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, for the audience `YC_ID_TOKEN_AUDIENCE` where
   *    that is set.
   * 4. The metadata service of the VM.
   */
  static readonly layer = Layer.unwrap(
    Effect.gen(function* () {
      for (const name of ["YC_IAM_TOKEN", "YC_TOKEN"]) {
        const token = yield* secretVariable(name)
        if (token !== undefined) return Credentials.layerToken(token, name)
      }
      const keyFile = yield* secretVariable("YC_SERVICE_ACCOUNT_KEY_FILE")
      if (keyFile !== undefined) {
        const fs = yield* FileSystem.FileSystem
        const { key, source, warnings } = yield* KeyFile.read(fs, keyFile)
        return Credentials.layerServiceAccountKey(key, source, warnings)
      }
      const account = yield* variable("YC_SERVICE_ACCOUNT_ID")
      return account === undefined ? Credentials.layerMetadata : yield* workloadIdentity(account)
    })
  )
}

/** Credentials over a source that can issue another token. */
function renewable<R>(
  { account, source, warnings }: Renewable,
  issuer: Effect.Effect<Effect.Effect<Issued, CredentialsError>, never, R>
): Effect.Effect<Credentials["Service"], never, R> {
  return Effect.map(Effect.flatMap(issuer, renewing), ({ current, replace }) => ({
    source,
    warnings,
    token: Effect.map(current, ({ token }) => token),
    renew: (rejected) => Effect.map(replace(rejected), ({ token }) => Option.some(token)),
    status: Effect.map(current, ({ expiresAt }) => ({ source, account, expiresAt: fromEpochMillis(expiresAt) }))
  }))
}

/** GitHub's address for OIDC tokens, with the audience; it comes from the environment and gets a bearer, so it is checked. */
const requestUrl = (address: string, audience: string | undefined): string | undefined => {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  const isPrivate = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))
  if (!isPrivate || url.username !== "" || url.password !== "") return undefined
  if (audience !== undefined) url.searchParams.set("audience", audience)
  return url.href
}

/** What to do with a token of an OIDC provider that cannot be one. */
const unchanged = "Pass it as the CI system gives it, without quotes or blanks."

const workloadIdentity = Effect.fnUntraced(function* (account: string) {
  const source = "YC_SERVICE_ACCOUNT_ID"
  const refuse = (detail: string, remedy: string) => new CredentialsError({ source, detail, remedy, attempts: 0 })
  if (!/^[a-z0-9]{1,50}$/.test(account)) {
    return yield* refuse("this is not the id of a service account", "List them with `yc iam service-account list`.")
  }
  const given = yield* secretVariable("YC_ID_TOKEN")
  if (given !== undefined) {
    const token = yield* TokenSources.checkToken(given, "YC_ID_TOKEN", unchanged)
    return Credentials.layerWorkloadIdentity(account, { _tag: "Given", token }, "the OIDC token in YC_ID_TOKEN")
  }
  const address = yield* variable("ACTIONS_ID_TOKEN_REQUEST_URL")
  const requestToken = yield* secretVariable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
  if (address === undefined || requestToken === undefined) {
    return yield* refuse(
      "there is no OIDC token to exchange: neither YC_ID_TOKEN nor ACTIONS_ID_TOKEN_REQUEST_URL with ACTIONS_ID_TOKEN_REQUEST_TOKEN is set",
      "On GitHub give the job `permissions: id-token: write`; on GitLab declare `id_tokens: YC_ID_TOKEN: aud: …`."
    )
  }
  const url = requestUrl(address, yield* variable("YC_ID_TOKEN_AUDIENCE"))
  if (url === undefined) {
    return yield* new CredentialsError({
      source: "ACTIONS_ID_TOKEN_REQUEST_URL",
      detail: "this is not an https URL without a user name",
      remedy: "Leave it as GitHub's runner sets it.",
      attempts: 0
    })
  }
  const token = yield* TokenSources.checkToken(requestToken, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", unchanged)
  return Credentials.layerWorkloadIdentity(
    account,
    { _tag: "Requested", url, requestToken: token },
    "GitHub's OIDC token"
  )
})
