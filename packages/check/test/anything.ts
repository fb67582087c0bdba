/** Any declaration, and anything that the service may say. */
import { InstanceId, initStatuses, Resource, resourceTypes, statuses } from "@holdfast/core/Resource"
import { fromEpochMillis } from "@holdfast/core/Timestamp"
import type { Expectations } from "@holdfast/manifest/Expectations"
import { Arbitrary, Schema } from "effect"
import {
  clockSkewLimitMillis,
  firstBackupGraceMillis,
  overdueSlackMillis,
  registrationLimitMillis,
  runningLimitMillis
} from "../src/inspect.ts"
import { type Live, notRead } from "../src/Live.ts"
import { day, hour, now } from "./fleet.ts"

/** Milliseconds before `now`: on each limit, 1 ms beside it, and anywhere in the 40 days around. */
const limits = [
  0,
  hour,
  registrationLimitMillis,
  firstBackupGraceMillis,
  overdueSlackMillis,
  runningLimitMillis,
  -clockSkewLimitMillis
]
const instant = Schema.Union([
  Schema.Literals(limits.flatMap((limit) => [limit - 1, limit, limit + 1])),
  Schema.Int.check(Schema.isBetween({ minimum: -5 * day, maximum: 35 * day }))
])
const span = Schema.Literals([1000, hour, day, 26 * hour, 30 * day])
const text = Schema.Union([Schema.Literals(["", "null", "no_policies_applied"]), Schema.String])

/** What the service may say of an instance. Not optional keys: of many, the generator leaves out nearly all. */
export const LiveFields = Schema.Struct({
  createdAt: Schema.UndefinedOr(instant),
  updatedAt: Schema.UndefinedOr(instant),
  lastBackupTime: Schema.UndefinedOr(instant),
  nextBackupTime: Schema.UndefinedOr(instant),
  online: Schema.Boolean,
  enabled: Schema.Boolean,
  isActive: Schema.Boolean,
  status: Schema.Literals([...statuses, "NEWER"]),
  initStatus: Schema.Literals([...initStatuses, "REGISTRED", "REGISTRED", "REGISTERING", "NEWER"]),
  type: Schema.Literals([...resourceTypes, "NEWER"]),
  statusDetails: text,
  metadata: text
})
export type LiveFields = typeof LiveFields.Type

export const toResource = ({
  createdAt,
  lastBackupTime,
  nextBackupTime,
  updatedAt,
  ...fields
}: LiveFields): Resource => {
  const times = { createdAt, lastBackupTime, nextBackupTime, updatedAt }
  const sent = Object.entries(times).flatMap(([name, ago]) =>
    ago === undefined ? [] : [[name, fromEpochMillis(now - ago)]]
  )
  const computeInstanceId = InstanceId.make("epd5fs8ojqhg0000aaaa")
  return new Resource({ ...fields, computeInstanceId, statusProgress: 0n, resourceId: "", ...Object.fromEntries(sent) })
}
/** Resources as the service may tell of them. */
export const resources = Arbitrary.map(Arbitrary.schema(LiveFields), toResource)

/** What may be declared, but for policies. */
export const expectations: Arbitrary.Arbitrary<Expectations> = Arbitrary.map(
  Arbitrary.schema(
    Schema.Struct({
      enabled: Schema.UndefinedOr(Schema.Boolean),
      online: Schema.UndefinedOr(Schema.Boolean),
      active: Schema.UndefinedOr(Schema.Boolean),
      registered: Schema.UndefinedOr(Schema.Boolean),
      status: Schema.UndefinedOr(Schema.NonEmptyArray(Schema.Literals([...statuses, "NEWER"]))),
      type: Schema.UndefinedOr(Schema.NonEmptyArray(Schema.Literals([...resourceTypes, "NEWER"]))),
      maxBackupAge: Schema.UndefinedOr(span),
      nextBackupWithin: Schema.UndefinedOr(span),
      protected: Schema.UndefinedOr(Schema.Literal(true))
    })
  ),
  (all): Expectations => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
)

const unread = notRead("ConnectionFailed", "no route", "Look at the network.")
/** What may be learnt of an instance. */
export const lives = Arbitrary.map(
  Arbitrary.all([Arbitrary.schema(Schema.Literals(["Found", "Found", "Found", "NotFound", "NotRead"])), resources]),
  ([tag, resource]): Live =>
    tag === "Found" ? { _tag: "Found", resource } : tag === "NotFound" ? { _tag: "NotFound" } : unread
)
