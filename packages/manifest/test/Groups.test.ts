import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SourceText } from "../src/Diagnostic.ts"
import { claims, fits, type Group } from "../src/Group.ts"
import { type ParsedFile, parse } from "../src/Manifest.ts"
import { parseUntil } from "../src/Waiver.ts"
import { check } from "./check.ts"

const read = (text: string): ParsedFile => {
  const file = parse(new SourceText("fleet.yaml", `version: 1\n${text}`))
  assert.deepStrictEqual(file.diagnostics, [])
  return file
}

describe("a manifest's groups", () => {
  it.effect("say where their members are, which, and what they must satisfy", () =>
    Effect.sync(() => {
      const { groups } = read(`defaults: {online: true, owner: ops, tags: {a: "1", b: "2"}}
groups:
  production:
    folders: [b1ga, b1gb, b1ga]
    labels: {env: prod, tier: [gold, silver], empty: "0"}
    match: {name: web-*}
    exclude: [web-canary, epd1]
    expect: {protected: true, policies: [daily, daily], maxBackupAge: 26h}
    severity: critical
    owner: platform
    tags: {b: "3"}
  rest: {folders: b1ga}
`)
      assert.deepStrictEqual(groups, [
        {
          name: "production",
          folders: ["b1ga", "b1gb"],
          labels: { env: ["prod"], tier: ["gold", "silver"], empty: ["0"] },
          names: ["web-*"],
          exclude: ["web-canary", "epd1"],
          own: {
            expectations: {
              protected: true,
              policies: { names: ["daily"], isExact: true },
              maxBackupAge: 93_600_000
            },
            severity: "critical",
            owner: "platform",
            tags: { b: "3" }
          },
          defaults: { expectations: { online: true }, owner: "ops", tags: { a: "1", b: "2" } },
          source: { path: "fleet.yaml", line: 4, column: 3 }
        },
        {
          name: "rest",
          folders: ["b1ga"],
          labels: {},
          names: [],
          exclude: [],
          own: { expectations: {} },
          defaults: { expectations: { online: true }, owner: "ops", tags: { a: "1", b: "2" } },
          source: { path: "fleet.yaml", line: 13, column: 3 }
        }
      ])
    })
  )

  it.effect("stand beside folders, waivers and the severities of rules", () =>
    Effect.sync(() => {
      const { folders, rules, waivers } = read(`folders: {b1ga: {unlisted: fail, severity: low}, b1gb: {}}
rules: {HF010: info}
waivers:
  - {instance: epd1, until: 2026-12-31, reason: moving, fields: [maxBackupAge, missing], approvedBy: a@b, ticket: T-1}
  - {group: g, until: "2026-12-31T12:00:00+03:00", reason: moving}
`)
      assert.deepStrictEqual(
        folders.map(({ folder, severity, unlisted }) => [folder, unlisted, severity]),
        [
          ["b1ga", "fail", "low"],
          ["b1gb", "report", "high"]
        ]
      )
      assert.deepStrictEqual(
        rules.map(({ code, severity, source }) => [code, severity, source.line]),
        [["HF010", "info", 3]]
      )
      assert.deepStrictEqual(waivers, [
        {
          kind: "instance",
          target: "epd1",
          until: Date.UTC(2027, 0, 1),
          untilText: "2026-12-31",
          reason: "moving",
          fields: ["maxBackupAge", "missing"],
          approvedBy: "a@b",
          ticket: "T-1",
          source: { path: "fleet.yaml", line: 5, column: 6 }
        },
        {
          kind: "group",
          target: "g",
          until: Date.UTC(2026, 11, 31, 9),
          untilText: "2026-12-31T12:00:00+03:00",
          reason: "moving",
          source: { path: "fleet.yaml", line: 6, column: 6 }
        }
      ])
    })
  )

  it.effect("leave resources what they say themselves apart from the defaults", () =>
    Effect.sync(() => {
      const [resource] = read(
        "defaults: {online: true, severity: low, tags: {a: x}}\nresources: {r: {instance: i, enabled: true, owner: me, tags: {b: y}}}\n"
      ).resources
      assert.deepStrictEqual(resource, {
        address: "r",
        instance: "i",
        expectations: { online: true, enabled: true },
        severity: "low",
        isSeverityInherited: true,
        owner: "me",
        tags: { a: "x", b: "y" },
        own: { expectations: { enabled: true }, owner: "me", tags: { b: "y" } },
        defaults: { expectations: { online: true }, severity: "low", tags: { a: "x" } },
        source: { path: "fleet.yaml", line: 3, column: 13 }
      })
    })
  )

  it.effect("carry defaults of their own in place of those of the file, and so do resources", () =>
    Effect.sync(() => {
      const { groups, resources } = read(`defaults: {online: true, severity: low}
groups:
  g: {folders: f, expect: {enabled: true}, defaults: {maxBackupAge: 2h}}
resources:
  a: {instance: i, defaults: {enabled: false, owner: me}}
  b: {instance: j, defaults: {}}
  c: {instance: k}
`)
      assert.deepStrictEqual(groups[0]?.defaults, { expectations: { maxBackupAge: 7_200_000 } })
      assert.deepStrictEqual(
        resources.map(({ defaults, expectations, owner, severity }) => ({ defaults, expectations, owner, severity })),
        [
          {
            defaults: { expectations: { enabled: false }, owner: "me" },
            expectations: { enabled: false },
            owner: "me",
            severity: "high"
          },
          { defaults: { expectations: {} }, expectations: { enabled: true }, owner: undefined, severity: "high" },
          {
            defaults: { expectations: { online: true }, severity: "low" },
            expectations: { online: true },
            owner: undefined,
            severity: "low"
          }
        ]
      )
    })
  )

  it.effect("must agree with their own defaults", () =>
    check(
      `version: 1
defaults: {enabled: false}
groups:
  g: {folders: f, expect: {protected: true}, defaults: {enabled: false, policies: [a]}}
  h: {folders: f, expect: {enabled: true}, defaults: {enabled: false, policies: [a]}}
resources:
  a: {instance: i, protected: true, defaults: {enabled: false}}
  b: {instance: j, protected: true, defaults: {instance: k}}
  c: {instance: l, protected: true, defaults: {}}
`,
      [
        "4:28 `protected` contradicts `enabled: false` of the `defaults`",
        "7:20 `protected` contradicts `enabled: false` of the `defaults`",
        '8:48 `defaults` has no field "instance"'
      ]
    )
  )
})

describe("a group's claim", () => {
  const group: Group = {
    name: "g",
    folders: ["b1g"],
    labels: { env: ["prod", "live"] },
    names: ["web-*"],
    exclude: ["web-canary*", "epd9"],
    own: { expectations: {} },
    defaults: { expectations: {} },
    source: { path: "f", line: 1, column: 1 }
  }
  it.each([
    ["epd1", "b1g", "web-1", { env: "prod" }, true],
    ["epd1", "b1g", "web-1", { env: "live", more: "x" }, true],
    ["epd1", "b1g", "web-1", { env: "test" }, false],
    ["epd1", "b1g", "web-1", {}, false],
    ["epd1", "b1g", "db-1", { env: "prod" }, false],
    ["epd1", "b1h", "web-1", { env: "prod" }, false],
    ["epd9", "b1g", "web-1", { env: "prod" }, false],
    ["epd1", "b1g", "web-canary-2", { env: "prod" }, false]
  ] as ReadonlyArray<readonly [string, string, string, Record<string, string>, boolean]>)(
    "on %s in %s, %s %j is %s",
    (id, folder, name, labels, expected) => {
      assert.strictEqual(claims(group, { id, folder, name, labels }), expected)
    }
  )

  it.each([
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["web-?", "web-1", true],
    ["web-?", "web-", false],
    ["web-?", "web-12", false],
    ["?", "😀", true],
    ["a*b*c", "aXbYbZc", true],
    ["a*b*c", "aXbYbZ", false],
    ["**a", "aaa", true],
    ["a.c", "abc", false],
    ["[a]", "a", false],
    [`${"*a".repeat(200)}b`, "a".repeat(5_000), false]
  ] as const)("pattern %j on %j: %s", (pattern, text, expected) => {
    assert.strictEqual(fits(pattern, text), expected)
  })

  it.effect.prop(
    "agrees with the regular expression that means the same",
    { pattern: Schema.Array(Schema.Literals(["*", "?", "a", "b"])), text: Schema.Array(Schema.Literals(["a", "b"])) },
    ({ pattern, text }) =>
      Effect.sync(() => {
        const same = pattern.map((piece) => (piece === "*" ? ".*" : piece === "?" ? "." : piece)).join("")
        assert.strictEqual(fits(pattern.join(""), text.join("")), new RegExp(`^${same}$`).test(text.join("")))
      }),
    { arbitrary: { runs: 1000, seed: "patterns" } }
  )
})

describe("until", () => {
  it.each([
    ["2026-02-28", Date.UTC(2026, 2, 1)],
    ["2026-02-29", undefined],
    ["2026-13-01", undefined],
    ["2026-06-31", undefined],
    ["2026-06-31T00:00:00Z", undefined],
    ["26-06-30", undefined],
    ["2026-06-30T25:00:00Z", undefined],
    ["2026-06-30T10:00:00", undefined],
    ["2026-06-30T10:00:00.5Z", Date.UTC(2026, 5, 30, 10, 0, 0, 500)],
    ["tomorrow", undefined]
  ] as const)("reads %s", (text, expected) => {
    assert.strictEqual(parseUntil(text), expected)
  })
})

const about = "This waiver is about nothing"
const mistakes: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
  ["groups that are a list", "groups: [a]", ["2:9 `groups` is a mapping, and this is a list"]],
  ["a group without folders", "groups: {a: {expect: {}}}", ['2:10 "a" names no `folders`']],
  ["a group that is empty", "groups: {a: }", ['2:10 "a" names no `folders`']],
  ["a group that is a text", "groups: {a: b}", ['2:13 The group "a" is a mapping, and this is "b"']],
  ["no folder at all", "groups: {a: {folders: []}}", ["2:23 `folders` is an empty list"]],
  ["a folder that is none", "groups: {a: {folders: [A B]}}", ['2:24 "A B" cannot be the id of a folder']],
  [
    "a misspelt field of a group",
    "groups: {a: {folder: b1g}}",
    ['2:14 The group "a" has no field "folder" (folders?)']
  ],
  [
    "an expectation beside `expect`",
    "groups: {a: {folders: b1g, protected: true}}",
    ['2:28 The group "a" has no field "protected"']
  ],
  [
    "a misspelt expectation",
    "groups: {a: {folders: b1g, expect: {protect: true}}}",
    ['2:37 The `expect` of the group "a" has no field "protect" (protected?)']
  ],
  [
    "a contradiction",
    "groups: {a: {folders: b1g, expect: {enabled: false, policies: [p]}}}",
    ["2:53 `policies` contradicts `enabled: false` beside it"]
  ],
  [
    "labels that are a list",
    "groups: {a: {folders: b, labels: [x]}}",
    ["2:34 `labels` is a mapping, and this is a list"]
  ],
  [
    "a label without a value",
    "groups: {a: {folders: b, labels: {env: }}}",
    ['2:35 The label "env" is a text, and this is nothing']
  ],
  ["a match of something else", "groups: {a: {folders: b, match: {id: x}}}", ['2:34 `match` has no field "id"']],
  ["a match that is a text", "groups: {a: {folders: b, match: web}}", ['2:33 `match` is a mapping, and this is "web"']],
  [
    "an exclusion of nothing",
    'groups: {a: {folders: b, exclude: [""]}}',
    ["2:36 An entry of `exclude` is a text, and this is nothing"]
  ],
  ["folders that are a list", "folders: [b1g]", ["2:10 `folders` is a mapping, and this is a list"]],
  ["a folder's id that is none", "folders: {B: {}}", ['2:11 "B" cannot be the id of a folder']],
  ["another mode", "folders: {b: {unlisted: warn}}", ['2:25 Expected one of ignore, report, fail, and this is "warn"']],
  ["a folder's other field", "folders: {b: {unlist: fail}}", ['2:15 A folder has no field "unlist" (unlisted?)']],
  ["a folder that is a mode", "folders: {b: fail}", ['2:14 A folder is a mapping, and this is "fail"']],
  ["an unknown rule", "rules: {HF999: low}", ['2:9 There is no rule "HF999" (HF009?)']],
  [
    "a rule's other severity",
    "rules: {HF009: worst}",
    ['2:16 Expected one of critical, high, medium, low, info, and this is "worst"']
  ],
  ["waivers that are a mapping", "waivers: {a: b}", ["2:10 `waivers` is a list, and this is a mapping"]],
  ["a waiver that is a text", "waivers: [web-1]", ['2:11 A waiver is a mapping, and this is "web-1"']],
  [
    "an empty waiver",
    "waivers: [{}]",
    [`2:11 ${about}`, "2:11 This waiver has no `until`", "2:11 This waiver has no `reason`"]
  ],
  [
    "a waiver of two things",
    "waivers: [{instance: i, group: g, until: 2026-01-01, reason: r}]",
    ["2:25 A waiver is about one thing, and this one names a `instance` and a `group`"]
  ],
  [
    "a misspelt target",
    "waivers: [{resorce: i, until: 2026-01-01, reason: r}]",
    ['2:12 A waiver has no field "resorce" (resource?)']
  ],
  [
    "a day that is none",
    "waivers: [{instance: i, until: 2026-02-30, reason: r}]",
    ['2:32 `until` is a day or a time, and this is "2026-02-30"']
  ],
  [
    "a reason that says nothing",
    "waivers: [{instance: i, until: 2026-02-20, reason: ' '}]",
    ["2:52 `reason` is a text, and this is nothing"]
  ],
  [
    "a field that is none",
    "waivers: [{instance: i, until: 2026-02-20, reason: r, fields: [backupAge]}]",
    ["2:64 Expected one of enabled, online…"]
  ],
  ["no policy", "defaults: {policies: []}\nresources:", ["2:22 `policies` is an empty list"]],
  [
    "a policy that is a text",
    "defaults: {policies: daily}\nresources:",
    ['2:22 `policies` is a list, and this is "daily"']
  ],
  [
    "another kind of set",
    "defaults: {policies: {atMost: [a]}}\nresources:",
    ["2:23 `policies` takes a list, or `atLeast` with a list"]
  ],
  [
    "a set that is a text",
    "defaults: {policies: {atLeast: a}}\nresources:",
    ["2:23 `policies` takes a list, or `atLeast` with a list"]
  ],
  [
    "a policy without a name",
    "defaults: {policies: [~]}\nresources:",
    ["2:23 Expected the id or the name of a policy, and this is nothing"]
  ],
  ["an owner that is a list", "defaults: {owner: [a]}\nresources:", ["2:19 `owner` is a text, and this is a list"]],
  ["tags that are a list", "defaults: {tags: [a]}\nresources:", ["2:18 `tags` is a mapping, and this is a list"]],
  [
    "more tags than there may be",
    `defaults: {tags: {${Array.from({ length: 65 }, (_, at) => `t${at}: x`).join(", ")}}}\nresources:`,
    ["2:18 `tags` takes at most 64 tags, and these are 65"]
  ],
  ["a list of no label's values", "groups: {a: {folders: b, labels: {env: []}}}", ["2:40 A label is an empty list"]],
  [
    "a text of more than a thousand characters",
    `defaults: {owner: ${"x".repeat(1001)}}\nresources:`,
    ["2:19 `owner` takes at most 1000 characters"]
  ],
  [
    "a text of far more, all of them spaces",
    `defaults: {owner: '${" ".repeat(5000)}'}\nresources:`,
    ["2:19 `owner` takes at most 1000 characters"]
  ],
  [
    "a tag that is a mapping",
    "defaults: {tags: {a: {}}}\nresources:",
    ['2:22 The tag "a" is a text, and this is a mapping']
  ],
  ["a variable that is not given", "resources: {r: {instance: '${env}x'}}", ['2:27 No variable "env" is given']],
  ["a variable that is not closed", "resources: {r: {instance: '${env'}}", ['2:27 "${env" is not closed']],
  ["a variable that is none", "x-a: '${a b}'\nresources:", ['2:6 "${a b}" is not the name of a variable']]
]

describe("a mistake beside resources", () => {
  for (const [name, text, expected] of mistakes) {
    it.effect(`is found in ${name}`, () => check(`version: 1\n${text}\n`, expected))
  }
})
