import { assert, describe, it } from "@effect/vitest"
import { initStatuses } from "@holdfast/core/Resource"
import { toEpochMillis } from "@holdfast/core/Timestamp"
import { type Expectations, fields as expectationFields } from "@holdfast/manifest/Expectations"
import { Schema } from "effect"
import { ResourceReport } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import { clockSkewLimitMillis, overdueSlackMillis } from "../src/inspect.ts"
import { type Live, notRead } from "../src/Live.ts"
import { expectations, LiveFields, lives, toResource } from "./anything.ts"
import { desired, now } from "./fleet.ts"

const run = (seed: string) => ({ arbitrary: { runs: 1500, seed } })
const names = Object.keys(expectationFields) as ReadonlyArray<keyof Expectations>

/** The names that a bit set selects. */
const chosen = (bits: number) => names.filter((_, index) => (bits >> index) % 2 === 1)
const bits = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** names.length - 1 }))
const without = (all: Expectations, dropped: ReadonlyArray<keyof Expectations>): Expectations =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !dropped.includes(name as keyof Expectations)))

describe("compare", () => {
  it.prop(
    "gives every resource one state of the report's schema, with changes exactly where it is drifted or pending",
    [expectations, lives],
    ([declared, live]) => {
      const report = compare(desired(declared), live, now)
      assert.isTrue(Schema.is(ResourceReport)(report))
      assert.strictEqual(report.changes.length > 0, report.state === "drifted" || report.state === "pending")
      assert.strictEqual(report.error !== null, report.state === "not_compared")
      assert.notStrictEqual(report.reason, "")
      if (report.state === "drifted") {
        assert.isTrue(report.changes.some(({ reason_code }) => reason_code === report.reason_code))
      }
    },
    run("states")
  )

  it.prop(
    "never takes what was not read for anything else",
    [expectations, Schema.String],
    ([declared, detail]) => {
      const { changes, error, state } = compare(desired(declared), notRead("Tag", detail, "x"), now)
      assert.deepStrictEqual([state, changes, error?.detail], ["not_compared", [], detail])
    },
    run("unread")
  )

  it.prop(
    "is total for any moment, and gives the same verdict again",
    [expectations, lives, Schema.Int],
    ([declared, live, moment]) => {
      const report = compare(desired(declared), live, moment)
      assert.isTrue(Schema.is(ResourceReport)(report))
      assert.deepStrictEqual(compare(desired(declared), live, moment), report)
    },
    run("moments")
  )

  it.prop(
    "finds a resource in sync that satisfies, by construction, what is declared",
    [Schema.Struct({ ...LiveFields.fields, initStatus: Schema.Literals(initStatuses.slice(0, 4)) }), bits],
    ([fields, selection]) => {
      const resource = toResource(fields)
      const age = resource.lastBackupTime === undefined ? undefined : now - toEpochMillis(resource.lastBackupTime)
      const wait = resource.nextBackupTime === undefined ? undefined : toEpochMillis(resource.nextBackupTime) - now
      const { enabled, initStatus, isActive, online, status, statusDetails, type } = resource
      const told = [resource.createdAt, resource.updatedAt, resource.lastBackupTime].flatMap((time) => time ?? [])
      const isSkewed = told.some((time) => toEpochMillis(time) > now + clockSkewLimitMillis)
      const isProtected =
        !isSkewed &&
        age !== undefined &&
        !["FAILED", "NEWER"].includes(status) &&
        !statusDetails.includes("no_policies_applied")
      const all: Expectations = {
        enabled,
        online,
        active: isActive,
        registered: initStatus === "REGISTRED",
        status: ["OTHER", status],
        type: [type],
        ...(age === undefined || isSkewed ? {} : { maxBackupAge: Math.max(1, age) }),
        ...(wait === undefined || isSkewed || wait < -overdueSlackMillis
          ? {}
          : { nextBackupWithin: Math.max(1, wait) }),
        // The flags are declared beside it, as they are: they win over what `protected` asks for.
        ...(isProtected ? { protected: true } : {})
      }
      const declared = without(all, isProtected ? chosen(selection & ~0b1111) : chosen(selection))
      assert.strictEqual(compare(desired(declared), { _tag: "Found", resource }, now).state, "in_sync")
    },
    run("in sync")
  )

  it.prop(
    "finds no more where less is declared",
    [expectations, lives, bits],
    ([declared, live, selection]) => {
      const before = compare(desired(declared), live, now)
      if (before.state === "not_compared") return
      // What stands beside `protected` overrides it, so that only all of it together can be taken away.
      const dropped = declared.protected === true ? (["protected"] as const) : chosen(selection)
      const known = before.changes.map((change) => JSON.stringify(change))
      for (const change of compare(desired(without(declared, dropped)), live, now).changes) {
        assert.include(known, JSON.stringify(change))
      }
    },
    run("less")
  )

  /** The fields that each expectation looks at; the registration and its times concern them all. */
  const looksAt: { readonly [Name in keyof Required<Expectations>]: ReadonlyArray<keyof LiveFields> } = {
    enabled: ["enabled"],
    online: ["online"],
    active: ["isActive"],
    registered: ["metadata"],
    status: ["status", "statusDetails"],
    type: ["type"],
    maxBackupAge: ["lastBackupTime"],
    nextBackupWithin: ["nextBackupTime", "status", "lastBackupTime"],
    policies: [],
    protected: ["enabled", "online", "isActive", "metadata", "status", "statusDetails", "lastBackupTime"]
  }

  it.prop(
    "does not depend on fields that no expectation looks at",
    [expectations, LiveFields, LiveFields],
    ([declared, fields, others]) => {
      const seen = new Set<string>(["initStatus", "createdAt", "updatedAt"])
      for (const name of names) if (name in declared) for (const field of looksAt[name]) seen.add(field)
      const own = Object.entries(fields).filter(([name]) => seen.has(name))
      const foreign = Object.entries(others).filter(([name]) => !seen.has(name))
      const changed = Object.fromEntries([...own, ...foreign]) as LiveFields
      const verdictOf = (of: LiveFields) => {
        const live: Live = { _tag: "Found", resource: toResource(of) }
        // In sync, the reason tells of the last backup whether or not it is declared.
        const { reason, ...verdict } = compare(desired(declared), live, now)
        return { ...verdict, reason: verdict.state === "in_sync" ? "" : reason }
      }
      assert.deepStrictEqual(verdictOf(changed), verdictOf(fields))
    },
    run("undeclared")
  )
})
