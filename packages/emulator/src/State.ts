/**
 * What an emulator remembers while it runs: issued tokens, how often each fault has struck, and what was asked.
 */
import { randomUUID } from "node:crypto"
import * as Option from "effect/Option"
import * as Fault from "./Fault.ts"
import type { Strike } from "./perform.ts"
import type { Seed, SeedResource } from "./Seed.ts"

/** A request as the emulator saw it. */
export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The faults that struck it; none where it was answered well. */
  faults: ReadonlyArray<Fault.FaultKind>
}

/** The counts of a fault of the seed, or of a header's text for one path. */
interface Counter {
  readonly fault: Fault.Fault
  /** Requests that concerned it. */
  seen: number
  /** Requests that it struck. */
  struck: number
}

/** A request in terms of what a fault can be limited to. */
interface Struck {
  readonly route: Fault.Route
  readonly instance: string | undefined
  readonly path: string
  /** The header `x-emulator-fault`. */
  readonly header: string | undefined
  /** Milliseconds since the first request. */
  readonly elapsed: number
}

export interface State {
  readonly seed: Seed
  /** What the service knows of an instance: of several resources the active one. */
  readonly resourceOf: (id: string) => SeedResource | undefined
  readonly requests: Array<SeenRequest>
  /** The faults that strike this request, after counting it against every one that concerns it. */
  readonly strike: (request: Struck) => ReadonlyArray<Strike>
  /** Whether the limit of requests has room for one more at `now`, and in how many seconds it will have where it has not. */
  readonly admit: (now: number) => { readonly isAdmitted: boolean; readonly waitSeconds: number }
  readonly issueToken: (now: number) => { readonly token: string; readonly expiresAt: number }
  readonly acceptsToken: (token: string, now: number) => boolean
}

/** Fractions from 0 to 1, the same for the same seed. */
const dice = (seed: number) => {
  let state = seed
  return (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x80000000
  }
}

const counterOf = (fault: Fault.Fault): Counter => ({ fault, seen: 0, struck: 0 })

const limitOf = ({ rateLimit }: Seed): State["admit"] => {
  if (rateLimit === undefined) return () => ({ isAdmitted: true, waitSeconds: 0 })
  const { burst = rateLimit.perSecond, perSecond } = rateLimit
  let tokens = burst
  let filledAt: number | undefined
  return (now) => {
    tokens = Math.min(burst, tokens + ((now - (filledAt ?? now)) / 1_000) * perSecond)
    filledAt = now
    if (tokens < 1) return { isAdmitted: false, waitSeconds: Math.ceil((1 - tokens) / perSecond) }
    tokens -= 1
    return { isAdmitted: true, waitSeconds: 0 }
  }
}

export const make = (seed: Seed): State => {
  const issued = new Map<string, number>()
  const resources = new Map<string, SeedResource>()
  const ofAll = seed.faults.map(counterOf)
  const ofInstance = new Map<string, Array<Counter>>()
  for (const resource of seed.resources) {
    const { computeInstanceId, faults } = resource
    const known = resources.get(computeInstanceId)
    if (known === undefined || (resource.isActive === true && known.isActive !== true)) {
      resources.set(computeInstanceId, resource)
    }
    if (faults.length === 0) continue
    ofInstance.set(computeInstanceId, [...(ofInstance.get(computeInstanceId) ?? []), ...faults.map(counterOf)])
  }
  const ofHeader = new Map<string, Counter>()
  const roll = dice(seed.random)

  const headerCounter = (path: string, header: string): ReadonlyArray<Counter> => {
    const key = `${path} ${header}`
    const known = ofHeader.get(key)
    if (known !== undefined) return [known]
    return Option.match(Fault.fromHeader(header), {
      onNone: () => [],
      onSome: (fault) => {
        const counter = counterOf(fault)
        ofHeader.set(key, counter)
        return [counter]
      }
    })
  }

  const strikes = (counter: Counter, { elapsed, route }: Struck): boolean => {
    const { after, from, lasts, on, probability, times } = counter.fault
    if (on !== undefined && on !== route) return false
    if (elapsed < from || (lasts !== undefined && elapsed >= from + lasts)) return false
    counter.seen += 1
    return (
      counter.seen > after &&
      (times === undefined || counter.seen <= after + times) &&
      (probability === 1 || roll() < probability)
    )
  }

  return {
    seed,
    resourceOf: (id) => resources.get(id),
    requests: [],
    strike: (request) =>
      [
        ...ofAll,
        ...(request.instance === undefined ? [] : (ofInstance.get(request.instance) ?? [])),
        ...(request.header === undefined ? [] : headerCounter(request.path, request.header))
      ].flatMap((counter) => {
        if (!strikes(counter, request)) return []
        counter.struck += 1
        return [{ fault: counter.fault, before: counter.struck - 1 }]
      }),
    admit: limitOf(seed),
    issueToken: (now) => {
      const token = `t1.${randomUUID().replaceAll("-", "")}`
      const expiresAt = now + seed.tokenLifetime
      issued.set(token, expiresAt)
      return { token, expiresAt }
    },
    acceptsToken: (token, now) => seed.tokens.includes(token) || (issued.get(token) ?? 0) > now
  }
}
