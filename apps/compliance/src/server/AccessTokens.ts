/**
 * The secrets that open the dashboard: read once at the start, compared in constant time.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { TokenSource } from "../config/readServer.ts"
import { secretText } from "../secretText.ts"

/** A token, by the name of its holder. */
export interface AccessToken {
  readonly name: string
  readonly secret: Redacted.Redacted
}

/** A token cannot be used. */
export class TokenError extends Schema.TaggedError<TokenError>("@holdfast/compliance/TokenError")("TokenError", {
  name: Schema.String,
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `The access token "${this.name}" cannot be used: ${this.detail}`
  }
}

/** The shortest secret: 128 bits in hexadecimal take 32 characters, 20 are more than anybody can guess at our pace. */
const shortest = 20

/** The longest secret, in characters. */
export const longest = 1000

const make = "Make one with `openssl rand -hex 32`."

const tokenOf = Effect.fnUntraced(function* ({ name, secret: source }: TokenSource) {
  const refuse = (detail: string, remedy: string) => new TokenError({ name, detail, remedy })
  const secret = yield* Effect.mapError(secretText(source), ({ detail }) =>
    refuse(detail, `Set it, or let this account read it. ${make}`)
  )
  const { length } = Redacted.value(secret)
  if (length < shortest) return yield* refuse(`it has fewer than ${shortest} characters`, make)
  // A header holds nothing else.
  if (length > longest || !/^[\x21-\x7e]+$/.test(Redacted.value(secret))) {
    return yield* refuse(`it is not ${shortest} to ${longest} letters, digits and signs without spaces`, make)
  }
  return { name, secret }
})

/** Reads the tokens. */
export const load = (
  sources: ReadonlyArray<TokenSource>
): Effect.Effect<ReadonlyArray<AccessToken>, TokenError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const tokens = yield* Effect.forEach(sources, tokenOf)
    for (const [index, { name, secret }] of tokens.entries()) {
      const twin = tokens.slice(0, index).find((other) => Redacted.value(other.secret) === Redacted.value(secret))
      if (twin === undefined) continue
      return yield* new TokenError({
        name,
        detail: `it is the same as that of "${twin.name}"`,
        remedy: `Give each its own. ${make}`
      })
    }
    return tokens
  })

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** The holder of a secret. All are compared, so that the time tells nothing. */
export const holderOf = (tokens: ReadonlyArray<AccessToken>, secret: string): AccessToken | undefined => {
  const given = digest(secret)
  let holder: AccessToken | undefined
  for (const token of tokens) if (timingSafeEqual(digest(Redacted.value(token.secret)), given)) holder = token
  return holder
}
