/**
 * What an emulator remembers while it runs: resources, issued tokens, how often each fault has struck, and what was asked.
 */
import { randomUUID } from "node:crypto"
import * as Option from "effect/Option"
import { parse as parseDuration } from "./Duration.ts"
import * as Fault from "./Fault.ts"
import type { Seed, SeedResource } from "./Seed.ts"

/** A request as the emulator saw it. */
export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** One `times`/`after` count: of a fault of the seed, or of a header's text for one path. */
interface Counter {
  readonly fault: Fault.Fault
  seen: number
}

export interface State {
  readonly seed: Seed
  /** In the order of the seed; an id may come more than once, the active one counts for a get. */
  readonly resources: ReadonlyArray<SeedResource>
  readonly requests: Array<SeenRequest>
  /** The faults that strike this request, after counting it against every one that concerns it. */
  readonly strike: (
    route: Fault.Route,
    instance: string | undefined,
    path: string,
    header: string | undefined
  ) => Array<Fault.Fault>
  readonly issueToken: (now: number) => { readonly token: string; readonly expiresAt: number }
  readonly acceptsToken: (token: string, now: number) => boolean
}

export const make = (seed: Seed): State => {
  const issued = new Map<string, number>()
  const ofAll = seed.faults.map((fault): Counter => ({ fault, seen: 0 }))
  const ofInstance = new Map<string, Array<Counter>>()
  for (const { computeInstanceId, faults } of seed.resources) {
    const counters = ofInstance.get(computeInstanceId) ?? []
    ofInstance.set(computeInstanceId, [...counters, ...faults.map((fault): Counter => ({ fault, seen: 0 }))])
  }
  const ofHeader = new Map<string, Counter>()

  const headerCounter = (path: string, header: string): ReadonlyArray<Counter> => {
    const key = `${path} ${header}`
    const known = ofHeader.get(key)
    if (known !== undefined) return [known]
    return Option.match(Fault.fromHeader(header), {
      onNone: () => [],
      onSome: (fault) => {
        const counter = { fault, seen: 0 }
        ofHeader.set(key, counter)
        return [counter]
      }
    })
  }

  return {
    seed,
    resources: seed.resources,
    requests: [],
    strike: (route, instance, path, header) =>
      [
        ...ofAll,
        ...(instance === undefined ? [] : (ofInstance.get(instance) ?? [])),
        ...(header === undefined ? [] : headerCounter(path, header))
      ]
        .filter(({ fault }) => fault.on === undefined || fault.on === route)
        .filter((counter) => {
          const { after, times } = counter.fault
          counter.seen += 1
          return counter.seen > after && (times === undefined || counter.seen <= after + times)
        })
        .map(({ fault }) => fault),
    issueToken: (now) => {
      const token = `t1.${randomUUID().replaceAll("-", "")}`
      const expiresAt = now + seed.tokenLifetime
      issued.set(token, expiresAt)
      return { token, expiresAt }
    },
    acceptsToken: (token, now) => seed.tokens.includes(token) || (issued.get(token) ?? 0) > now
  }
}

const instant = (text: string, now: number): string => {
  const span = parseDuration(text)
  return span === undefined ? text : new Date(now + span).toISOString()
}

const isDefault = (value: unknown): boolean =>
  value === undefined ||
  value === false ||
  value === "" ||
  value === 0 ||
  (typeof value === "string" && value.endsWith("_UNSPECIFIED"))

/** The resource as proto3 JSON at `now`: fields at their defaults are left out, as the service may do. */
export const toJson = (resource: SeedResource, now: number, { tenantInfo }: { readonly tenantInfo: boolean }) => {
  const {
    createdAt,
    faults: _,
    folderId,
    lastBackupTime,
    nextBackupTime,
    statusProgress,
    updatedAt,
    ...rest
  } = resource
  const fields = {
    ...rest,
    ...(createdAt === undefined ? {} : { createdAt: instant(createdAt, now) }),
    ...(updatedAt === undefined ? {} : { updatedAt: instant(updatedAt, now) }),
    ...(lastBackupTime === undefined ? {} : { lastBackupTime: instant(lastBackupTime, now) }),
    ...(nextBackupTime === undefined ? {} : { nextBackupTime: instant(nextBackupTime, now) }),
    ...(statusProgress === undefined ? {} : { statusProgress: String(statusProgress) }),
    ...(tenantInfo ? { tenantInfo: { folderId } } : {})
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isDefault(value)))
}
