/**
 * Sends what waits in the outbox, and looks for what no run tells. Every replica may do it: each message is one replica's for a while.
 * A message is sent at least once; one that cannot be sent for a day is given up, and stays in sight.
 */

import type { HistoryError } from "@holdfast/history/HistoryError"
import type { LeasedMessage } from "@holdfast/history/Outbox"
import { Outbox } from "@holdfast/history/Outbox"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { whyOf } from "../Failure.ts"
import { Alert } from "./Alert.ts"
import type { Alerts } from "./AlertsConfig.ts"
import { announceMissed, announceWaivers } from "./announce.ts"
import { announced, recall } from "./recall.ts"
import type { SendError } from "./SendError.ts"
import { send } from "./send.ts"

/** How many messages a replica sends at a time, and for how long they are its own: longer than sending may take. */
const atOnce = 4
const leaseMillis = 60_000

const hour = 3_600_000

/** For how long a message is tried, from when it was due. */
const patience = 24 * hour

/** What nobody took within this time has no replica that knows its channel. */
const overdue = 26 * hour

/** Missed ticks that are older are no news. */
const missedWithin = 24 * hour

const dayMillis = 24 * hour

/** How long to wait before trying again: twice as long each time, up to a quarter of an hour, and never all replicas at once. */
export const retryMillis = (attempts: number, random: number, asked = 0): number => {
  const most = Math.min(15 * 60_000, 10_000 * 2 ** Math.min(20, attempts - 1))
  return Math.max(asked, Math.round(most * (0.5 + random / 2)))
}

type Outcome = "sent" | "failed" | "given_up" | "dropped"

const counted = (channel: string, outcome: Outcome) =>
  Metric.update(
    Metric.counter("holdfast_alerts_total", {
      description: "Alerts by channel, and by what came of an attempt to send one",
      attributes: { channel, outcome },
      incremental: true
    }),
    1
  )

const decode = Schema.decodeUnknownResult(Alert)

const annotate = ({ channel, event, id, job }: LeasedMessage) =>
  Effect.annotateLogs({ alert_id: id, channel, event, job })

/** What is left of a message, sent; or why it was not. */
const sendWhatIsTrue = Effect.fnUntraced(function* (alerts: Alerts, message: LeasedMessage, alert: Alert) {
  const outbox = yield* Outbox
  const channel = alerts.channels.find(({ name }) => name === message.channel)
  const run = alert.run === null ? undefined : { job: alert.job, runId: alert.run.run_id }
  const left = recall(alert, yield* outbox.since(announced(alert), run))
  if (left === undefined || channel === undefined) return "dropped" as const
  return yield* Effect.result(send(alerts, channel, left))
})

const afterFailure = Effect.fnUntraced(function* (message: LeasedMessage, error: SendError) {
  const outbox = yield* Outbox
  const age = (yield* outbox.now) - Math.max(message.createdAt, message.notBefore)
  if (age >= patience) {
    yield* outbox.giveUp(message, error.detail)
    yield* Effect.logError(`An alert was given up after ${message.attempts} attempts: ${error.detail}`)
    return "given_up" as const
  }
  const pause = retryMillis(message.attempts, yield* Random.next, error.retryAfterMillis)
  yield* outbox.failed(message, error.detail, pause)
  yield* Effect.logWarning(`${error.message}; it is tried again in ${Math.ceil(pause / 1000)} s`)
  return "failed" as const
})

const handle = Effect.fnUntraced(function* (alerts: Alerts, message: LeasedMessage) {
  const outbox = yield* Outbox
  const alert = decode(message.payload)
  if (Result.isFailure(alert)) {
    yield* outbox.giveUp(message, "it was written by another version of Holdfast, and cannot be understood")
    yield* Effect.logError("An alert was given up: it cannot be understood")
    return yield* counted(message.channel, "given_up")
  }
  const result = yield* sendWhatIsTrue(alerts, message, alert.success)
  if (result === "dropped") {
    yield* outbox.dropped(message)
    yield* Effect.logInfo("An alert was not sent: what it announced is over")
    return yield* counted(message.channel, "dropped")
  }
  if (Result.isFailure(result)) return yield* counted(message.channel, yield* afterFailure(message, result.failure))
  yield* outbox.sent(message)
  yield* Effect.logInfo("An alert was sent")
  yield* counted(message.channel, "sent")
})

/** Sends some of what is due; answers how many messages that were. */
export const deliver = Effect.fn("alerts.deliver")(function* (alerts: Alerts) {
  const outbox = yield* Outbox
  const channels = alerts.channels.map(({ name }) => name)
  const messages = yield* outbox.lease({ channels, limit: atOnce, leaseMillis })
  yield* Effect.forEach(
    messages,
    (message) =>
      handle(alerts, message).pipe(
        // Others need not wait for the lease to end.
        Effect.onInterrupt(() => Effect.ignore(outbox.failed(message, "the replica was stopped", 0))),
        annotate(message)
      ),
    { concurrency: atOnce, discard: true }
  )
  return messages.length
})

/** Writes messages about what no run tells: missed ticks, and waivers about to end. Any number of replicas write each once. */
export const look = Effect.fn("alerts.look")(function* (alerts: Alerts) {
  const outbox = yield* Outbox
  const now = yield* outbox.now
  const missed = yield* outbox.missed(missedWithin)
  const [longest = 0] = alerts.waiverDays
  const ending = longest === 0 ? [] : yield* outbox.ending(longest * dayMillis)
  yield* outbox.add([
    ...missed.flatMap((each) => announceMissed(alerts, each, now)),
    ...announceWaivers(alerts, ending, now)
  ])
  for (const { channel, id, job, lastError } of yield* outbox.giveUpOverdue(overdue)) {
    yield* counted(channel, "given_up")
    yield* Effect.logError(`An alert was given up: ${lastError}`).pipe(
      Effect.annotateLogs({ alert_id: id, channel, job })
    )
  }
})

/** Again and again; what fails, or dies, is logged, and tried again a little later: runs go on without alerts. */
const forever = <R>(effect: Effect.Effect<number, HistoryError, R>, what: string): Effect.Effect<never, never, R> =>
  effect.pipe(
    Effect.catchCause((cause) =>
      Effect.as(Effect.logWarning(`${what} failed, and is tried again: ${whyOf(cause)}`), 5_000)
    ),
    Effect.flatMap((pause) => Effect.sleep(pause)),
    Effect.forever
  )

/** Sends and looks until it is interrupted. Does nothing where no channel is configured. */
export const sendAlerts = (alerts: Alerts): Effect.Effect<never, never, Outbox | FileSystem.FileSystem> => {
  if (alerts.channels.length === 0) return Effect.never
  const delivering = Effect.map(deliver(alerts), (count) => (count === atOnce ? 0 : 2_000))
  const looking = Effect.as(look(alerts), 60_000)
  return Effect.flatMap(
    Effect.all([forever(delivering, "Sending alerts"), forever(looking, "Looking for alerts")], {
      concurrency: "unbounded",
      discard: true
    }),
    () => Effect.never
  )
}

/** For how long a program that is about to end tries to send what is due. */
const flushMillis = 30_000

/** Looks, and sends what is due, but not what has to wait: for a program that ends, and may have no other replica. */
export const flush = Effect.fn("alerts.flush")(function* (alerts: Alerts) {
  if (alerts.channels.length === 0) return
  const all = Effect.andThen(look(alerts), Effect.repeat(deliver(alerts), { until: (count) => count === 0 }))
  yield* Effect.timeoutOption(all, flushMillis).pipe(
    Effect.catch((error) => Effect.logWarning(`Alerts could not be sent, and wait: ${error.message}`))
  )
})
