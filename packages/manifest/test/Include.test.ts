import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Case, declare, run } from "./files.ts"

const including = (names: string, rest = "") => `version: 1\ninclude: ${names}\n${rest}`
const web = declare({ "web-1": "i1" })

const outcome = (given: Case) =>
  run(given).pipe(
    Effect.match({
      onFailure: ({ mistakes }) => mistakes,
      onSuccess: ({ files, resources }) => [...files.map(({ path }) => path), ...resources]
    })
  )

const cases: ReadonlyArray<readonly [string, Case, ReadonlyArray<string>]> = [
  [
    "brings in another file, relative to its own",
    {
      files: { "env/a.yaml": including("../web.yaml", "resources: {a: {instance: i2}}"), "web.yaml": web },
      names: ["env/a.yaml"]
    },
    ["./env/a.yaml", "./web.yaml", "./web.yaml:3 web-1 i1", "./env/a.yaml:3 a i2"]
  ],
  [
    "brings in a pattern and a directory",
    {
      files: { "a.yaml": including("[b/*.yaml, c]"), "b/1.yaml": web, "c/2.yml": declare({ c: "i3" }), "c/3.txt": "" },
      names: ["a.yaml"]
    },
    ["./a.yaml", "./b/1.yaml", "./c/2.yml", "./b/1.yaml:3 web-1 i1", "./c/2.yml:3 c i3"]
  ],
  [
    "is filled in with variables",
    {
      files: {
        "a.yaml": including("'${env}.yaml'"),
        "prod.yaml": "version: 1\nresources: {'${env}-$${x}': {instance: 'i${env}'}}"
      },
      names: ["a.yaml"],
      variables: { env: "prod" }
    },
    ["./a.yaml", "./prod.yaml", "./prod.yaml:2 prod-${x} iprod"]
  ],
  [
    "takes a file once that two files include",
    {
      files: { "a.yaml": including("c.yaml"), "b.yaml": including("c.yaml"), "c.yaml": web },
      names: ["a.yaml", "b.yaml", "c.yaml"]
    },
    ["./a.yaml", "./c.yaml", "./b.yaml", "./c.yaml:3 web-1 i1"]
  ],
  [
    "may bring in a file that is named, too, and holds nothing but defaults",
    {
      files: {
        "a.yaml": "version: 1\ndefaults: {online: true}",
        "b.yaml": including("a.yaml", "resources: {b: {instance: i}}")
      },
      names: ["a.yaml", "b.yaml"]
    },
    ["./a.yaml", "./b.yaml", "./b.yaml:3 b i"]
  ],
  [
    "of a file by itself is refused",
    {
      files: { "a.yaml": including("b.yaml"), "b.yaml": including("c.yaml"), "c.yaml": including("a.yaml") },
      names: ["a.yaml"]
    },
    ['./c.yaml:2:10 "./a.yaml" is included by itself']
  ],
  [
    "of what is not there is refused where it stands",
    { files: { "a.yaml": including("[web.yml, no/*.yaml]"), "web.yaml": web }, names: ["a.yaml"] },
    [
      "./web.yml There is no such file It was looked for in .. (./web.yaml?)",
      './a.yaml:2:20 "./no/*.yaml": No file matches this pattern'
    ]
  ],
  [
    "of mistakes tells of them",
    { files: { "a.yaml": including("b.yaml"), "b.yaml": "version: 2\nresources:" }, names: ["a.yaml"] },
    ['./b.yaml:1:10 This program reads version 1 of the manifest, not "2"']
  ],
  [
    "of a mapping is none",
    { files: { "a.yaml": including("{a: b}") }, names: ["a.yaml"] },
    ["./a.yaml:2:10 An entry of `include` is a text, and this is a mapping"]
  ],
  [
    "does not excuse a file of defaults that is not included",
    { files: { "a.yaml": "version: 1\ndefaults: {online: true}" }, names: ["a.yaml"] },
    ["./a.yaml:1:1 The manifest declares neither `resources` nor `groups`"]
  ],
  [
    "keeps names, folders, rules and waivers to one declaration among all files",
    {
      files: {
        "a.yaml": including(
          "b.yaml",
          "groups: {g: {folders: f}}\nfolders: {f: {}}\nrules: {HF001: low}\nwaivers: [{group: h, until: 2026-01-01, reason: r}]"
        ),
        "b.yaml": "version: 1\ngroups: {g: {folders: f}}\nfolders: {f: {}}\nrules: {HF001: low}\n"
      },
      names: ["a.yaml"]
    },
    [
      './a.yaml:3:10 The group "g" is declared in two files It stands first in ./b.yaml:2.',
      "./a.yaml:4:11 The folder f stands in two files It stands first in ./b.yaml:3.",
      "./a.yaml:5:9 The severity of HF001 is declared in two files It stands first in ./b.yaml:4.",
      './a.yaml:6:12 There is no group "h" to waive drift of'
    ]
  ]
]

describe("include", () => {
  for (const [fact, given, expected] of cases) {
    it.effect(fact, () => Effect.map(outcome(given), (said) => assert.deepStrictEqual(said, expected)))
  }

  it.effect("brings in defaults, which the including file's own win over", () =>
    Effect.gen(function* () {
      const { desired } = yield* run({
        files: {
          "a.yaml": including("[b.yaml, c.yaml]", "defaults: {maxBackupAge: 2h}\nresources: {a: {instance: i1}}"),
          "b.yaml": "version: 1\ndefaults: {online: true, maxBackupAge: 1h, severity: low}",
          "c.yaml": "version: 1\ndefaults: {severity: info, owner: ops}\nresources: {c: {instance: i2}}"
        },
        names: ["a.yaml"]
      })
      assert.deepStrictEqual(
        desired.map(({ address, expectations, owner, severity }) => ({ address, expectations, owner, severity })),
        [
          { address: "c", expectations: { enabled: true }, owner: "ops", severity: "info" },
          { address: "a", expectations: { online: true, maxBackupAge: 7_200_000 }, owner: "ops", severity: "info" }
        ]
      )
    })
  )
})

describe("the page of the grammar", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/manifest.md"), "utf8")
  const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text)

  it.effect("has examples", () => Effect.sync(() => assert.isAtLeast(examples.length, 6)))

  for (const [index, text] of examples.entries()) {
    it.effect(`has a manifest as its example ${index + 1}`, () =>
      Effect.gen(function* () {
        const files = {
          "backup.yaml": text,
          "common.yaml": "version: 1\ndefaults: {online: true}",
          "env/prod.yaml": declare({ other: "i9" })
        }
        const said = yield* outcome({ files, names: ["backup.yaml"], variables: { env: "prod" } })
        assert.strictEqual(said[0], "./backup.yaml", said.join("\n"))
      })
    )
  }
})
