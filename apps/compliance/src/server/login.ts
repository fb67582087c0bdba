/**
 * The way in and out for browsers.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { links } from "../dashboard/links.ts"
import { loginPage, safeTarget } from "../dashboard/plainPages.ts"
import { Access, type SessionCookie } from "./Access.ts"
import { pageAnswer, refusal } from "./answers.ts"
import * as Refused from "./Refused.ts"

const form = Schema.Struct({ token: Schema.String, to: Schema.optionalKey(Schema.String) })

/** What the form holds is short. */
const maxBytes = ByteSize.bytes(8192)

const to = (target: string, { name, options, value }: SessionCookie) =>
  Effect.orDie(
    HttpServerResponse.setCookie(HttpServerResponse.redirect(target, { status: 303 }), name, value, {
      ...options,
      maxAge: options.maxAge * 1000
    })
  )

const isPossible = Effect.flatMap(Access, ({ hasTokens }) =>
  hasTokens
    ? Effect.void
    : Effect.fail(Refused.notFound("There are no tokens to sign in with.", "Open the dashboard's first page."))
)

const showLogin = HttpRouter.route(
  "GET",
  links.login,
  Effect.andThen(
    isPossible,
    Effect.suspend(() => pageAnswer(loginPage({ to: "/", problem: undefined, isFromElsewhere: false }), undefined))
  )
)

const signIn = HttpRouter.route(
  "POST",
  links.login,
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const access = yield* Access
    yield* isPossible
    const sent = yield* HttpServerRequest.schemaBodyUrlParams(form).pipe(
      Effect.mapError(() => Refused.badRequest("The form is not as the page sends it.", "Sign in on the page.")),
      Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes)
    )
    const target = safeTarget(sent.to ?? "/")
    return yield* access.signIn(request, sent.token).pipe(
      Effect.flatMap((cookie) => to(target, cookie)),
      // The page for the next attempt knows where to go.
      Effect.catch((refused) => refusal(request, refused, target))
    )
  })
)

const signOut = HttpRouter.route(
  "POST",
  links.logout,
  Effect.gen(function* () {
    const access = yield* Access
    return yield* to(links.login, access.signOut)
  })
)

export const loginRoutes = Layer.mergeAll(HttpRouter.addAll([showLogin, signIn, signOut]))
