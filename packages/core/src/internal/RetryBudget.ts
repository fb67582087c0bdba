/**
 * How many repeated requests a client may send in all, so that an outage is not made worse by those who wait for its end: a
 * token bucket as the AWS SDKs' standard mode has it since 2026 (500 tokens; a repeated request costs 14, and gets them back
 * when its read succeeds; a read that needs none adds 1).
 *
 * gRPC's retry throttling (A6) gives nothing back, so that a client would stop repeating at 30 % of failures though every
 * read succeeds in the end; the vendor's SDKs (6 tokens, 0.1 for a success) stop after three failures in a row.
 */
const capacity = 500
const cost = 14
const reward = 1

export interface RetryBudget {
  /** Takes what a repeated request costs, or says that nothing is left. */
  readonly withdraw: () => boolean
  /** A read has succeeded after `retries` requests that were paid for. */
  readonly settle: (retries: number) => void
}

export const make = (): RetryBudget => {
  let tokens = capacity
  return {
    withdraw: () => {
      if (tokens < cost) return false
      tokens -= cost
      return true
    },
    settle: (retries) => {
      tokens = Math.min(capacity, tokens + (retries === 0 ? reward : retries * cost))
    }
  }
}
