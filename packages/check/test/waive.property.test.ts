import { assert, describe, it } from "@effect/vitest"
import { type Waiver, waivableFields, waiverTargets } from "@holdfast/manifest/Waiver"
import { Arbitrary, Schema } from "effect"
import { summarize } from "../src/Check.ts"
import { ResourceReport, type Unlisted } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import { exitCodeOf, failingOf } from "../src/ExitCode.ts"
import { type Findings, waive } from "../src/waive.ts"
import { expectations, lives } from "./anything.ts"
import { day, desired, now } from "./fleet.ts"

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 1000)
const run = (seed: string) => ({ arbitrary: { runs, seed } })

const index = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))

/** Rows `r0` … of the instances `i0` …, each claimed by some of three groups, and as many that nobody listed. */
const findings: Arbitrary.Arbitrary<Findings> = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.all([expectations, lives, Arbitrary.schema(Schema.Array(index)), Arbitrary.schema(Schema.Boolean)]),
    { maxLength: 4 }
  ),
  (all) => ({
    resources: all.map(([declared, live, groups], at) =>
      compare(
        desired(declared, {
          address: `r${at}`,
          instance: `i${at}`,
          groups: [...new Set(groups.map((group) => `g${group}`))].toSorted()
        }),
        live,
        now
      )
    ),
    unlisted: all.map(
      ([, , , isOrphan], at): Unlisted => ({
        kind: isOrphan ? "orphan" : "instance",
        instance_id: `u${at}`,
        name: isOrphan ? "" : `vm-${at}`,
        folder_id: "b1g",
        mode: at % 2 === 0 ? "fail" : "report",
        waived: false,
        severity: "high",
        reason_code: isOrphan ? "HF024" : "HF023",
        reason: "x",
        remedy: "y"
      })
    )
  })
)

const letter = { resource: "r", group: "g", instance: "i" } as const

const waivers: Arbitrary.Arbitrary<Waiver> = Arbitrary.map(
  Arbitrary.schema(
    Schema.Struct({
      kind: Schema.Literals([...waiverTargets, "instance"]),
      at: index,
      isUnlisted: Schema.Boolean,
      fields: Schema.UndefinedOr(Schema.NonEmptyArray(Schema.Literals(waivableFields))),
      days: Schema.Literals([-1, 0, 1, 100])
    })
  ),
  ({ at, days, fields, isUnlisted, kind }) => ({
    kind,
    target: `${kind === "instance" && isUnlisted ? "u" : letter[kind]}${at}`,
    ...(fields === undefined ? {} : { fields }),
    until: now + days * day,
    untilText: "2026-12-31",
    reason: "moving",
    source: { path: "backup.yaml", line: 7, column: 3 }
  })
)

const isAbout = ({ kind, target }: Waiver, row: ResourceReport): boolean =>
  kind === "resource"
    ? row.address === target
    : kind === "instance"
      ? row.instance_id === target
      : row.groups.includes(target)
const accepts = ({ fields }: Waiver, field: string): boolean => fields === undefined || fields.includes(field)

const codeOf = ({ resources, unlisted }: Findings): number =>
  exitCodeOf(summarize(resources, 0), {
    interrupted: false,
    allowEmpty: false,
    emptyGroups: 0,
    failing: failingOf({ resources, unlisted }, "info")
  })

/** What each state can become by a further waiver. */
const becomes: Readonly<Record<ResourceReport["state"], ReadonlyArray<ResourceReport["state"]>>> = {
  in_sync: ["in_sync"],
  not_compared: ["not_compared"],
  waived: ["waived"],
  missing: ["missing", "waived"],
  pending: ["pending", "waived"],
  drifted: ["drifted", "pending", "waived", "not_compared"]
}

describe("a further waiver", () => {
  const both = [findings, Arbitrary.array(waivers, { maxLength: 3 }), waivers] as const

  it.prop(
    "turns each row into what it may, and accepts nothing but what it names",
    [...both],
    ([found, known, added]) => {
      const before = waive(known, found, now)
      const after = waive([...known, added], found, now)
      const isLive = now < added.until
      for (const [at, row] of before.resources.entries()) {
        const next = after.resources[at] as ResourceReport
        assert.isTrue(Schema.is(ResourceReport)(next))
        assert.include(becomes[row.state], next.state)
        const isSettled = row.state === "in_sync" || row.state === "waived"
        if (!isLive || !isAbout(added, row) || isSettled) {
          // One that is waived already may say of one more who accepts it.
          assert.deepStrictEqual({ ...next, reason: "" }, { ...row, reason: "" })
          if (row.state !== "waived" || !isLive || !isAbout(added, row)) assert.strictEqual(next.reason, row.reason)
          continue
        }
        assert.deepStrictEqual(
          next.changes.map(({ waived: _, ...change }) => change),
          row.changes.map(({ waived: _, ...change }) => change)
        )
        for (const [number, change] of row.changes.entries()) {
          const isWaived = change.waived === true || accepts(added, change.field)
          assert.strictEqual(next.changes[number]?.waived === true, isWaived)
        }
        const left = next.changes.filter(({ waived }) => waived !== true)
        if (next.state === "waived") {
          assert.isEmpty(left)
          if (row.state === "missing") assert.isTrue(accepts(added, "missing"))
          // A pending row turns green only by the very changes that are pending.
          else assert.isTrue(row.changes.every(({ field, waived }) => waived === true || accepts(added, field)))
          if (row.state === "pending") assert.isNotEmpty(row.changes)
        }
        // What doubt was beside drift is left when that is accepted.
        if (next.state === "not_compared") {
          assert.deepStrictEqual(next.error, row.state === "drifted" ? row.doubt : row.error)
          assert.isTrue(left.every(({ pending }) => pending === true))
        } else assert.strictEqual(next.doubt, row.doubt)
        if (next.state === "drifted") assert.isTrue(left.some(({ pending }) => pending !== true))
        if (next.state === "pending" && next.changes.length > 0) {
          assert.isTrue(left.length > 0 && left.every(({ pending }) => pending === true))
        }
      }
      for (const [at, row] of before.unlisted.entries()) {
        const isNamed = added.kind === "instance" && added.target === row.instance_id && accepts(added, "unlisted")
        assert.deepStrictEqual(after.unlisted[at], { ...row, waived: row.waived || (isLive && isNamed) })
      }
    },
    run("a further waiver")
  )

  it.prop(
    "never hides what could not be told: the exit code is 0 only where every row is as declared or waived",
    [...both],
    ([found, known, added]) => {
      const before = waive(known, found, now)
      const after = waive([...known, added], found, now)
      const unread = (all: Findings) => all.resources.filter(({ state }) => state === "not_compared").length
      const isTold = (row: ResourceReport) => row.doubt === undefined && row.state !== "not_compared"
      assert.isAtLeast(unread(after), unread(before))
      if (found.resources.every(isTold)) assert.strictEqual(unread(after), 0)
      for (const row of after.resources) if (row.state !== "drifted") assert.notProperty(row, "doubt")
      if (codeOf(after) !== 0 || codeOf(before) === 0) return
      const turned = after.resources.filter((row, at) => row.state !== before.resources[at]?.state)
      assert.isTrue(turned.every((row) => row.state === "waived" && isAbout(added, row)))
    },
    run("what could not be told")
  )

  it.prop(
    "is used, unused or expired, and says so of no other",
    [...both],
    ([found, known, added]) => {
      const before = waive(known, found, now)
      const after = waive([...known, added], found, now)
      const whole = [...after.used, ...after.unused, ...after.expired]
      assert.lengthOf(whole, known.length + 1)
      const count = ({ expired, unused, used }: typeof before) => [used.length, unused.length, expired.length]
      const more = count(after).map((number, at) => number - (count(before)[at] as number))
      assert.deepStrictEqual(more.toSorted(), [0, 0, 1])
      assert.strictEqual(more[2] === 1, now >= added.until)
      const touched = new Set([
        ...after.resources
          .filter(({ changes, state }) => state === "waived" || changes.some(({ waived }) => waived))
          .map(({ address }) => address),
        ...after.unlisted.filter(({ waived }) => waived).map(({ instance_id }) => instance_id)
      ])
      assert.deepStrictEqual(
        [...new Set(after.used.flatMap((waiver) => waiver.accepts))].toSorted(),
        [...touched].toSorted()
      )
    },
    run("what a waiver did")
  )
})
