import { assert, describe, it } from "@effect/vitest"
import { SourceText } from "../src/Diagnostic.ts"
import { parse } from "../src/Manifest.ts"
import { disagreements } from "../src/manifestAgreement.ts"

/** How often each thing is shared, and how much is in it: what is not proportional takes 16 million steps. */
const many = 4_000

/** What such a text may take, on a machine that does something else, too; it takes a tenth of a second. */
const limitMillis = 3_000

const times = (text: (i: number) => string): string => Array.from({ length: many }, (_, i) => text(i)).join(", ")

const list = (item: (i: number) => string): string => `x-shared: &s [${times(item)}]`
const mapping = (entry: (i: number) => string): string => `x-shared: &s {${times(entry)}}`
const scalar = (character: string): string => `x-shared: &s "${character.repeat(100 * many)}"`
const groups = (body: (i: number) => string): string => `groups: {${times((i) => `g${i}: ${body(i)}`)}}`
const resources = (more: (i: number) => string): string =>
  `resources: {${times((i) => `r${i}: {instance: i${i}${more(i)}}`)}}`
const waivers = (body: (i: number) => string): string =>
  `waivers: [${times((i) => `{${body(i)}, until: 2026-12-31, reason: x}`)}]`

const bombs: Readonly<Record<string, readonly [shared: string, by: string]>> = {
  "a list of values by labels": [
    list((i) => `v${i}`),
    `groups: {g: {folders: b, labels: {${times((i) => `k${i}: *s`)}}}}`
  ],
  "a list of mistakes by labels": [
    list(() => "{}"),
    `groups: {g: {folders: b, labels: {${times((i) => `k${i}: *s`)}}}}`
  ],
  "labels by groups": [mapping((i) => `k${i}: v`), groups(() => "{folders: b, labels: *s}")],
  "exclusions by groups": [list((i) => `v${i}`), groups(() => "{folders: b, exclude: *s}")],
  "folders by groups": [list((i) => `b${i}`), groups(() => "{folders: *s}")],
  "folders that are none by groups": [list(() => "B"), groups(() => "{folders: *s}")],
  "patterns by groups": [list((i) => `v${i}`), groups(() => "{folders: b, match: {name: *s}}")],
  "a match by groups": [
    list((i) => `v${i}`)
      .replace("&s [", "&s {name: [")
      .replace(/\]$/, "]}"),
    groups(() => "{folders: b, match: *s}")
  ],
  "unknown expectations by groups": [mapping((i) => `k${i}: v`), groups(() => "{folders: b, expect: *s}")],
  "policies by groups": [list((i) => `p${i}`), groups(() => "{folders: b, expect: {policies: *s}}")],
  "policies of at least by groups": [
    list((i) => `p${i}`),
    groups(() => "{folders: b, expect: {policies: {atLeast: *s}}}")
  ],
  "everything by groups": [`x-shared: &s {folders: b, exclude: [${times((i) => `v${i}`)}]}`, groups(() => "*s")],
  "tags by resources": [mapping((i) => `k${i}: v`), `defaults: {tags: {a: b}}\n${resources(() => ", tags: *s")}`],
  "the most tags by resources": [
    `x-shared: &s {${Array.from({ length: 64 }, (_, i) => `k${i}: v`).join(", ")}}`,
    resources(() => ", tags: *s")
  ],
  "unknown fields by folders": [mapping((i) => `k${i}: v`), `folders: {${times((i) => `b${i}: *s`)}}`],
  "fields by waivers": [list(() => "enabled"), waivers((i) => `instance: i${i}, fields: *s`)],
  "fields that are none by waivers": [list((i) => `f${i}`), waivers((i) => `instance: i${i}, fields: *s`)],
  "unknown fields by waivers": [mapping((i) => `k${i}: v`), waivers((i) => `<<: *s, instance: i${i}`)],
  "one waiver by the list": [
    "x-shared: &s {resource: r0, until: 2026-12-31, reason: x}",
    `${resources(() => "")}\nwaivers: [${times(() => "*s")}]`
  ],
  "one waiver of nobody by the list": [
    "x-shared: &s {resource: nobody, until: 2026-12-31, reason: x}",
    `${resources(() => "")}\nwaivers: [${times(() => "*s")}]`
  ],
  "a long text by owners": [scalar("x"), resources(() => ", owner: *s")],
  "a long strange text by owners": [scalar("ы"), resources(() => ", owner: *s")],
  "a long emptiness by owners": [scalar(" "), resources(() => ", owner: *s")],
  "a long emptiness by labels": [scalar(" "), `groups: {g: {folders: b, labels: {${times((i) => `k${i}: *s`)}}}}`],
  "a long emptiness by exclusions": [scalar(" "), `groups: {g: {folders: b, exclude: [${times(() => "*s")}]}}`],
  "a long emptiness by policies": [scalar(" "), `defaults: {policies: [${times(() => "*s")}]}\nresources: {}`],
  "a long emptiness by names": [scalar(" "), groups(() => "{folders: b, labels: {*s : v}}")],
  "a long text by severities": [scalar("x"), resources(() => ", severity: *s")],
  "a long text by waivers": [scalar("x"), waivers((i) => `instance: i${i}, ticket: *s`)],
  "nothing, by waivers of nobody": ["x-shared: 1", `${resources(() => "")}\n${waivers((i) => `resource: q${i}`)}`],
  "a line, by mistakes": ["x-shared: 1", resources((i) => `, k${i}: v`)]
}

/** How many values there are when each that is shared is counted once. */
const distinctValues = (root: unknown): number => {
  const seen = new Set<object>()
  const rest = [root]
  let count = 0
  while (rest.length > 0) {
    const value = rest.pop()
    count += 1
    if (typeof value !== "object" || value === null || seen.has(value)) continue
    seen.add(value)
    for (const inner of Object.values(value)) rest.push(inner)
  }
  return count
}

describe("what aliases share costs as much as its text", () => {
  it.each(Object.entries(bombs))("%s", (_, [shared, by]) => {
    const text = `version: 1\n${shared}\n${by}\n`
    const began = performance.now()
    const file = parse(new SourceText("fleet.yaml", text))
    const { diagnostics, ...declared } = file
    const others = disagreements(file)
    assert.isBelow(performance.now() - began, limitMillis)
    assert.isAtMost(diagnostics.length + others.length, 2 * many)
    // Each thing that is declared has a dozen of its own.
    assert.isAtMost(distinctValues(declared), 30 * many)
  })
})
