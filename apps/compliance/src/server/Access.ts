/**
 * Who may see the dashboard: anybody of this machine where nothing is said, else the holder of a token, or whom a trusted proxy names.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { isLoopback, type Server } from "../config/readServer.ts"
import * as AccessTokens from "./AccessTokens.ts"
import { clientAddress, countedBy, isWithin, plainAddress } from "./addresses.ts"
import { FailedLogins } from "./FailedLogins.ts"
import * as Refused from "./Refused.ts"
import { holderOfSession, sessionMillis, sessionOf } from "./session.ts"

/** Who asks. */
export interface Caller {
  /** `undefined` where nobody has to say who they are. */
  readonly user: string | undefined
  /** By a cookie, which can be given back. */
  readonly hasSession: boolean
  /** By a token that came with the request. */
  readonly hasToken: boolean
}

/** Who does not have to say who they are. */
export const nobody: Caller = { user: undefined, hasSession: false, hasToken: false }

/** What a browser keeps, for a while or, where `maxAge` is 0, no more. */
export interface SessionCookie {
  readonly name: string
  readonly value: string
  readonly options: {
    readonly httpOnly: true
    readonly sameSite: "strict"
    readonly path: "/"
    readonly secure: boolean
    readonly maxAge: number
  }
}

/** What tells a supervisor that the process lives, and works. */
export const probePaths: ReadonlySet<string> = new Set(["/healthz", "/readyz"])

/** Paths that need nobody's leave: the way in, and those. */
export const openPaths: ReadonlySet<string> = new Set(["/login", ...probePaths])

type Request = HttpServerRequest.HttpServerRequest

export class Access extends Context.Service<
  Access,
  {
    readonly identify: (request: Request) => Effect.Effect<Caller, Refused.Refused>
    /** Signs the holder of a token in. */
    readonly signIn: (request: Request, secret: string) => Effect.Effect<SessionCookie, Refused.Refused>
    readonly signOut: SessionCookie
    /** There is a token to sign in with. */
    readonly hasTokens: boolean
  }
>()("@holdfast/compliance/Access") {
  static readonly layer = (
    server: Server
  ): Layer.Layer<Access, AccessTokens.TokenError, FileSystem.FileSystem | FailedLogins> =>
    Layer.effect(Access, make(server))
}

const make = Effect.fnUntraced(function* (server: Server) {
  const logins = yield* FailedLogins
  const tokens = yield* AccessTokens.load(server.tokens)
  const hasTokens = tokens.length > 0
  const isProxy = isWithin(server.proxy?.addresses ?? [])
  const isOpen = !hasTokens && server.proxy === undefined && isLoopback(server.host)
  const isSecure = server.url?.startsWith("https:") === true
  // The prefix makes browsers refuse the cookie of a neighbouring host; it is for TLS only.
  const cookieName = isSecure ? "__Host-holdfast" : "holdfast"

  const cookie = (value: string, maxAge: number): SessionCookie => ({
    name: cookieName,
    value,
    options: { httpOnly: true, sameSite: "strict", path: "/", secure: isSecure, maxAge }
  })

  const addressOf = (request: Request): string => {
    const peer = Option.getOrElse(request.remoteAddress, () => "")
    return countedBy(clientAddress(peer, request.headers["x-forwarded-for"], isProxy))
  }

  /** The holder of a secret, unless too many were wrong before. */
  const check = Effect.fnUntraced(function* (request: Request, secret: string) {
    const address = addressOf(request)
    const wait = yield* logins.wait(address)
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000)
      return yield* Refused.tooMany(seconds)(
        "Too many wrong tokens were tried.",
        `Wait ${seconds} s. If it was not you, see who sends requests from this address.`
      )
    }
    const holder = secret.length > AccessTokens.longest ? undefined : AccessTokens.holderOf(tokens, secret)
    yield* holder === undefined ? logins.failed(address) : logins.succeeded(address)
    return holder
  })

  /** Whom the proxy names. From any other address the header is anybody's word, and passed over. */
  const userOfProxy = (request: Request): string | undefined => {
    if (server.proxy?.userHeader === undefined) return undefined
    if (!isProxy(plainAddress(Option.getOrElse(request.remoteAddress, () => "")))) return undefined
    const user = request.headers[server.proxy.userHeader]
    // Two headers of the name reach us as one with a comma: one of them is not the proxy's.
    return user !== undefined && /^[^\s,\p{C}][^,\p{C}]{0,319}$/u.test(user) ? user.trim() : undefined
  }

  const wrong = Refused.unauthenticated("The token is wrong.", "Check it, or ask whoever runs the dashboard.")

  const identify = Effect.fnUntraced(function* (request: Request): Effect.fn.Return<Caller, Refused.Refused> {
    if (isOpen) return nobody
    const user = userOfProxy(request)
    if (user !== undefined) return { ...nobody, user }
    const header = request.headers.authorization
    const secret = header === undefined ? undefined : /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1]
    if (secret !== undefined && hasTokens) {
      const holder = yield* check(request, secret)
      return holder === undefined ? yield* wrong : { ...nobody, user: holder.name, hasToken: true }
    }
    const now = yield* Clock.currentTimeMillis
    const session = request.cookies[cookieName]
    const holder = session === undefined ? undefined : holderOfSession(tokens, session, now)
    if (holder !== undefined) return { ...nobody, user: holder.name, hasSession: true }
    if (!hasTokens) {
      return yield* Refused.forbidden("The proxy names nobody.", "Come by the address that signs people in.")
    }
    return yield* Refused.unauthenticated(
      "The dashboard is for holders of a token.",
      "Sign in at /login, or send `Authorization: Bearer` with a token."
    )
  })

  const signIn = Effect.fnUntraced(function* (request: Request, secret: string) {
    const holder = yield* check(request, secret.trim())
    if (holder === undefined) return yield* wrong
    const now = yield* Clock.currentTimeMillis
    return cookie(sessionOf(holder, now), sessionMillis / 1000)
  })

  return Access.of({ identify, signIn, signOut: cookie("", 0), hasTokens })
})
