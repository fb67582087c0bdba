/**
 * Every way to an IAM token: a service account's JWT, the token of an OIDC provider, the metadata of a VM.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importPKCS8,
  importSPKI,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
  SignJWT
} from "jose"
import { type Call, ok } from "./Call.ts"
import { invalid, rpcError } from "./RpcError.ts"
import type { Seed } from "./Seed.ts"

/** The audience that every installation of the cloud takes, beside the server's own token URL. */
const cloudAudience = "https://iam.api.cloud.yandex.net/iam/v1/tokens"

/** The most that `exp` may lie after `iat`, in seconds. */
const maxLifetime = 3600

/** Runs a check of a JWT; the sentence says what is wrong. */
const checked = async (check: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await check()
  } catch (cause) {
    return cause instanceof errors.JOSEError ? cause.message : "the JWT cannot be read"
  }
}

const isFromFuture = ({ iat = 0 }: JWTPayload, now: number): boolean => iat * 1_000 > now + 60_000

/** Checks signature, issuer, audience and time of a service account's JWT. */
const flawOfJwt = (seed: Seed, jwt: string, audience: string, now: number) =>
  checked(async () => {
    const { alg, kid } = decodeProtectedHeader(jwt)
    if (alg !== "PS256") return `the algorithm must be PS256, not ${alg}`
    const account = seed.serviceAccounts.find(({ keys }) => keys.some((key) => key.id === kid))
    const key = account?.keys.find(({ id }) => id === kid)
    if (account === undefined || key === undefined) return `the key ${kid} does not exist`
    const options: JWTVerifyOptions = {
      algorithms: ["PS256"],
      issuer: account.id,
      audience: [audience, cloudAudience],
      currentDate: new Date(now),
      requiredClaims: ["iat", "exp"]
    }
    const { payload } = await jwtVerify(jwt, await importSPKI(key.publicKey, "PS256"), options)
    if (isFromFuture(payload, now)) return "iat lies in the future"
    return (payload.exp ?? 0) > (payload.iat ?? 0) + maxLifetime ? "exp lies more than an hour after iat" : undefined
  })

const TokenRequest = Schema.Struct({ jwt: Schema.NonEmptyString })

/** IamToken.create. */
export const createToken = Effect.fnUntraced(function* ({ now, requestId, state }: Call) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const body = yield* Effect.option(HttpServerRequest.schemaBodyJson(TokenRequest))
  if (body._tag === "None") return invalid("jwt", "The field is required", requestId)
  const audiences = ["http", "https"].map((scheme) => `${scheme}://${request.headers.host}/iam/v1/tokens`)
  const flaws = yield* Effect.promise(() =>
    Promise.all(audiences.map((audience) => flawOfJwt(state.seed, body.value.jwt, audience, now)))
  )
  if (flaws.every((flaw) => flaw !== undefined)) {
    return rpcError("UNAUTHENTICATED", `JWT is invalid: ${flaws[0]}`, requestId)
  }
  const { expiresAt, token } = state.issueToken(now)
  return HttpServerResponse.jsonUnsafe(
    { iamToken: token, expiresAt: new Date(expiresAt).toISOString() },
    { headers: { "x-request-id": requestId } }
  )
})

/** An error of OAuth 2.0 (RFC 6749), as the token exchange sends them. */
const oauthError = (status: number, error: string, description: string, requestId: string) =>
  HttpServerResponse.jsonUnsafe(
    { error, error_description: description },
    { status, headers: { "x-request-id": requestId } }
  )

/** What the exchange wants to be told, word for word. */
const exchangeFields = {
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
  subject_token_type: "urn:ietf:params:oauth:token-type:id_token"
} as const

/** Whether the token of an OIDC provider may act as the service account. */
const flawOfIdToken = (seed: Seed, token: string, account: string, now: number) =>
  checked(async () => {
    const { iss } = decodeJwt(token)
    const federation = seed.federations.find(({ issuer }) => issuer === iss)
    if (federation === undefined) return "no federation trusts its issuer"
    const { payload } = await jwtVerify(token, await importSPKI(federation.publicKey, "RS256"), {
      algorithms: ["RS256"],
      audience: [...federation.audiences],
      currentDate: new Date(now),
      requiredClaims: ["exp", "sub"]
    })
    return federation.subjects[payload.sub ?? ""] === account
      ? undefined
      : "its subject may not act as the service account"
  })

/** `POST /oauth/token`: the token of an OIDC provider for an IAM token. */
export const exchangeToken = Effect.fnUntraced(function* ({ now, requestId, state }: Call) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const type = request.headers["content-type"] ?? ""
  const form = new URLSearchParams(yield* Effect.orElseSucceed(request.text, () => ""))
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    return oauthError(400, "invalid_request", "the body must be a form", requestId)
  }
  for (const [name, expected] of Object.entries(exchangeFields)) {
    if (form.get(name) !== expected) return oauthError(400, "invalid_request", `${name} must be ${expected}`, requestId)
  }
  const account = form.get("audience") ?? ""
  const isKnown = state.seed.federations.some(({ subjects }) => Object.values(subjects).includes(account))
  if (!isKnown) return oauthError(400, "invalid_target", "audience is not a federated service account", requestId)
  const flaw = yield* Effect.promise(() => flawOfIdToken(state.seed, form.get("subject_token") ?? "", account, now))
  if (flaw !== undefined) return oauthError(401, "invalid_grant", `subject_token is refused: ${flaw}`, requestId)
  const { token } = state.issueToken(now)
  return HttpServerResponse.jsonUnsafe(
    {
      access_token: token,
      issued_token_type: exchangeFields.requested_token_type,
      token_type: "Bearer",
      expires_in: Math.floor(state.seed.tokenLifetime / 1_000)
    },
    { headers: { "x-request-id": requestId } }
  )
})

/** How long the OIDC tokens of a runner live, in seconds. */
const idTokenSeconds = 300

/** `GET /oidc/token`: an OIDC token, as GitHub's runners get them. */
export const idToken = Effect.fnUntraced(function* (call: Call) {
  const { now, query, state } = call
  const { oidc } = state.seed
  const request = yield* HttpServerRequest.HttpServerRequest
  if (oidc === undefined) return HttpServerResponse.text("404 page not found\n", { status: 404 })
  if (request.headers.authorization !== `Bearer ${oidc.requestToken}`) {
    return HttpServerResponse.text("Unauthorized\n", { status: 401 })
  }
  const issuedAt = Math.floor(now / 1_000)
  const value = yield* Effect.promise(async () =>
    new SignJWT({})
      .setProtectedHeader({ typ: "JWT", alg: "RS256" })
      .setIssuer(oidc.issuer)
      .setSubject(oidc.subject)
      .setAudience(query.get("audience") ?? oidc.audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + idTokenSeconds)
      .sign(await importPKCS8(oidc.privateKey, "RS256"))
  )
  return ok({ count: value.length, value }, call)
})

/** `GET /computeMetadata/v1/instance/service-accounts/default/token`. */
export const metadataToken = Effect.fnUntraced(function* ({ now, state }: Call) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { metadata, tokenLifetime } = state.seed
  if (request.headers["metadata-flavor"] !== "Google") {
    return HttpServerResponse.text("Missing Metadata-Flavor:Google header\n", { status: 403 })
  }
  if (metadata === undefined) return HttpServerResponse.text("404 page not found\n", { status: 404 })
  if (!metadata.enabled) return HttpServerResponse.text("token access is disabled\n", { status: 400 })
  return HttpServerResponse.jsonUnsafe({
    access_token: state.issueToken(now).token,
    expires_in: Math.floor(tokenLifetime / 1_000),
    token_type: "Bearer"
  })
})
