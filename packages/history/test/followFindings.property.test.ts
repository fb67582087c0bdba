/**
 * A sequence of random runs against a simple model, which knows how the fleet is and what each run could see of it, and
 * nothing of reports.
 */

import { assert, describe, it } from "@effect/vitest"
import type { Change, CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { Arbitrary, Schema } from "effect"
import { type Followed, followFindings } from "../src/followFindings.ts"
import type { StoredFinding } from "../src/StoredFinding.ts"
import { change, denied, missing, notCompared, report, row, unlisted } from "./support/reports.ts"

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 1000)

const fields = ["enabled", "policies"] as const
const codes = ["HF001", "HF002"] as const
const FieldState = Schema.Literals(["fine", "fine", "pending", ...codes, "waived"])

/** How an instance is, and what a run could see of it. */
const Machine = Schema.Struct({
  declared: Schema.Literals([true, true, true, false]),
  seen: Schema.Literals(["compared", "compared", "compared", "denied", "missing", "waived missing", "not known yet"]),
  enabled: FieldState,
  policies: FieldState,
  /** Of one that has drifted: not all of it could be compared. */
  isDoubted: Schema.Boolean
})
type Machine = typeof Machine.Type

/** `folder`: whether that of the members, and of those that nobody lists, could be read. */
const Night = Schema.Struct({
  folder: Schema.Literals(["read", "read", "unread"]),
  run: Schema.Literals(["whole", "whole", "whole", "interrupted", "nothing"]),
  resource: Machine,
  members: Schema.Tuple([Machine, Machine]),
  stray: Schema.Literals(["gone", "unlisted", "waived", "listed", "reported"])
})
type Night = typeof Night.Type

const nights = Arbitrary.array(Arbitrary.schema(Night), { maxLength: 12 })
const folder = { folder_id: "b1g", groups: ["web"] }

const changesOf = (machine: Machine): ReadonlyArray<Change> =>
  fields.flatMap((field) => {
    const state = machine[field]
    if (state === "fine") return []
    if (state === "pending") return [change({ field, reason_code: "HF001", pending: true })]
    if (state === "waived") return [change({ field, reason_code: "HF001", waived: true })]
    return [change({ field, reason_code: state })]
  })

/** Without drift, a check would say that it was not compared. */
const isDoubted = (machine: Machine): boolean =>
  machine.isDoubted && fields.some((field) => !["fine", "pending"].includes(machine[field]))

const rowOf = (id: string, machine: Machine, more: Partial<ResourceReport>): ResourceReport => {
  if (machine.seen === "denied") return notCompared(id, more)
  if (machine.seen === "missing") return missing(id, more)
  if (machine.seen === "waived missing") return missing(id, { ...more, state: "waived" })
  if (machine.seen === "not known yet") return row(id, { ...more, state: "pending" })
  const changes = changesOf(machine)
  const [first] = changes.filter(({ pending, waived }) => pending !== true && waived !== true)
  const isPending = changes.some(({ pending }) => pending === true)
  const state = first !== undefined ? "drifted" : isPending ? "pending" : changes.length > 0 ? "waived" : "in_sync"
  const reason_code = first?.reason_code ?? (state === "waived" ? "HF001" : state)
  const doubt = isDoubted(machine) ? { doubt: denied } : {}
  return row(id, { ...more, state, changes, reason_code, ...doubt })
}

const reportOf = ({ folder: isRead, members, resource, run, stray }: Night): CheckReport => {
  if (run === "nothing") return report([])
  const rows = [
    ...(resource.declared ? [rowOf("r", resource, {})] : []),
    ...(isRead === "unread"
      ? [notCompared("", { address: "web/* (b1g)", ...folder })]
      : members.flatMap((machine, at) => (machine.declared ? [rowOf(`m${at}`, machine, folder)] : []))),
    ...(isRead === "read" && stray === "listed" ? [row("u", folder)] : []),
    row("always")
  ]
  const unlistedNow =
    isRead === "unread" || stray === "gone" || stray === "listed"
      ? []
      : [unlisted("u", { waived: stray === "waived", mode: stray === "reported" ? "report" : "fail" })]
  const reads =
    isRead === "unread" ? [] : [{ method: "Instance.list", folder_id: "b1g", requests: 1, items: 1, why: "" }]
  return report(rows, { unlisted: unlistedNow, reads, interrupted: run === "interrupted" })
}

/** What the model says of a finding in a night: it is there (waived or not), it is over, or nobody can tell. */
type Word = "there" | "waived" | "over" | "unknown"

/** Of a drift, a missing or a failed reading of one machine whose folder, if any, was read. */
const ofMachine = (machine: Machine, kind: string, field: string, code: string): Word => {
  const { seen } = machine
  if (kind === "not_compared") return seen === "denied" ? "there" : "over"
  if (seen === "denied" || seen === "not known yet") return "unknown"
  const isMissing = seen === "missing" || seen === "waived missing"
  if (kind === "missing") return seen === "missing" ? "there" : isMissing ? "waived" : "over"
  if (isMissing) return "over"
  const state = machine[field === "enabled" ? "enabled" : "policies"]
  if (state === "pending") return "unknown"
  if (state === "waived") return code === "HF001" ? "waived" : "over"
  if (state === "fine" && isDoubted(machine)) return "unknown"
  return state === code ? "there" : "over"
}

const wordOn = (night: Night, id: string, kind: string, field: string, code: string): Word => {
  if (night.run === "nothing") return "unknown"
  if (id === "") return night.folder === "unread" ? "there" : night.run === "interrupted" ? "unknown" : "over"
  const isHidden = id !== "r" && night.folder === "unread"
  if (isHidden) return "unknown"
  if (id === "u") {
    if (night.stray === "unlisted") return "there"
    if (night.stray === "waived") return "waived"
    return night.stray === "gone" && night.run === "interrupted" ? "unknown" : "over"
  }
  const machine = id === "r" ? night.resource : night.members[id === "m0" ? 0 : 1]
  if (!machine.declared) return night.run === "interrupted" ? "unknown" : "over"
  return ofMachine(machine, kind, field, code)
}

/** All that can be wrong. */
const everything: ReadonlyArray<readonly [id: string, kind: string, field: string, code: string]> = [
  ...["r", "m0", "m1"].flatMap((id) => [
    ...fields.flatMap((field) => codes.map((code) => [id, "drift", field, code] as const)),
    [id, "missing", "", "HF016"] as const,
    [id, "not_compared", "", ""] as const
  ]),
  ["", "not_compared", "", ""],
  ["u", "unlisted", "", "HF023"]
]

interface Known {
  readonly first: number
  readonly seen: number
  readonly last: number
  readonly unknownSince: number | null
  readonly waived: boolean
}

const nameOf = (finding: StoredFinding): string =>
  JSON.stringify([
    finding.instance_id,
    finding.kind,
    finding.field,
    finding.kind === "not_compared" ? "" : finding.reason_code
  ])

/** The model: what is open after a night, and what has ended in it. */
const modelNight = (open: ReadonlyMap<string, Known>, night: Night, at: number) => {
  const after = new Map<string, Known>()
  const ended: Array<string> = []
  for (const one of everything) {
    const name = JSON.stringify(one)
    const known = open.get(name)
    const word = wordOn(night, ...one)
    if (word === "there" || word === "waived") {
      const waived = word === "waived"
      const again = { last: at, unknownSince: null, waived }
      after.set(
        name,
        known === undefined ? { first: at, seen: 1, ...again } : { ...known, seen: known.seen + 1, ...again }
      )
    } else if (known !== undefined && word === "over") ended.push(name)
    else if (known !== undefined) after.set(name, { ...known, unknownSince: known.unknownSince ?? at })
  }
  return { after, ended }
}

const openOf = ({ opened, seen, unknown }: Followed): ReadonlyArray<StoredFinding> => [...opened, ...seen, ...unknown]

describe("followFindings", () => {
  it.prop(
    "agrees with the model, night after night",
    [nights],
    ([all]) => {
      let open: ReadonlyArray<StoredFinding> = []
      let model: ReadonlyMap<string, Known> = new Map()
      const ids = new Set<string>()
      all.forEach((night, index) => {
        const at = index + 1
        const run = { job: "nightly", runId: `run ${at}`, at, idOf: (key: string) => `${at} ${key}` }
        const followed = followFindings(open, reportOf(night), run)
        const { after, ended } = modelNight(model, night, at)
        assert.deepStrictEqual(followed.resolved.map(nameOf).toSorted(), ended.toSorted())
        for (const { last_seen, resolution, resolved_at, resolved_run } of followed.resolved) {
          assert.isNotNull(resolution)
          assert.isBelow(last_seen, at)
          assert.deepStrictEqual([resolved_at, resolved_run], [at, run.runId])
        }
        open = openOf(followed)
        const got = new Map(
          open.map((one) => [
            nameOf(one),
            {
              first: one.first_seen,
              seen: one.seen,
              last: one.last_seen,
              unknownSince: one.unknown_since,
              waived: one.waived
            }
          ])
        )
        assert.deepStrictEqual(new Map([...got].toSorted()), new Map([...after].toSorted()))
        for (const { finding_id } of followed.opened) {
          assert.isFalse(ids.has(finding_id))
          ids.add(finding_id)
        }
        assert.strictEqual(new Set(open.map(({ finding_key }) => finding_key)).size, open.length)
        model = after
      })
    },
    { arbitrary: { runs, seed: "nights" } }
  )
})
