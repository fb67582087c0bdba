/**
 * Knows an endpoint that is down from one that fails now and then. While it is down one read at a time is let through to see
 * whether it is back; the others wait for a while, then fail at once.
 *
 * It opens after 10 failures in a row that no answer came between and that are not all of one resource: a single resource
 * that the service fails on must not stop the others. resilience4j's window of 100 calls is too slow for a run of 16 reads at
 * a time.
 */

/** Failures in a row that open it, and of how many reads they must be. */
const failuresToOpen = 10
const readsToOpen = 3

/**
 * When the endpoint is first tried again, and the longest time between two tries, in milliseconds: a second, or as much as
 * makes two dozen tries of the time that reads would wait, since each read has only so many.
 */
const firstProbeMillis = 100
const maxProbeMillis = 1_000
const probesOfPatience = 24

/** How long reads wait for an endpoint that has never answered, in milliseconds: it is a wrong address, as like as not. */
const strangerPatienceMillis = 3_000

/** What a read that wants to be sent is told. */
export type Verdict<E> =
  /** It may go. */
  | "go"
  /** It may go, alone: what becomes of it decides. */
  | "probe"
  /** To ask again after so many milliseconds, or when something has been recorded. */
  | number
  /** The endpoint has been down for longer than the read would wait: why, by the last failure. */
  | E

/** A request that the service did not answer. */
export interface Failure<E> {
  readonly error: E
  /** What was asked for. */
  readonly key: string
  readonly wasProbe: boolean
  /** Spreads probes, 0 to 1. */
  readonly random: number
}

export interface CircuitBreaker<E> {
  /**
   * What a read that would wait up to `patience` milliseconds for the endpoint may do at `now`. Once that has passed, only a
   * read that has not been sent yet may see whether the endpoint is back.
   */
  readonly ask: (now: number, patience: number, isRetry: boolean) => Verdict<E>
  /** The probe is on its way, for a read that would wait up to `patience` milliseconds. */
  readonly probe: (patience: number) => void
  /** The endpoint has answered. */
  readonly succeed: () => void
  /** A request, the probe or one from before, got no answer of the service. */
  readonly fail: (now: number, failure: Failure<E>) => void
  /** The probe was called off before it ended. */
  readonly abandon: () => void
  readonly isOpen: () => boolean
}

export const make = <E>(): CircuitBreaker<E> => {
  const keys = new Set<string>()
  let failures = 0
  let hasAnswered = false
  let opened: { readonly at: number; error: E } | undefined
  let interval = firstProbeMillis
  let maxInterval = maxProbeMillis
  let nextProbeAt = 0
  let isProbing = false

  return {
    isOpen: () => opened !== undefined,
    ask: (now, patience, isRetry) => {
      if (opened === undefined) return "go"
      const endsAt = opened.at + (hasAnswered ? patience : Math.min(patience, strangerPatienceMillis))
      if (!isProbing && now >= nextProbeAt && (now < endsAt || !isRetry)) return "probe"
      if (now >= endsAt) return opened.error
      return (isProbing ? endsAt : Math.min(endsAt, nextProbeAt)) - now
    },
    probe: (patience) => {
      isProbing = true
      maxInterval = Math.max(maxProbeMillis, patience / probesOfPatience)
    },
    abandon: () => {
      isProbing = false
    },
    succeed: () => {
      hasAnswered = true
      isProbing = false
      opened = undefined
      failures = 0
      if (keys.size > 0) keys.clear()
    },
    fail: (now, { error, key, random, wasProbe }) => {
      failures += 1
      if (keys.size < readsToOpen) keys.add(key)
      if (opened === undefined) {
        if (failures < failuresToOpen || keys.size < readsToOpen) return
        opened = { at: now, error }
        interval = firstProbeMillis
      } else {
        opened.error = error
        if (!wasProbe) return
        isProbing = false
        interval = Math.min(maxInterval, interval * 2)
      }
      nextProbeAt = now + interval * (0.75 + random / 4)
    }
  }
}
