import { assert, describe, it } from "@effect/vitest"
import type { FolderSeen } from "../src/FolderSeen.ts"
import { emptyGroupsOf } from "../src/select.ts"
import { backedUp, declared, folder, forbidden, instance, listing, rowsOf, selected, strays } from "./scope.ts"

const production = "groups: {web: {folders: b1g, labels: {env: prod}, expect: {protected: true}}}"

interface Case {
  readonly fact: string
  readonly manifest: string
  readonly folders: ReadonlyArray<FolderSeen>
  readonly selects: ReadonlyArray<string>
  readonly strays?: ReadonlyArray<string>
}

const cases: ReadonlyArray<Case> = [
  {
    fact: "a group's members are the instances that it claims, known to Cloud Backup or not",
    manifest: production,
    folders: [
      folder("b1g", {
        instances: [instance("i1"), instance("i2"), instance("i3", { labels: { env: "test" } })],
        resources: [backedUp("i1"), backedUp("i3")]
      })
    ],
    selects: ["web/vm-i1 i1 [web]: Found", "web/vm-i2 i2 [web]: NotFound"],
    strays: ["instance i3 in b1g: report"]
  },
  {
    fact: "what a group excludes by id or by name is no member, and nobody listed it",
    manifest: "groups: {web: {folders: b1g, exclude: [i1, 'canary-*']}}",
    folders: [folder("b1g", { instances: [instance("i1"), instance("i2", { name: "canary-2" }), instance("i3")] })],
    selects: ["web/vm-i3 i3 [web]: NotFound"],
    strays: ["instance i2 in b1g: report", "instance i1 in b1g: report"]
  },
  {
    fact: "an excluded instance that is declared is that resource, and no member",
    manifest: "groups: {web: {folders: b1g, exclude: [i1]}}\nresources: {db: {instance: i1}}",
    folders: [folder("b1g", { instances: [instance("i1"), instance("i2")], resources: [backedUp("i1")] })],
    selects: ["db i1: Found", "web/vm-i2 i2 [web]: NotFound"]
  },
  {
    fact: "a declared instance that groups claim is one row, in the name of the resource",
    manifest: `groups:
  web: {folders: b1g, labels: {env: prod}}
  all: {folders: [b1g]}
resources: {db: {instance: i1}}`,
    folders: [folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1")] })],
    selects: ["db i1 [all web]: Found"]
  },
  {
    fact: "a member of several groups is one row, in the name of the first of them",
    manifest: "groups: {b: {folders: b1g}, a: {folders: b1g}}",
    folders: [folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1")] })],
    selects: ["a/vm-i1 i1 [a b]: Found"]
  },
  {
    fact: "an instance without a name goes by its id",
    manifest: production,
    folders: [folder("b1g", { instances: [instance("i1", { name: "" })] })],
    selects: ["web/i1 i1 [web]: NotFound"]
  },
  {
    fact: "instances of one name in two folders go by their ids",
    manifest: "groups: {web: {folders: [b1a, b1b]}}",
    folders: [
      folder("b1a", { instances: [instance("i1", { name: "web-1" })] }),
      folder("b1b", { instances: [instance("i2", { name: "web-1" }), instance("i3", { name: "web-3" })] })
    ],
    selects: ["web/i1 i1 [web]: NotFound", "web/i2 i2 [web]: NotFound", "web/web-3 i3 [web]: NotFound"]
  },
  {
    fact: "a member that is named as a declared resource goes by its id, and that one keeps its name",
    manifest: "groups: {web: {folders: b1g}}\nresources: {web/web-1: {instance: i9}}",
    folders: [folder("b1g", { instances: [instance("i1", { name: "web-1" })] })],
    selects: ["web/i1 i1 [web]: NotFound", "web/web-1 i9: to be read"]
  },
  {
    fact: "a name that is another instance's id is nobody else's address",
    manifest: "groups: {web: {folders: [b1a, b1b]}}\nresources: {web/i3: {instance: i9}}",
    folders: [
      folder("b1a", { instances: [instance("i1", { name: "twin" }), instance("i2", { name: "i1" })] }),
      folder("b1b", { instances: [instance("i3", { name: "twin" })] })
    ],
    selects: [
      "web/i1 (i1) i1 [web]: NotFound",
      "web/i2 i2 [web]: NotFound",
      "web/i3 (i3) i3 [web]: NotFound",
      "web/i3 i9: to be read"
    ]
  },
  {
    fact: "an instance that is being deleted is no member, no stray, and not gone",
    manifest: "folders: {b1g: {unlisted: fail}}\ngroups: {web: {folders: b1g, labels: {env: prod}}}",
    folders: [
      folder("b1g", {
        instances: [
          instance("i1"),
          instance("i2", { status: "DELETING" }),
          instance("i3", { status: "DELETING", labels: {} })
        ],
        resources: [backedUp("i1"), backedUp("i2"), backedUp("i3")]
      })
    ],
    selects: ["web/vm-i1 i1 [web]: Found"]
  },
  {
    fact: "a declared instance that is being deleted is compared by itself",
    manifest: `${production}\nresources: {db: {instance: i1}}`,
    folders: [
      folder("b1g", {
        instances: [instance("i1", { status: "DELETING" }), instance("i2")],
        resources: [backedUp("i1")]
      })
    ],
    selects: ["db i1: Found", "web/vm-i2 i2 [web]: NotFound"]
  },
  {
    fact: "a declared machine that Compute does not know is found in the list of Cloud Backup",
    manifest: `${production}\nresources: {metal: {instance: i9}, elsewhere: {instance: i8}}`,
    folders: [folder("b1g", { instances: [instance("i1")], resources: [backedUp("i9", { type: "BMS" })] })],
    selects: ["elsewhere i8: to be read", "metal i9: Found", "web/vm-i1 i1 [web]: NotFound"]
  },
  {
    fact: "the same holds where nobody looks for what is not listed",
    manifest: `folders: {b1g: {unlisted: ignore}}\n${production}\nresources: {metal: {instance: i9}}`,
    folders: [folder("b1g", { instances: [instance("i1")], resources: [backedUp("i9", { type: "BMS" })] })],
    selects: ["metal i9: Found", "web/vm-i1 i1 [web]: NotFound"]
  },
  {
    fact: "a folder that only forbids strays selects the declared resources that it holds",
    manifest: "folders: {b1g: {unlisted: fail}}\nresources: {db: {instance: i1}, web: {instance: i2}}",
    folders: [folder("b1g", { instances: [instance("i1"), instance("i3")], resources: [backedUp("i1")] })],
    selects: ["db i1: Found", "web i2: to be read"],
    strays: ["instance i3 in b1g: fail"]
  },
  {
    fact: "without groups and folders nothing is listed",
    manifest: "resources: {db: {instance: i1}}",
    folders: [folder("b1g", { instances: [instance("i1"), instance("i2")], resources: [backedUp("i1")] })],
    selects: ["db i1: to be read"]
  },
  {
    fact: "an instance that has moved from one folder to another, and its resource not yet, is one row and no orphan",
    manifest: "groups: {web: {folders: [b1a, b1b]}}\nresources: {db: {instance: i1}}",
    folders: [
      folder("b1a", { resources: [backedUp("i1"), backedUp("i2")] }),
      folder("b1b", { instances: [instance("i1"), instance("i2")] })
    ],
    selects: ["db i1 [web]: Found", "web/vm-i2 i2 [web]: Found"]
  },
  {
    fact: "an instance that two lists hold while it moves is one row",
    manifest: "groups: {web: {folders: [b1a, b1b]}}\nresources: {db: {instance: i1}}",
    folders: [
      folder("b1a", { instances: [instance("i1"), instance("i2")], resources: [backedUp("i1")] }),
      folder("b1b", { instances: [instance("i1"), instance("i2")], resources: [backedUp("i2")] })
    ],
    selects: ["db i1 [web]: Found", "web/vm-i2 i2 [web]: Found"]
  }
]

describe("select", () => {
  it.each(cases)("$fact", ({ folders, manifest, selects, strays: expected = [] }) => {
    const selection = selected(declared(manifest), ...folders)
    assert.deepStrictEqual(listing(selection), selects.toSorted())
    assert.deepStrictEqual(strays(selection.unlisted), expected)
  })

  it("places a member at its group, and tells when and where it was seen", () => {
    const seen = folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1")] })
    const [row] = selected(declared(`defaults: {online: true}\n${production}`), seen).resources
    assert.deepStrictEqual(row?.desired.source, { path: "backup.yaml", line: 3, column: 10 })
    assert.deepStrictEqual([row?.seen?.at, row?.seen?.folder], [seen.at, "b1g"])
    assert.deepStrictEqual(row?.desired.expectations, { online: true, protected: true })
  })

  it("gives a declared resource what its groups say beside its own words", () => {
    const manifest = declared(`defaults: {owner: ops}
groups: {web: {folders: b1g, expect: {protected: true, maxBackupAge: 1d}, severity: low, tags: {a: x, b: x}}}
resources: {db: {instance: i1, maxBackupAge: 2h, severity: critical, tags: {b: y}}}`)
    const selection = selected(manifest, folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1")] }))
    const [row] = rowsOf(manifest, selection)
    assert.deepStrictEqual(selection.resources[0]?.desired.expectations, { protected: true, maxBackupAge: 7_200_000 })
    assert.deepStrictEqual(
      [row?.address, row?.severity, row?.owner, row?.tags, row?.groups, row?.source.line],
      ["db", "critical", "ops", { a: "x", b: "y" }, ["web"], 4]
    )
  })
})

describe("select, of groups that disagree", () => {
  const manifest = (first: string, second: string, more = "") =>
    declared(`groups:
  b: {folders: b1g, expect: {${first}}}
  a: {folders: b1g, expect: {${second}}}
${more}`)
  const seen = folder("b1g", { instances: [instance("i1")], resources: [backedUp("i1")] })

  it("compares a member by all that they say where they agree", () => {
    const selection = selected(manifest("online: true, status: [IDLE, OTHER]", "status: [OTHER, IDLE]"), seen)
    assert.deepStrictEqual(listing(selection), ["a/vm-i1 i1 [a b]: Found"])
    assert.deepStrictEqual(selection.resources[0]?.desired.expectations, { status: ["OTHER", "IDLE"], online: true })
  })

  it("compares it by nothing where they do not, and names both with their places", () => {
    const disagreeing = manifest("maxBackupAge: 1d", "maxBackupAge: 2d")
    const selection = selected(disagreeing, seen)
    assert.deepStrictEqual(listing(selection), ["a/vm-i1 i1 [a b]: GroupsDisagree"])
    const [row] = rowsOf(disagreeing, selection)
    assert.deepStrictEqual([row?.state, row?.reason_code], ["not_compared", "GroupsDisagree"])
    assert.strictEqual(
      row?.reason,
      'It could not be compared: the groups "a" (backup.yaml:4) and "b" (backup.yaml:3) disagree about its `maxBackupAge`.'
    )
  })

  it("lets a declared resource decide between them", () => {
    const undecided = manifest("maxBackupAge: 1d", "maxBackupAge: 2d", "resources: {db: {instance: i1}}")
    assert.deepStrictEqual(listing(selected(undecided, seen)), ["db i1 [a b]: GroupsDisagree"])
    const decided = manifest(
      "maxBackupAge: 1d",
      "maxBackupAge: 2d",
      "resources: {db: {instance: i1, maxBackupAge: 3d}}"
    )
    assert.deepStrictEqual(listing(selected(decided, seen)), ["db i1 [a b]: Found"])
  })

  it("says so of every member of both, and of no other", () => {
    const both = declared(`groups:
  b: {folders: b1g, labels: {tier: gold}, expect: {maxBackupAge: 1d}}
  a: {folders: b1g, labels: {env: prod}, expect: {maxBackupAge: 2d}}`)
    const gold = { env: "prod", tier: "gold" }
    const instances = [instance("i1"), instance("i2", { labels: gold }), instance("i3", { labels: gold })]
    assert.deepStrictEqual(listing(selected(both, folder("b1g", { instances }))), [
      "a/vm-i1 i1 [a]: NotFound",
      "a/vm-i2 i2 [a b]: GroupsDisagree",
      "a/vm-i3 i3 [a b]: GroupsDisagree"
    ])
  })
})

describe("select, of groups without members", () => {
  const emptyOf = (text: string, ...folders: ReadonlyArray<FolderSeen>) => {
    const manifest = declared(text)
    const found = selected(manifest, ...folders).resources.map(({ desired }) => desired)
    return emptyGroupsOf(manifest.groups, found).map(({ name }) => name)
  }
  const groups = "groups: {web: {folders: [b1a, b1b], labels: {env: prod}}, db: {folders: b1a, match: {name: db-*}}}"

  it("names those all of whose folders were read", () => {
    const empty = folder("b1a", {})
    assert.deepStrictEqual(emptyOf(groups, empty, folder("b1b", { instances: [instance("i1")] })), ["db"])
    assert.deepStrictEqual(emptyOf(groups, empty, folder("b1b", {})), ["db", "web"])
  })

  it("takes a declared resource that it claims for a member, and one that is being deleted for none", () => {
    const one = `${groups}\nresources: {r: {instance: i1}}`
    const seen = (status: string) =>
      folder("b1a", { instances: [instance("i1", { name: "db-1", labels: {}, status })] })
    assert.deepStrictEqual(emptyOf(one, seen("RUNNING"), folder("b1b", {})), ["web"])
    assert.deepStrictEqual(emptyOf(one, seen("DELETING"), folder("b1b", {})), ["db", "web"])
  })

  it("says nothing of those whose folders were not read", () => {
    assert.deepStrictEqual(emptyOf(groups, folder("b1a", { instances: forbidden }), folder("b1b", {})), [])
  })
})
