import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import * as diagnose from "../src/diagnose.ts"
import { notRead } from "../src/Live.ts"
import { waive } from "../src/waive.ts"
import { day, desired, found, hour, now } from "./fleet.ts"
import { declared, forbidden } from "./scope.ts"

const rowOf = (address: string, live: Parameters<typeof compare>[1], groups: ReadonlyArray<string> = []) =>
  compare(desired({ enabled: true }, { address, instance: address === "" ? "" : `i-${address}`, groups }), live, now)

const said = (all: CheckReport["diagnostics"]) =>
  all.map(({ detail, line, severity, summary }) => `${severity} ${line ?? "-"} ${summary}. ${detail}`)

describe("what a report says of access that is denied", () => {
  const denied = (count: number) => Array.from({ length: count }, (_, index) => rowOf(`r${index}`, forbidden))

  it.each([
    ["nothing of four resources", denied(4), 0],
    ["one thing of five, all of them", denied(5), 1],
    ["nothing where one of them was read", [...denied(5), rowOf("r9", found({}))], 0],
    ["nothing where one failed otherwise", [...denied(5), rowOf("r9", notRead("ServerError", "x", "y"))], 0],
    ["nothing of nothing", [], 0]
  ] as const)("is %s", (_, rows, count) => {
    assert.lengthOf(diagnose.denied(rows), count)
  })

  it("names the role", () => {
    assert.match(
      said(diagnose.denied(denied(7)))[0] ?? "",
      /^warning - Access to all 7 resources is denied\. .*backup\.viewer/
    )
  })
})

describe("what a report says of groups without members", () => {
  it("is an error for each, at its place", () => {
    const { groups } = declared('groups: {web: {folders: b1g}, "a\\"\\u001b": {folders: b1g}}')
    assert.deepStrictEqual(said(diagnose.empty(groups)), [
      'error 2 The group "web" has no member. Check its folders, labels and match; --allow-empty accepts it.',
      'error 2 The group "a"\u001b" has no member. Check its folders, labels and match; --allow-empty accepts it.'
    ])
    assert.deepStrictEqual(diagnose.empty([]), [])
  })
})

describe("what a report says of waivers", () => {
  const rows = {
    offline: rowOf("web", found({ enabled: false }), ["g"]),
    unread: rowOf("db", forbidden, ["g2"]),
    // Of the folder of a group, whose instances are not known.
    unknown: rowOf("", forbidden, ["g3"])
  }
  const of = (waiver: string, ...resources: ReadonlyArray<(typeof rows)[keyof typeof rows]>) => {
    const { waivers } = declared(`waivers:\n  - {${waiver}, reason: moving}`)
    const after = waive(waivers, { resources, unlisted: [] }, now)
    return said(diagnose.waivers(waivers, after, now))
  }
  const expired = "until: 2026-03-04"
  const far = "until: 2026-12-31"
  const remove = "Remove it, or correct what it names."

  it.each([
    ["nothing where one does its work", `resource: web, ${far}`, [rows.offline], []],
    [
      "that it waives nothing",
      `resource: web2, ${far}`,
      [rows.offline],
      [`warning 3 The waiver of the resource "web2" waives nothing. ${remove}`]
    ],
    [
      "that it has expired, and what follows",
      `group: g, ${expired}`,
      [rows.offline],
      [
        'warning 3 The waiver of the group "g" has expired (2026-03-04). What it accepted is drift again: mend it, or extend the waiver.'
      ]
    ],
    [
      "that it has expired, and is needed no more",
      `instance: i1, ${expired}`,
      [rows.offline],
      ['warning 3 The waiver of the instance "i1" has expired (2026-03-04). It waives nothing: remove it.']
    ],
    ["nothing of one that could accept what was not compared", `resource: db, ${far}`, [rows.unread], []],
    ["nothing of its instance's", `instance: i-db, ${far}`, [rows.unread], []],
    ["nothing of its group's", `group: g2, ${far}`, [rows.unread], []],
    [
      "that one of another waives nothing all the same",
      `group: g, ${far}`,
      [rows.unread],
      [`warning 3 The waiver of the group "g" waives nothing. ${remove}`]
    ],
    ["nothing of an instance's where a folder was not read", `instance: i1, ${far}`, [rows.offline, rows.unknown], []],
    ["nothing of the group's that is not known", `group: g3, ${far}`, [rows.offline, rows.unknown], []],
    [
      "not that an expired one is needed no more where that is not known",
      `resource: db, ${expired}`,
      [rows.unread],
      [
        'warning 3 The waiver of the resource "db" has expired (2026-03-04). What it accepted is drift again: mend it, or extend the waiver.'
      ]
    ]
  ] as const)("is %s", (_, waiver, resources, expected) => {
    assert.deepStrictEqual(of(waiver, ...resources), [...expected])
  })

  it("is that it ends soon, from two weeks before on", () => {
    const at = (millis: number) => of(`resource: web, until: '${new Date(now + millis).toISOString()}'`, rows.offline)
    assert.deepStrictEqual(at(14 * day + 1), [])
    assert.match(at(14 * day)[0] ?? "", /^warning 3 The waiver of the resource "web" ends in 14d \(2026-03-19T/)
    assert.match(at(hour)[0] ?? "", / ends in 1h .*\. What it accepts will be drift then\.$/)
    assert.match(at(0)[0] ?? "", / has expired /)
  })
})
