/**
 * The cookie of a browser that has signed in: whose token it was and until when, signed with that token. Every replica can check it,
 * a restart keeps it, and a token that is replaced ends it.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import type { AccessToken } from "./AccessTokens.ts"

/** How long a browser stays signed in. */
export const sessionMillis = 12 * 3_600_000

const signature = ({ name, secret }: AccessToken, until: number): Buffer =>
  createHmac("sha256", Redacted.value(secret)).update(`holdfast session\n${name}\n${until}`).digest()

/** The cookie's value for the holder of a token. */
export const sessionOf = (token: AccessToken, now: number): string => {
  const until = now + sessionMillis
  return [Buffer.from(token.name).toString("base64url"), until, signature(token, until).toString("base64url")].join(".")
}

/** The holder of a cookie's value; `undefined` where it is none of ours, or has ended. */
export const holderOfSession = (
  tokens: ReadonlyArray<AccessToken>,
  value: string,
  now: number
): AccessToken | undefined => {
  const [, name = "", until = "", mac = ""] = /^([\w-]{1,400})\.(\d{1,15})\.([\w-]{43})$/.exec(value) ?? []
  const given = Buffer.from(mac, "base64url")
  const token = tokens.find((each) => Buffer.from(each.name).toString("base64url") === name)
  if (token === undefined || given.length !== 32 || Number(until) <= now) return undefined
  return timingSafeEqual(signature(token, Number(until)), given) ? token : undefined
}
