import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { nothing, over } from "../src/DesiredResource.ts"
import { SourceText } from "../src/Diagnostic.ts"
import { open, parse } from "../src/Manifest.ts"
import { type Declarations, disagreements } from "../src/manifestAgreement.ts"
import { printManifest } from "../src/printManifest.ts"
import { type Json, manifestOf, Parts, toYaml, variables } from "./jsonManifests.ts"

/** What a text declares that has no mistake, and nothing to be filled in. */
const read = (text: string, path = "backup.yaml"): Declarations => {
  const { defaults: _, diagnostics, ...declared } = parse(new SourceText(path, text))
  assert.deepStrictEqual(diagnostics, [], text)
  assert.deepStrictEqual(disagreements(declared), [], text)
  return declared
}

/** All that files declare, of which each includes the next; `undefined` where there is a mistake. */
const together = (files: ReadonlyArray<Json>, more = ""): Declarations | undefined => {
  let base = nothing
  const parsed = files.toReversed().map((value, index) => {
    const file = open(new SourceText(`env/${index}${more}.yaml`, toYaml(value)), variables).read(base)
    base = over(file.defaults, base)
    return file
  })
  const declared = {
    resources: parsed.flatMap(({ resources }) => resources),
    groups: parsed.flatMap(({ groups }) => groups),
    folders: parsed.flatMap(({ folders }) => folders),
    waivers: parsed.flatMap(({ waivers }) => waivers),
    rules: parsed.flatMap(({ rules }) => rules)
  }
  const mistakes = [...parsed.flatMap(({ diagnostics }) => diagnostics), ...disagreements(declared)]
  return mistakes.length === 0 ? declared : undefined
}

/** The same, wherever it is declared. */
const placeless = (declared: Declarations): Declarations => {
  const source = { path: "backup.yaml", line: 1, column: 1 }
  const all = <A>(entries: ReadonlyArray<A>) => entries.map((entry) => ({ ...entry, source }))
  return {
    resources: all(declared.resources),
    groups: all(declared.groups),
    folders: all(declared.folders),
    waivers: all(declared.waivers),
    rules: all(declared.rules)
  }
}

/** A manifest whose names no other file has; only the first has more than defaults, groups and resources. */
const apart = (parts: typeof Parts.Type, index: number): Json => {
  const manifest = manifestOf(parts, `${index}x`)
  if (index === 0) return manifest
  const { defaults, groups, resources, version } = manifest
  const named = Object.entries(resources).map(([name, resource]) => [`${name} ${index}`, resource])
  return {
    version,
    defaults,
    groups: { [`production ${index}`]: groups.production },
    resources: Object.fromEntries(named)
  }
}

const sets = Arbitrary.filter(
  Arbitrary.map(Arbitrary.array(Arbitrary.schema(Parts), { minLength: 1, maxLength: 3 }), (files) =>
    together(files.map(apart), " ##")
  ),
  (declared) => declared !== undefined
)

describe("printManifest", () => {
  it("merges files, leaves defaults what they are, and tells what each entry takes from them", () => {
    const common = { version: 1, defaults: { protected: true, maxBackupAge: "26h", tags: { team: "ops" } } }
    const main = {
      version: 1,
      rules: { HF012: "low" },
      folders: { b1ga: null },
      groups: { production: { folders: "b1ga", labels: { env: "${env}" }, expect: { maxBackupAge: "90m" } } },
      resources: {
        web: { instance: "epdweb", tags: { tier: "gold" } },
        db: { instance: "epddb", policies: { atLeast: ["daily"] }, maxBackupAge: "1d12h", severity: "critical" },
        scratch: { instance: "epdscratch", enabled: false }
      },
      waivers: [{ group: "production", until: "2026-12-31", reason: "It moves" }]
    }
    const other = { version: 1, resources: { lone: { instance: "epdlone" } } }
    const declared = together([main, common, other])
    assert.isDefined(declared)
    if (declared === undefined) return
    assert.strictEqual(
      printManifest(declared),
      `# Made by drift validate --print. Groups come between what a machine is by default and what it says itself.
version: 1
defaults:
  protected: true
  maxBackupAge: 26h
  tags: {team: ops}
rules:
  HF012: low # env/2.yaml:3
folders:
  b1ga: {unlisted: report} # env/2.yaml:5
groups:
  production: # env/2.yaml:7
    folders: [b1ga]
    labels: {env: [prod]}
    expect: {maxBackupAge: 90m}
    # by default: protected: true, tags: {team: ops}
resources:
  lone: # env/0.yaml:3
    instance: epdlone
    defaults: {}
    # by default: enabled: true
  web: # env/2.yaml:14
    instance: epdweb
    tags: {tier: gold}
    # by default: protected: true, maxBackupAge: 26h, tags: {team: ops}
  db: # env/2.yaml:18
    instance: epddb
    policies: {atLeast: [daily]}
    maxBackupAge: 36h
    severity: critical
    # by default: protected: true, tags: {team: ops}
  scratch: # env/2.yaml:25
    instance: epdscratch
    enabled: false
    # by default: tags: {team: ops}
waivers:
  - group: production # env/2.yaml:30
    until: 2026-12-31
    reason: 'It moves'
`
    )
  })

  it("prints a manifest of nothing", () => {
    const text = printManifest(read("version: 1\nresources:\n"))
    assert.include(text, "version: 1\nresources: {}\n")
    assert.deepStrictEqual(read(text).resources, [])
  })

  it("prints names as long as names may be, and tags that are longer", () => {
    const resources = { ["\u0085".repeat(200)]: { instance: "epd1", tags: { ["\u0007".repeat(2000)]: "x" } } }
    const declared = read(JSON.stringify({ version: 1, resources }))
    assert.deepStrictEqual(placeless(read(printManifest(declared))), placeless(declared))
  })

  it.effect.prop(
    "prints durations that read as the same",
    [
      Schema.Array(
        Schema.Tuple([
          Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 999_999 })),
          Schema.Literals([..."smhdw"])
        ])
      ).check(Schema.isMinLength(1), Schema.isMaxLength(4))
    ],
    ([parts]) =>
      Effect.sync(() => {
        const text = parts.map(([amount, unit]) => `${amount}${unit}`).join("")
        const declared = read(`version: 1\ndefaults: {maxBackupAge: ${text}}\nresources: {a: {instance: epd1}}`)
        assert.deepStrictEqual(placeless(read(printManifest(declared))), placeless(declared))
      }),
    { arbitrary: { seed: "durations", runs: 500 } }
  )

  it.effect.prop(
    "prints what reads as the same declarations, however many files they come from",
    [sets],
    ([declared]) =>
      Effect.sync(() => {
        const text = printManifest(declared)
        assert.notMatch(text, /[^\P{C}\n]|##/u)
        const again = placeless(read(text))
        assert.deepStrictEqual(again, placeless(declared))
        assert.strictEqual(printManifest(again), printManifest(placeless(declared)))
      }),
    { arbitrary: { seed: "print", runs: 1000, maxDiscards: 20_000 } }
  )
})
