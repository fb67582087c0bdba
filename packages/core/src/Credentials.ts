/**
 * IAM tokens for requests: one given as it is, or one issued for a service account's key, kept until it is due.
 */
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { CredentialsError, type RequestError } from "./CloudBackupError.ts"
import { Endpoints } from "./Endpoints.ts"
import * as Classify from "./internal/classify.ts"
import { exchange } from "./internal/exchange.ts"
import { inOneLine, message } from "./internal/protoJson.ts"
import { CurrentRetryPolicy, retry } from "./RetryPolicy.ts"
import * as ServiceAccountKey from "./ServiceAccountKey.ts"
import { Timestamp, toEpochMillis } from "./Timestamp.ts"
import { Transport } from "./Transport.ts"

/** What `POST /iam/v1/tokens` answers. */
const IssuedToken = message(Schema.Struct({ iamToken: Schema.NonEmptyString, expiresAt: Timestamp }))

/** A token is renewed after an hour, as the API's documentation advises, though it lives for twelve. */
const renewAfterMillis = 60 * 60 * 1000

/** A token that could not be had is not asked for again so soon, however many callers want it. */
const failurePauseMillis = 5 * 1000

/** A token is renewed before the last minutes of its life, or the last half of a short one: clocks differ, reads take a while. */
const expiryMarginMillis = 5 * 60 * 1000

/** A key file takes some 2 kB. */
const maxKeyFileBytes = 64 * 1024

interface HeldToken {
  readonly token: Redacted.Redacted
  readonly renewAt: number
  readonly expiresAt: number
}

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

const checkToken = (token: Redacted.Redacted, source: string): Effect.Effect<Redacted.Redacted, CredentialsError> => {
  const text = Redacted.value(token).trim()
  const detail = flawOf(text)
  const remedy = "Print a new one with `yc iam create-token` and pass it unchanged."
  return detail === undefined
    ? Effect.succeed(Redacted.make(text))
    : Effect.fail(new CredentialsError({ source, detail, remedy, attempts: 0 }))
}

const present = (name: string) =>
  Config.option(Config.Redacted(name)).pipe(Config.map(Option.filter((value) => Redacted.value(value).trim() !== "")))

/** Supplies IAM tokens. */
export class Credentials extends Context.Service<
  Credentials,
  {
    /** Where the token comes from: an environment variable or a file. */
    readonly source: string
    /** A token that is good for the next minutes. Issued at first use; concurrent callers share one request. */
    readonly token: Effect.Effect<Redacted.Redacted, CredentialsError>
    /** Another token in place of one that the service refused, or none where there is no way to get one. */
    readonly renew: (rejected: Redacted.Redacted) => Effect.Effect<Option.Option<Redacted.Redacted>, CredentialsError>
  }
>()("@holdfast/core/Credentials") {
  /** A token given as it is; it cannot be renewed. */
  static readonly layerToken = (token: Redacted.Redacted, source = "a given token") =>
    Layer.effect(
      Credentials,
      Effect.map(checkToken(token, source), (checked) =>
        Credentials.of({ source, token: Effect.succeed(checked), renew: () => Effect.succeedNone })
      )
    )

  /** Tokens issued for a service account's authorized key: cached, renewed ahead of their end and when one is refused. */
  static readonly layerServiceAccountKey = (
    key: ServiceAccountKey.ServiceAccountKey,
    source = "a service account key"
  ) =>
    Layer.effect(
      Credentials,
      Effect.gen(function* () {
        const transport = yield* Transport
        const endpoints = yield* Endpoints
        const semaphore = yield* Semaphore.make(1)
        let held: HeldToken | undefined
        let failed: { readonly error: CredentialsError; readonly until: number } | undefined

        const request = Effect.fn("Credentials.issue")(function* () {
          const now = yield* Clock.currentTimeMillis
          const url = `${endpoints.iam}/iam/v1/tokens`
          const jwt = yield* ServiceAccountKey.signJwt(key, url, now, source)
          const policy = yield* CurrentRetryPolicy
          const send = exchange(transport, {
            method: "POST",
            url,
            json: Redacted.make({ jwt: Redacted.value(jwt) }),
            maxBodyBytes: 64 * 1024
          })
          // Half of the time that a read has: the read that waits for the token must see how it ends.
          const answer = yield* retry({ ...policy, totalTimeoutMillis: policy.totalTimeoutMillis / 2 }, send).pipe(
            Effect.flatMap((answer) =>
              Effect.mapError(Schema.decodeUnknownEffect(IssuedToken)(answer.json), (error) =>
                Classify.malformed(answer.context, answer.response, "shape", inOneLine(error))
              )
            ),
            Effect.mapError((error) => refused(error, source))
          )
          const expiresAt = toEpochMillis(answer.expiresAt)
          const margin = Math.min(expiryMarginMillis, (expiresAt - now) / 2)
          held = {
            token: yield* checkToken(Redacted.make(answer.iamToken), source),
            renewAt: Math.min(now + renewAfterMillis, expiresAt - margin),
            expiresAt
          }
          return held.token
        })

        /** A token, or the failure that callers before have just met: waiting for it in turn would not change it. */
        const issue = Effect.fnUntraced(function* () {
          if (failed !== undefined && (yield* Clock.currentTimeMillis) < failed.until) return yield* failed.error
          return yield* Effect.tapError(request(), (error) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              failed = { error, until: now + failurePauseMillis }
            })
          )
        })

        const token = Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          if (held === undefined) return yield* issue()
          const { expiresAt, renewAt, token } = held
          if (now < renewAt) return token
          // A renewal that fails ahead of time is no failure yet: the held token still works.
          return yield* Effect.catch(issue(), (error) => (now < expiresAt ? Effect.succeed(token) : Effect.fail(error)))
        })

        return Credentials.of({
          source,
          token: Effect.flatMap(Clock.currentTimeMillis, (now) =>
            held !== undefined && now < held.renewAt
              ? Effect.succeed(held.token)
              : Semaphore.withPermit(semaphore, token)
          ),
          renew: (rejected) =>
            Semaphore.withPermit(
              semaphore,
              Effect.suspend(() =>
                held !== undefined && held.token !== rejected ? Effect.succeed(held.token) : issue()
              )
            ).pipe(Effect.map(Option.some))
        })
      })
    )

  /**
   * From the environment: `YC_IAM_TOKEN`, else `YC_TOKEN`, else the key file that `YC_SERVICE_ACCOUNT_KEY_FILE` names.
   * Empty variables count as unset: CI passes them where a secret is missing.
   */
  static readonly layer = Layer.unwrap(
    Effect.gen(function* () {
      for (const name of ["YC_IAM_TOKEN", "YC_TOKEN"]) {
        const token = yield* present(name)
        if (Option.isSome(token)) return Credentials.layerToken(token.value, name)
      }
      const file = yield* present("YC_SERVICE_ACCOUNT_KEY_FILE")
      if (Option.isSome(file)) {
        const path = Redacted.value(file.value).trim()
        if (/[{\n]|-----BEGIN/.test(path)) {
          return yield* new CredentialsError({
            source: "YC_SERVICE_ACCOUNT_KEY_FILE",
            detail: "this is the content of a key file, not its path",
            remedy: "Write the key to a file that only you can read, and give its path.",
            attempts: 0
          })
        }
        // What is no path may be a secret: a token, or the key in base64.
        const isPath = path.length <= 200 && /[./]/.test(path) && !/^[tc]1\./.test(path)
        const source = isPath ? `the key file ${path}` : "the file that YC_SERVICE_ACCOUNT_KEY_FILE names"
        const fs = yield* FileSystem.FileSystem
        const unreadable = (detail: string) =>
          new CredentialsError({
            source,
            detail,
            remedy: "Check the path in YC_SERVICE_ACCOUNT_KEY_FILE and the file's permissions.",
            attempts: 0
          })
        const { size, type } = yield* Effect.mapError(fs.stat(path), (error) =>
          unreadable(`the file cannot be read (${error.reason._tag})`)
        )
        // A pipe or a device may never end.
        if (type !== "File" || size > maxKeyFileBytes) return yield* unreadable("this is not a key file")
        if (Number(size) === 0)
          return yield* unreadable("the file is empty: was the secret there that it is made from?")
        const text = yield* Effect.mapError(fs.readFileString(path), (error) =>
          unreadable(`the file cannot be read (${error.reason._tag})`)
        )
        return Credentials.layerServiceAccountKey(yield* ServiceAccountKey.parse(text, source), source)
      }
      return yield* new CredentialsError({
        source: "the environment",
        detail: "none of YC_IAM_TOKEN, YC_TOKEN and YC_SERVICE_ACCOUNT_KEY_FILE is set",
        remedy:
          "Set YC_IAM_TOKEN=$(yc iam create-token), or YC_SERVICE_ACCOUNT_KEY_FILE to a service account's key file.",
        attempts: 0
      })
    })
  )
}

/** A failure of the token service, in terms of the credentials that it was asked to honour. */
const refused = (error: RequestError, source: string): CredentialsError =>
  new CredentialsError({
    source,
    detail: `no IAM token was issued: ${error.message}`,
    remedy:
      error._tag === "Unauthenticated" || error._tag === "InvalidRequest" || error._tag === "PermissionDenied"
        ? "Check that the key still exists (yc iam key list) and that this machine's clock is right."
        : error.remedy,
    attempts: error.attempts,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    ...(error.status === undefined ? {} : { status: error.status })
  })
