/**
 * `POST /iam/v1/tokens`: a service account's JWT for an IAM token.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import { decodeProtectedHeader, errors, importSPKI, type JWTPayload, jwtVerify } from "jose"
import { rpcError } from "./RpcError.ts"
import type { State } from "./State.ts"

const Body = Schema.Struct({ jwt: Schema.NonEmptyString })

/** The audience that every installation of the cloud takes, beside the server's own token URL. */
const cloudAudience = "https://iam.api.cloud.yandex.net/iam/v1/tokens"

/** The most that `exp` may lie after `iat`, in seconds. */
const maxLifetime = 3600

/** Checks signature, issuer, audience and time; the sentence says what is wrong. */
const verify = async (state: State, jwt: string, audience: string, now: number): Promise<string | undefined> => {
  let payload: JWTPayload
  try {
    const { alg, kid } = decodeProtectedHeader(jwt)
    if (alg !== "PS256") return `the algorithm must be PS256, not ${alg}`
    const account = state.seed.serviceAccounts.find(({ keys }) => keys.some((key) => key.id === kid))
    const key = account?.keys.find(({ id }) => id === kid)
    if (account === undefined || key === undefined) return `the key ${kid} does not exist`
    const verified = await jwtVerify(jwt, await importSPKI(key.publicKey, "PS256"), {
      algorithms: ["PS256"],
      issuer: account.id,
      audience: [audience, cloudAudience],
      currentDate: new Date(now),
      requiredClaims: ["iat", "exp"]
    })
    payload = verified.payload
  } catch (cause) {
    return cause instanceof errors.JOSEError ? cause.message : "the JWT cannot be read"
  }
  return (payload.exp ?? 0) > (payload.iat ?? 0) + maxLifetime ? "exp lies more than an hour after iat" : undefined
}

/** IamToken.create. */
export const createToken = Effect.fnUntraced(function* (state: State, requestId: string) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const body = yield* Effect.option(HttpServerRequest.schemaBodyJson(Body))
  if (body._tag === "None") {
    const violations = [{ field: "jwt", description: "The field is required" }]
    return rpcError("INVALID_ARGUMENT", "Request validation error", requestId, { violations })
  }
  const now = yield* Clock.currentTimeMillis
  const audience = `http://${request.headers.host}/iam/v1/tokens`
  const problem = yield* Effect.promise(() => verify(state, body.value.jwt, audience, now))
  if (problem !== undefined) return rpcError("UNAUTHENTICATED", `JWT is invalid: ${problem}`, requestId)
  const { expiresAt, token } = state.issueToken(now)
  return HttpServerResponse.jsonUnsafe(
    { iamToken: token, expiresAt: new Date(expiresAt).toISOString() },
    { headers: { "x-request-id": requestId } }
  )
})
