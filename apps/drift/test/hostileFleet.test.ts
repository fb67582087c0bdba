import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import { json as jsonPieces } from "@holdfast/report/json"
import { pretty as pieces } from "@holdfast/report/pretty"
import { Effect } from "effect"
import { directory, drift, healthy, withEmulator } from "./drift.ts"
import { runAt } from "./fleetRun.ts"

const pretty = (...of: Parameters<typeof pieces>): string => [...pieces(...of)].join("")

/** What somebody may write into the name of a machine, a label, a reason. */
const hostile: Readonly<Record<string, string>> = {
  "colours and a cleared screen": "\u001b[31mred\u001b[2J\u001b]0;owned\u0007",
  "line feeds": "x\n✓ In sync: all 1 are as declared\r\n",
  "marks that reorder": "\u202e\u2066\u200b\ufeff",
  "a GitHub command": "::error file=a,line=1::owned",
  "a GitHub command on a line of its own": "x\n::set-output name=x::owned",
  "an Azure command": "##vso[task.setvariable variable=x]owned",
  "the end of a script": "</script><script>alert(1)</script>",
  "a path": "../../../../etc/passwd",
  "a pattern": "*?[a]{b}",
  "200 characters": "x".repeat(200)
}

type Encoded = typeof Seed.Seed.Encoded

/** In double quotes YAML takes what JSON does. */
const quoted = (text: string): string => JSON.stringify(text)

/** A manifest that says `text` wherever it can say anything. */
const manifestOf = (text: string): string => {
  const q = quoted(text)
  const name = quoted(`${text.slice(0, 150)}!`)
  return `version: 1
defaults: {owner: ${q}, tags: {${q}: ${q}}}
rules: {HF023: low}
folders: {b1g: {unlisted: fail}}
groups:
  ${name}: {folders: b1g, labels: {${q}: ${q}}, expect: {protected: true, policies: [${quoted(text.slice(0, 200))}, other]}, owner: ${q}, tags: {${q}: ${q}}}
  all: {folders: b1g, exclude: [${q}], labels: {all: "yes"}, expect: {maxBackupAge: 26h}}
  none: {folders: b1g, match: {name: [${q}]}, labels: {env: nowhere}}
resources:
  ${name}: {instance: epd1, online: false, owner: ${q}, tags: {${q}: ${q}}}
waivers:
  - {resource: ${name}, fields: online, until: 2999-12-31, reason: ${q}, approvedBy: ${q}, ticket: ${q}}
  - {group: ${name}, fields: missing, until: 2020-01-01, reason: ${q}, approvedBy: ${q}, ticket: ${q}}
  - {instance: epd8, until: 2999-12-31, reason: ${q}}
`
}

/** A fleet whose machines and policies are called `text`, and labelled so. */
const seedOf = (text: string): Encoded => ({
  instances: ["epd1", "epd2", "epd3", "epd4"].map((id, at) => ({
    id,
    folderId: "b1g",
    name: text,
    description: text,
    fqdn: text,
    status: at === 3 ? text : "RUNNING",
    createdAt: "-90d",
    labels: at === 2 ? { all: "yes", [`${text}!`]: text } : Object.fromEntries([[text, text]])
  })),
  resources: [
    healthy("epd1", { folderId: "b1g" }),
    healthy("epd2", {
      folderId: "b1g",
      status: text,
      statusDetails: text,
      metadata: text,
      initStatus: "FAILED_REGISTRATION"
    }),
    healthy("epd3", { folderId: "b1g" }),
    healthy("epd9", { folderId: "b1g", type: "COMPUTE", statusDetails: text })
  ],
  policies: [
    {
      id: "cdg1",
      folderId: "b1g",
      name: text,
      enabled: false,
      applications: ["epd1", "epd2"].map((computeInstanceId) => ({ computeInstanceId, enabled: true, status: text }))
    },
    {
      id: "cdg2",
      folderId: "b1g",
      name: `${text}?`,
      enabled: true,
      applications: [{ computeInstanceId: "epd1", enabled: true, status: "OK" }]
    }
  ]
})

const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

const assertHarmless = (text: string): void => {
  assert.strictEqual(controls.exec(text)?.[0].codePointAt(0), undefined)
  assert.notMatch(text, /##(\[|vso\[|teamcity\[)/)
  for (const line of text.split("\n")) assert.isFalse(line.trim().startsWith("::"), line)
}

const shown = (report: CheckReport): ReadonlyArray<string> =>
  [true, false].map((verbose) => pretty(report, { color: false, verbose, explain: true }))

const countLines = (text: string): number => text.split("\n").length

const run = (text: string) =>
  Effect.gen(function* () {
    const { url } = yield* Emulator
    const { defaults: _, diagnostics, ...declared } = parse(new SourceText("backup.yaml", manifestOf(text)))
    assert.deepStrictEqual(diagnostics, [])
    return yield* runAt(url, { files: [{ path: text, sha256: "" }], variables: {}, ...declared })
  }).pipe(Effect.provide(Emulator.layer(Seed.make(seedOf(text)))))

const json = (report: CheckReport): string => [...jsonPieces(report)].join("")

describe("a check of a fleet that hostile hands have named", () => {
  it.live.each(Object.keys(hostile))("says the same as of any other, on as many lines: %s", (name) =>
    Effect.gen(function* () {
      const [plain, strange] = [yield* run("benign"), yield* run(hostile[name] as string)]
      const states = ({ exit_code, resources, unlisted }: CheckReport) => [
        exit_code,
        ...resources.map(({ instance_id, state }) => `${instance_id} ${state}`).toSorted(),
        ...unlisted.map(({ instance_id }) => instance_id)
      ]
      assert.deepStrictEqual(states(strange), states(plain))
      assert.deepStrictEqual(
        strange.waivers.used.map(({ accepts }) => accepts.length),
        [1]
      )
      assert.deepStrictEqual(shown(strange).map(countLines), shown(plain).map(countLines))
      for (const text of [...shown(strange), json(strange)]) assertHarmless(text)
      assert.strictEqual(countLines(json(strange)), countLines(json(plain)))
    })
  )

  it.live("is no worse as a process", () =>
    Effect.gen(function* () {
      const text = Object.values(hostile).join("").slice(0, 500)
      yield* withEmulator(seedOf(text), (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(text) })
          for (const args of [["--verbose", "--explain"], ["--format", "json"], ["--quiet"]]) {
            const { code, stderr, stdout } = yield* drift(["check", ...args], { cwd, env })
            assert.strictEqual(code, 2, stderr)
            assertHarmless(stdout)
            assertHarmless(stderr)
          }
        })
      )
    })
  )
})
