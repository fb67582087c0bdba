/**
 * How often a wrong token may be tried: by one address, and by all together. Nothing of it outlives the process.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** So many at once, and then one in each so many milliseconds. */
interface Limit {
  readonly burst: number
  readonly refillMillis: number
}

const perAddress: Limit = { burst: 10, refillMillis: 60_000 }
const together: Limit = { burst: 100, refillMillis: 6_000 }

/** How many addresses are remembered that failed, or that signed in. */
const maxAddresses = 10_000

/** What failures cost that are not forgiven yet, in milliseconds, as of a time. */
interface Tally {
  readonly debt: number
  readonly at: number
}

const none: Tally = { debt: 0, at: 0 }

const left = ({ at, debt }: Tally, now: number): number => Math.max(0, debt - (now - at))

/** How long until one more may be tried. */
const waitOf = (tally: Tally, { burst, refillMillis }: Limit, now: number): number =>
  Math.max(0, left(tally, now) - (burst - 1) * refillMillis)

const oneMore = (tally: Tally, { refillMillis }: Limit, now: number): Tally => ({
  debt: left(tally, now) + refillMillis,
  at: now
})

/** Puts a key last, and drops the first where there are too many. */
const remember = <A>(map: Map<string, A>, key: string, value: A): void => {
  map.delete(key)
  map.set(key, value)
  if (map.size <= maxAddresses) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

export class FailedLogins extends Context.Service<
  FailedLogins,
  {
    /** How many milliseconds an address has to wait before it may try a token; 0: it may now. */
    readonly wait: (address: string) => Effect.Effect<number>
    readonly failed: (address: string) => Effect.Effect<void>
    /** A token was right: what others fail keeps this address out no more. */
    readonly succeeded: (address: string) => Effect.Effect<void>
  }
>()("@holdfast/compliance/FailedLogins") {
  static readonly layer = Layer.sync(FailedLogins, () => {
    const tallies = new Map<string, Tally>()
    const known = new Map<string, true>()
    let all = none
    return FailedLogins.of({
      wait: (address) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const own = waitOf(tallies.get(address) ?? none, perAddress, now)
          return known.has(address) ? own : Math.max(own, waitOf(all, together, now))
        }),
      failed: (address) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          remember(tallies, address, oneMore(tallies.get(address) ?? none, perAddress, now))
          all = oneMore(all, together, now)
        }),
      succeeded: (address) => Effect.sync(() => remember(known, address, true))
    })
  })
}
