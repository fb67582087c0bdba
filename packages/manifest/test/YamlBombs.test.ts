import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { SourceText } from "../src/Diagnostic.ts"
import { parse } from "../src/Manifest.ts"
import { noVariables } from "../src/Variables.ts"
import * as Yaml from "../src/Yaml.ts"
import type { Node } from "../src/YamlNode.ts"
import { eventsOf } from "../src/yamlEvents.ts"
import { check, checkResources, diagnosticsOf } from "./check.ts"

/** Ten keys, each nine times the one before: the last stands for 9^10 values. */
const bomb = (prefix: string): string => {
  const level = (i: number) =>
    `${prefix}${i}: &a${i} [${
      i === 0
        ? "IDLE"
        : Array(9)
            .fill(`*a${i - 1}`)
            .join(", ")
    }]\n`
  return Array.from({ length: 11 }, (_, i) => level(i)).join("")
}

const times = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("")

/** How many nodes a tree has when each is counted once. */
const distinctNodes = (root: Node | undefined): number => {
  const seen = new Set<Node>()
  const rest = root === undefined ? [] : [root]
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.kind === "list") rest.push(...node.items)
    if (node.kind === "mapping") rest.push(...node.entries.map(({ value }) => value))
  }
  return seen.size
}

describe("an alias bomb", () => {
  it.effect("stays as small as its text", () =>
    Effect.sync(() => {
      const source = new SourceText("fleet.yaml", bomb("k"))
      const { diagnostics, root } = Yaml.treeOf(source, Result.getOrThrow(eventsOf(source)), noVariables)
      assert.deepStrictEqual(diagnostics, [])
      assert.strictEqual(distinctNodes(root), 1 + 11 + 1)
    })
  )

  it.effect("is harmless under x- keys", () => checkResources(`version: 1\n${bomb("x-")}resources: {}\n`, []))

  it.effect("under unknown keys is a mistake for each key", () =>
    check(
      `version: 1\n${bomb("k")}resources: {}\n`,
      Array.from({ length: 11 }, (_, i) => `${i + 2}:1 A manifest has no field "k${i}"`)
    )
  )

  it.effect("inside a status is a mistake for each of its nine items at most", () =>
    Effect.sync(() => {
      const said = diagnosticsOf(`version: 1\n${bomb("x-")}resources: {r: {instance: i, status: *a10}}\n`)
      assert.isTrue(said.length >= 1 && said.length <= 9, `${said.length} mistakes`)
    })
  )

  it.effect("in the place of the resources is one mistake", () =>
    check(`version: 1\n${bomb("x-")}resources: *a10\n`, [
      "12:12 `resources` is a mapping from names to resources, and this is a list"
    ])
  )

  it.effect("repeats no mistake of a node that several aliases share", () =>
    check("version: 1\nx-s: &s [IDEL]\nresources:\n  a: {instance: i, status: *s}\n  b: {instance: j, status: *s}\n", [
      '2:10 Expected one of IDLE, BACKUPING, RECOVERING, FAILED, OTHER, and this is "IDEL" (IDLE?)'
    ])
  )

  it.effect("of 500 unknown fields in 500 resources has no more mistakes than its text has words", () =>
    Effect.sync(() => {
      const text = `version: 1\nx-a: &a {${times(500, (i) => `k${i}: 1, `)}}\nresources:\n${times(500, (i) => `  r${i}: *a\n`)}`
      assert.isAtMost(diagnosticsOf(text).length, 2000)
    })
  )

  it.effect("of 500 allowed values in 500 resources keeps no more values than its text has words", () =>
    Effect.sync(() => {
      const text = `version: 1\nx-s: &s [${"IDLE, ".repeat(500)}]\nresources:\n${times(500, (i) => `  r${i}: {instance: i${i}, status: *s}\n`)}`
      const { resources } = parse(new SourceText("fleet.yaml", text))
      const kept = new Set(resources.map(({ expectations }) => expectations.status))
      assert.isAtMost(
        [...kept].reduce((sum, status) => sum + (status?.length ?? 0), 0),
        5000
      )
    })
  )
})

describe("a merge-key bomb", () => {
  const limit = "The merge keys of this file bring in more than 1000000 keys"

  it.effect("of the same keys over and over brings each in once", () =>
    checkResources(
      `version: 1\nx-0: &a0 {online: true}\n${times(10, (i) => `x-${i + 1}: &a${i + 1} {<<: [${Array(9).fill(`*a${i}`).join(", ")}]}\n`)}resources: {r: {<<: *a10, instance: i}}\n`,
      [{ address: "r", expectations: { online: true } }]
    )
  )

  it.effect("of many keys in many mappings is told once", () =>
    check(
      `version: 1\nx-0: &a {${times(1001, (i) => `k${i}: 1, `)}}\n${times(1200, (i) => `x-${i + 1}: {<<: *a}\n`)}resources: {}\n`,
      [`1002:${"x-1000: {".length + 1} ${limit}`]
    )
  )

  it.effect("of a chain that grows by a key each time is told once", () =>
    Effect.sync(() => {
      const text = `version: 1\nx-0: &a0 {k: 1}\n${times(3000, (i) => `x-${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: 1}\n`)}resources: {}\n`
      assert.deepStrictEqual(
        diagnosticsOf(text).map(({ summary }) => summary),
        [limit]
      )
    })
  )
})
