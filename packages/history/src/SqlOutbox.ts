/**
 * `Outbox` on the database of a history.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Fragment } from "effect/sql/Statement"
import { askTotals } from "./askTotals.ts"
import { couldTell } from "./couldTell.ts"
import { Database } from "./Database.ts"
import { decoded } from "./decoded.ts"
import { inBatches } from "./inBatches.ts"
import { announceNews } from "./news.ts"
import { type GivenUpMessage, type LeasedMessage, Outbox, type RecordedMissed } from "./Outbox.ts"
import { toOutboxRow } from "./outboxRow.ts"
import type { OutboxMessage } from "./RunStore.ts"
import { storableText } from "./storableText.ts"

interface Row {
  readonly outbox_id: string
  readonly channel: string
  readonly job: string
  readonly event: string
  readonly payload_json: string
  readonly created_at: number
  readonly not_before: number
  readonly attempts: number
  readonly given_up_at: number | null
  readonly last_error: string | null
}

/** The longest error that is kept, in units of its text. */
const maxError = 500

const givenUpOf = (row: Row): GivenUpMessage => ({
  id: row.outbox_id,
  channel: row.channel,
  job: row.job,
  event: row.event,
  createdAt: row.created_at,
  givenUpAt: row.given_up_at ?? 0,
  attempts: row.attempts,
  lastError: row.last_error ?? ""
})

const make = (database: Database["Service"]): Outbox["Service"] => {
  const { now, read, sql, transact } = database
  const news = announceNews(sql)
  const isOpen = sql`sent_at IS NULL AND given_up_at IS NULL AND dropped_at IS NULL`
  const skipLocked = sql.onDialectOrElse({ pg: () => sql`FOR UPDATE SKIP LOCKED`, orElse: () => sql`` })

  const add = Effect.fn("Outbox.add")(function* (messages: ReadonlyArray<OutboxMessage>) {
    const step = Effect.gen(function* () {
      const at = yield* now
      const rows = messages.map((message) => toOutboxRow(message, at))
      let added = 0
      yield* inBatches(rows, (some) =>
        Effect.map(
          sql`INSERT INTO outbox ${sql.insert(some)} ON CONFLICT (outbox_id) DO NOTHING RETURNING outbox_id`,
          (inserted) => {
            added += inserted.length
          }
        )
      )
      return added
    })
    return messages.length === 0 ? 0 : yield* transact("add messages", step)
  })

  const lease = Effect.fn("Outbox.lease")(function* (options: Parameters<Outbox["Service"]["lease"]>[0]) {
    const { channels, leaseMillis, limit } = options
    if (channels.length === 0) return []
    const action = "take messages"
    const step = Effect.gen(function* () {
      const at = yield* now
      const rows = yield* sql<Row>`
        UPDATE outbox SET leased_until = ${at + leaseMillis}, attempts = attempts + 1
        WHERE outbox_id IN (
          SELECT outbox_id FROM outbox
          WHERE ${isOpen} AND not_before <= ${at} AND leased_until <= ${at} AND ${sql.in("channel", channels)}
          ORDER BY not_before LIMIT ${limit} ${skipLocked}
        ) RETURNING *`
      return { at, rows }
    })
    const { at, rows } = yield* transact(action, step)
    return yield* decoded(database, action, () =>
      rows
        .toSorted((a, b) => a.not_before - b.not_before || (a.outbox_id < b.outbox_id ? -1 : 1))
        .map(
          (row): LeasedMessage => ({
            id: row.outbox_id,
            channel: row.channel,
            job: row.job,
            event: row.event,
            payload: JSON.parse(row.payload_json),
            createdAt: row.created_at,
            notBefore: row.not_before,
            attempts: row.attempts,
            takenAt: at
          })
        )
    )
  })

  /** Notes what came of a message, if nobody has taken it since: each taking has a number of its own. */
  const settle = (action: string, { attempts, id }: LeasedMessage, change: (at: number) => Fragment) =>
    transact(
      action,
      Effect.gen(function* () {
        const rows = yield* sql`
          UPDATE outbox SET ${change(yield* now)}
          WHERE outbox_id = ${id} AND attempts = ${attempts} AND ${isOpen} RETURNING outbox_id`
        return rows.length > 0
      })
    )

  const errorOf = (error: string): string => storableText(error.slice(0, maxError))

  const missed = Effect.fn("Outbox.missed")(function* (withinMillis: number) {
    const step = Effect.flatMap(
      now,
      (at) => sql<{ job: string; tick: number; why: string; created_at: number }>`
        SELECT job, tick, why, created_at FROM runs
        WHERE state = 'missed' AND created_at > ${at - withinMillis} ORDER BY job, created_at, tick`
    )
    const together = new Map<string, { job: string; recordedAt: number; ticks: Array<{ tick: number; why: string }> }>()
    for (const { created_at, job, tick, why } of yield* read("read missed runs", step)) {
      const key = JSON.stringify([job, created_at])
      const known = together.get(key)
      if (known === undefined) together.set(key, { job, recordedAt: created_at, ticks: [{ tick, why }] })
      else known.ticks.push({ tick, why })
    }
    const found: ReadonlyArray<RecordedMissed> = [...together.values()]
    return found
  })

  const since = Effect.fn("Outbox.since")(function* (
    findings: ReadonlyArray<string>,
    run: { readonly job: string; readonly runId: string } | undefined
  ) {
    const action = "read what has happened since"
    const over =
      findings.length === 0
        ? []
        : yield* read(
            action,
            sql<{ finding_id: string }>`
              SELECT finding_id FROM findings
              WHERE ${sql.in("finding_id", findings)} AND (resolved_at IS NOT NULL OR waived = 1)`
          )
    const told =
      run === undefined
        ? []
        : yield* read(
            action,
            sql`
              SELECT run_id FROM runs
              WHERE job = ${run.job} AND ${couldTell(sql)}
                AND started_at > (SELECT started_at FROM runs WHERE run_id = ${run.runId}) LIMIT 1`
          )
    return { over: new Set(over.map(({ finding_id }) => finding_id)), hasTold: told.length > 0 }
  })

  const { waivers } = askTotals(database)

  return Outbox.of({
    now: read("read the time", now),
    add,
    lease,
    sent: (message) => settle("note that a message was sent", message, (at) => sql`sent_at = ${at}, last_error = NULL`),
    dropped: (message) => settle("drop a message", message, (at) => sql`dropped_at = ${at}`),
    failed: (message, error, retryMillis) =>
      settle(
        "note that a message was not sent",
        message,
        (at) => sql`leased_until = ${at + retryMillis}, last_error = ${errorOf(error)}`
      ),
    giveUp: (message, error) =>
      Effect.tap(
        settle("give up a message", message, (at) => sql`given_up_at = ${at}, last_error = ${errorOf(error)}`),
        (isDone) => (isDone ? read("give up a message", news) : Effect.void)
      ),
    giveUpOverdue: (millis) =>
      transact(
        "give up messages",
        Effect.gen(function* () {
          const at = yield* now
          const error = "No replica sent it in time: its channel may be in the configuration no more."
          const rows = yield* sql<Row>`
            UPDATE outbox SET given_up_at = ${at}, last_error = COALESCE(last_error, ${error})
            WHERE ${isOpen} AND not_before < ${at - millis} AND leased_until <= ${at} RETURNING *`
          if (rows.length > 0) yield* news
          return rows.map(givenUpOf)
        })
      ),
    givenUp: (limit) =>
      Effect.map(
        read(
          "read what was given up",
          sql<Row>`SELECT * FROM outbox WHERE given_up_at IS NOT NULL ORDER BY given_up_at DESC, outbox_id LIMIT ${limit}`
        ),
        (rows) => rows.map(givenUpOf)
      ),
    waiting: Effect.map(
      read(
        "read what waits",
        sql<{ count: number; since: number | null }>`
          SELECT COUNT(*) AS count, MIN(not_before) AS since FROM outbox WHERE ${isOpen}`
      ),
      ([row]) => ({ count: row?.count ?? 0, since: row?.since ?? null })
    ),
    since,
    missed,
    ending: (withinMillis) =>
      Effect.flatMap(read("read the time", now), (at) =>
        Effect.map(waivers({}), (all) =>
          all.filter(({ state, until_at }) => {
            const left = Date.parse(until_at) - at
            return state !== "expired" && left > 0 && left <= withinMillis
          })
        )
      )
  })
}

/** The outbox over `Database`. */
export const layer: Layer.Layer<Outbox, never, Database> = Layer.effect(Outbox, Effect.map(Database, make))
