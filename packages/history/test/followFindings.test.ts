import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { type Followed, followFindings } from "../src/followFindings.ts"
import type { StoredFinding } from "../src/StoredFinding.ts"
import { change, denied, drifted, missing, notCompared, report, row, unlisted } from "./support/reports.ts"

const hour = 3_600_000

const follow = (open: ReadonlyArray<StoredFinding>, of: CheckReport, at = 100): Followed =>
  followFindings(open, of, { job: "nightly", runId: `run ${at}`, at, idOf: (key) => `${at} ${key}` })

/** The open findings after a report of the job's first run. */
const openAfter = (of: CheckReport): ReadonlyArray<StoredFinding> => follow([], of, 1).opened

/** What became of each open finding: `kind instance: fate`. */
const fatesOf = ({ opened, resolved, seen, unknown }: Followed): ReadonlyArray<string> => {
  const name = ({ field, instance_id, kind }: StoredFinding) =>
    `${[kind, instance_id, field].filter(Boolean).join(" ")}`
  return [
    ...opened.map((one) => `${name(one)}: opened`),
    ...seen.map((one) => `${name(one)}: seen`),
    ...resolved.map((one) => `${name(one)}: ${one.resolution}`),
    ...unknown.map((one) => `${name(one)}: unknown`)
  ].toSorted()
}

const folder = { folder_id: "b1g", groups: ["web"] }
const unreadFolder = notCompared("", { address: "web/* (b1g)", ...folder })
const read = { reads: [{ method: "Instance.list", folder_id: "b1g", requests: 1, items: 1, why: "" }] }
const registering = change({ field: "registered", reason_code: "HF006", pending: true })

interface Case {
  readonly title: string
  readonly before: CheckReport
  readonly after: CheckReport
  readonly fates: ReadonlyArray<string>
}

const cases: ReadonlyArray<Case> = [
  {
    title: "a resource that is as declared again",
    before: report([drifted("a"), missing("b")]),
    after: report([row("a"), row("b")]),
    fates: ["drift a enabled: in_sync", "missing b: in_sync"]
  },
  {
    title: "drift that is still there",
    before: report([drifted("a")]),
    after: report([drifted("a", { reason: "Otherwise now." })]),
    fates: ["drift a enabled: seen"]
  },
  {
    title: "one field of two",
    before: report([drifted("a", {}, { field: "online", reason_code: "HF003" })]),
    after: report([drifted("a", { field: "online", reason_code: "HF003" })]),
    fates: ["drift a enabled: in_sync", "drift a online: seen"]
  },
  {
    title: "a resource that has drifted otherwise, and of which not all was compared",
    before: report([drifted("a", { field: "policies", reason_code: "HF019" }, {})]),
    after: report([{ ...drifted("a", {}), doubt: denied }]),
    fates: ["drift a enabled: seen", "drift a policies: unknown"]
  },
  {
    title: "another rule for the same field",
    before: report([drifted("a", { field: "maxBackupAge", reason_code: "HF009" })]),
    after: report([drifted("a", { field: "maxBackupAge", reason_code: "HF010" })]),
    fates: ["drift a maxBackupAge: changed", "drift a maxBackupAge: opened"]
  },
  {
    title: "a resource that could not be read",
    before: report([drifted("a"), missing("b")]),
    after: report([notCompared("a"), notCompared("b")]),
    fates: ["drift a enabled: unknown", "missing b: unknown", "not_compared a: opened", "not_compared b: opened"]
  },
  {
    title: "another error of what cannot be read",
    before: report([notCompared("a")]),
    after: report([notCompared("a", { reason_code: "DeadlineExceeded" })]),
    fates: ["not_compared a: seen"]
  },
  {
    title: "a reading after a failed one",
    before: report([notCompared("a"), notCompared("b")]),
    after: report([row("a"), drifted("b")]),
    fates: ["drift b enabled: opened", "not_compared a: changed", "not_compared b: changed"]
  },
  {
    title: "missing after drift, and drift after missing",
    before: report([drifted("a"), missing("b")]),
    after: report([missing("a"), drifted("b")]),
    fates: ["drift a enabled: changed", "drift b enabled: opened", "missing a: opened", "missing b: changed"]
  },
  {
    title: "a transition that explains the drift",
    before: report([drifted("a", { field: "registered", reason_code: "HF006" }, {})]),
    after: report([row("a", { state: "pending", changes: [registering] })]),
    fates: ["drift a enabled: in_sync", "drift a registered: unknown"]
  },
  {
    title: "an instance that the service does not know yet",
    before: report([drifted("a"), missing("b")]),
    after: report([row("a", { state: "pending" }), row("b", { state: "waived", reason_code: "pending" })]),
    fates: ["drift a enabled: unknown", "missing b: unknown"]
  },
  {
    title: "a resource that is declared no more",
    before: report([drifted("a"), missing("b"), notCompared("c")]),
    after: report([row("d")]),
    fates: ["drift a enabled: undeclared", "missing b: undeclared", "not_compared c: undeclared"]
  },
  {
    title: "a run that was interrupted, one that could not begin, and one of nothing",
    before: report([drifted("a")]),
    after: report([row("d")], { interrupted: true }),
    fates: ["drift a enabled: unknown"]
  },
  {
    title: "a report of nothing",
    before: report([drifted("a")]),
    after: report([]),
    fates: ["drift a enabled: unknown"]
  },
  {
    title: "the members of a folder that was not read",
    before: report([
      { ...drifted("m"), ...folder },
      drifted("a"),
      { ...missing("n"), folder_id: "b1h", groups: ["web"] }
    ]),
    after: report([unreadFolder, row("a")]),
    fates: ["drift a enabled: in_sync", "drift m enabled: unknown", "missing n: undeclared", "not_compared: opened"]
  },
  {
    title: "a member whose folder nobody knows, while a folder was not read",
    before: report([{ ...drifted("m"), groups: ["web"] }]),
    after: report([unreadFolder, row("a")]),
    fates: ["drift m enabled: unknown", "not_compared: opened"]
  },
  {
    title: "a resource that is declared no more while a folder was not read",
    before: report([drifted("a")]),
    after: report([unreadFolder]),
    fates: ["drift a enabled: undeclared", "not_compared: opened"]
  },
  {
    title: "a member of a group that is empty all at once, which is an error",
    before: report([{ ...drifted("m"), ...folder }, { ...drifted("n"), ...folder, groups: ["db"] }, drifted("a")]),
    after: report([drifted("b"), { ...row("o"), ...folder, groups: ["db"] }], {
      complete: false,
      diagnostics: [{ severity: "error", summary: 'The group "web" has no member' }]
    }),
    fates: [
      "drift a enabled: undeclared",
      "drift b enabled: opened",
      "drift m enabled: unknown",
      "drift n enabled: undeclared"
    ]
  },
  {
    title: "a member of a group that may be empty",
    before: report([{ ...drifted("m"), ...folder }]),
    after: report([row("b")]),
    fates: ["drift m enabled: undeclared"]
  },
  {
    title: "a folder that is read again",
    before: report([unreadFolder]),
    after: report([{ ...drifted("m"), ...folder }], read),
    fates: ["drift m enabled: opened", "not_compared: changed"]
  },
  {
    title: "a folder that is asked for no more",
    before: report([unreadFolder]),
    after: report([row("a")]),
    fates: ["not_compared: undeclared"]
  },
  {
    title: "an instance that nobody listed, and is listed, or gone, or not asked for any more",
    before: report([row("a")], { unlisted: [unlisted("u"), unlisted("v"), unlisted("w"), unlisted("x")] }),
    after: report([row("u")], { unlisted: [unlisted("w", { mode: "report" }), unlisted("x")], ...read }),
    fates: ["unlisted u: in_sync", "unlisted v: in_sync", "unlisted w: undeclared", "unlisted x: seen"]
  },
  {
    title: "an instance that nobody listed, in a folder that was not read, or that is not named any more",
    before: report([row("a")], { unlisted: [unlisted("u"), unlisted("v", { folder_id: "b1h" })] }),
    after: report([unreadFolder]),
    fates: ["not_compared: opened", "unlisted u: unknown", "unlisted v: undeclared"]
  },
  {
    title: "an instance that is gone and has left its backups",
    before: report([row("a")], { unlisted: [unlisted("u")] }),
    after: report([row("a")], { unlisted: [unlisted("u", { kind: "orphan", reason_code: "HF024" })], ...read }),
    fates: ["unlisted u: changed", "unlisted u: opened"]
  },
  {
    title: "a resource under another name",
    before: report([drifted("a")]),
    after: report([{ ...drifted("a"), address: "billing" }]),
    fates: ["drift a enabled: seen"]
  }
]

describe("followFindings", () => {
  it.each(cases)("follows $title", ({ after, before, fates }) => {
    assert.deepStrictEqual(fatesOf(follow(openAfter(before), after)), fates.toSorted())
  })

  it("finds nothing in what is only reported, or on its way", () => {
    const of = report([row("a", { state: "pending", changes: [registering] })], {
      unlisted: [unlisted("u", { mode: "report" })]
    })
    assert.deepStrictEqual(openAfter(of), [])
  })

  it("keeps what a waiver accepts open, and tells when none does any more", () => {
    const waivedChange = change({ waived: true })
    const waived = row("a", { state: "waived", reason_code: "HF001", changes: [waivedChange] })
    const accepted = follow(
      openAfter(report([drifted("a"), missing("b")])),
      report([waived, row("b", { state: "waived", reason_code: "HF016" })])
    )
    assert.deepStrictEqual(
      accepted.seen.map(({ waived }) => waived),
      [true, true]
    )
    assert.deepStrictEqual(accepted.unwaived, [])
    const again = follow(accepted.seen, report([drifted("a"), row("b")]), 200)
    assert.deepStrictEqual(
      again.unwaived.map(({ instance_id }) => instance_id),
      ["a"]
    )
    assert.isFalse(again.seen[0]?.waived)
  })

  it("counts how often and since when, and since when it is unknown", () => {
    const [first] = openAfter(report([drifted("a")]))
    const [unknown] = follow([first as StoredFinding], report([notCompared("a")]), 10).unknown
    const [still] = follow([unknown as StoredFinding], report([notCompared("a")]), 20).unknown
    assert.strictEqual(still?.unknown_since, 10)
    const [seen] = follow([still as StoredFinding], report([drifted("a")]), 30).seen
    assert.deepInclude(seen, {
      first_seen: 1,
      last_seen: 30,
      seen: 2,
      unknown_since: null,
      first_run: "run 1",
      last_run: "run 30"
    })
    const [over] = follow([still as StoredFinding], report([row("a")]), 40).resolved
    assert.deepInclude(over, { last_seen: 1, resolved_at: 40, resolved_run: "run 40", unknown_since: null, seen: 1 })
  })

  it("takes what comes back for another finding", () => {
    const [first] = openAfter(report([drifted("a")]))
    const back = follow([], report([drifted("a")]), 50).opened[0]
    assert.strictEqual(back?.finding_key, first?.finding_key)
    assert.notStrictEqual(back?.finding_id, first?.finding_id)
    assert.strictEqual(back?.first_seen, 50)
  })

  it("reckons since when a backup is too old, and keeps to it", () => {
    const age = (seconds: number) =>
      drifted("a", { field: "maxBackupAge", reason_code: "HF010", age_seconds: seconds, limit_seconds: 7_200 })
    const at = Date.UTC(2026, 9, 1)
    const { opened } = follow([], report([age(10_800)]), at)
    assert.strictEqual(opened[0]?.began_at, at - hour)
    const { seen } = follow(opened, report([age(14_400)]), at + hour)
    assert.strictEqual(seen[0]?.began_at, at - hour)
    const overdue = drifted("b", { field: "nextBackupWithin", reason_code: "HF013", age_seconds: 60 })
    assert.strictEqual(follow([], report([overdue]), at).opened[0]?.began_at, at - 60_000)
  })

  it("makes one finding of all that a rule finds in a field", () => {
    const policies = { field: "policies", reason_code: "HF019" }
    const of = drifted("a", { ...policies, reason: "One." }, { ...policies, reason: "Two.", waived: true })
    const { opened } = follow([], report([of]))
    assert.deepStrictEqual(
      opened.map(({ reason, waived }) => [reason, waived]),
      [["One. Two.", false]]
    )
  })
})
