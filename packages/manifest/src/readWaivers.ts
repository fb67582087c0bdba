/**
 * `waivers` and `rules`: what is accepted, and how bad what is not.
 */
import { nearest, quote } from "./Diagnostic.ts"
import { type Severity, severities } from "./Expectations.ts"
import { waiverNames } from "./fieldNames.ts"
import { type RuleCode, ruleCodes } from "./ruleCodes.ts"
import { type TreeReader, takes } from "./TreeReader.ts"
import { describe, isEmpty, readLiteral } from "./Value.ts"
import { parseUntil, type Waiver, type WaiverTarget, waivableFields, waiverTargets } from "./Waiver.ts"
import type { Entry, Mapping, Node } from "./YamlNode.ts"

const untilDetail = "Write a day, its end in UTC included (2026-12-31), or an RFC 3339 time."

/** Reads `waivers`. */
export const readWaivers = (tree: TreeReader, { value }: Entry): ReadonlyArray<Waiver> => {
  if (isEmpty(value) || value.kind === "invalid") return []
  if (value.kind !== "list") {
    tree.report(value.offset, {
      summary: `\`waivers\` is a list, and this is ${describe(value)}`,
      detail: "Write `- {resource: web-1, until: 2026-12-31, reason: …}` below it."
    })
    return []
  }
  const waivers = value.items.flatMap((item) => {
    if (item.kind === "invalid") return []
    if (item.kind === "mapping") return tree.once(item, "waiver", () => readWaiver(tree, item)) ?? []
    tree.report(item.offset, {
      summary: `A waiver is a mapping, and this is ${describe(item)}`,
      detail: takes(waiverNames)
    })
    return []
  })
  // One that aliases repeat is one.
  return [...new Set(waivers)]
}

const isTarget = (name: string): name is WaiverTarget => (waiverTargets as ReadonlyArray<string>).includes(name)

type Parts = { -readonly [Name in keyof Waiver]?: Waiver[Name] }

const readWaiver = (tree: TreeReader, node: Mapping): Waiver | undefined => {
  const parts: Parts = {}
  const entries = tree.entriesOf(node, waiverNames, "a waiver")
  for (const { key, value } of entries) {
    if (!isTarget(key.text)) Object.assign(parts, readPart(tree, key.text, value))
    else if (parts.kind === undefined) {
      parts.kind = key.text
      const target = readTarget(tree, key.text, value)
      if (target !== undefined) parts.target = target
    } else {
      tree.report(key.offset, {
        summary: `A waiver is about one thing, and this one names a \`${parts.kind}\` and ${/^[aeiou]/.test(key.text) ? "an" : "a"} \`${key.text}\``,
        detail: "Write two waivers."
      })
    }
  }
  const isThere = (name: string) =>
    entries.some(({ key }) => key.text === name) || tree.isMisspelt(node, name, waiverNames)
  if (parts.kind === undefined && !waiverTargets.some(isThere)) {
    tree.report(node.offset, {
      summary: "This waiver is about nothing",
      detail: "Name a `resource`, a `group` or an `instance`."
    })
  }
  for (const name of ["until", "reason"]) {
    if (isThere(name)) continue
    tree.report(node.offset, {
      summary: `This waiver has no \`${name}\``,
      detail: name === "until" ? untilDetail : "Say why this drift is accepted."
    })
  }
  const { kind, reason, target, until, untilText, ...rest } = parts
  if (kind === undefined || reason === undefined || target === undefined) return undefined
  if (until === undefined || untilText === undefined) return undefined
  return {
    ...rest,
    kind,
    target,
    until,
    untilText,
    reason,
    source: tree.place(node.entries[0]?.key.offset ?? node.offset)
  }
}

const readTarget = (tree: TreeReader, kind: WaiverTarget, value: Node): string | undefined =>
  kind === "instance"
    ? tree.id(value, "instance", "An id is 1 to 50 lower-case letters, digits, `-` or `_`.")
    : tree.text(value, `\`${kind}\``)

const readPart = (tree: TreeReader, name: string, value: Node): Parts => {
  switch (name) {
    case "fields": {
      const fields = tree.oneOrMore(value, "`fields`", (item) => readLiteral(item, waivableFields, tree.report))
      return fields === undefined ? {} : { fields }
    }
    case "until": {
      const until = value.kind === "scalar" ? parseUntil(value.text) : undefined
      if (until !== undefined && value.kind === "scalar") return { until, untilText: value.text }
      if (value.kind === "invalid") return {}
      const summary = `\`until\` is a day or a time, and this is ${describe(value)}`
      tree.report(value.offset, { summary, detail: untilDetail })
      return {}
    }
    default: {
      const text = tree.text(value, `\`${name}\``)
      return text === undefined ? {} : { [name]: text }
    }
  }
}

/** Reads `rules`: the severities of kinds of drift. */
export const readRules = (
  tree: TreeReader,
  { value }: Entry
): ReadonlyArray<{ readonly code: RuleCode; readonly severity: Severity; readonly offset: number }> =>
  tree.mappingOf(value, "`rules`", "Write `rules: {HF012: low}`.").flatMap(({ key, value }) => {
    const code = ruleCodes.find((known) => known === key.text)
    if (code === undefined) {
      const suggestion = nearest(key.text, ruleCodes)
      tree.report(key.offset, {
        summary: `There is no rule ${quote(key.text)}`,
        detail: "`drift explain` lists the rules.",
        ...(suggestion === undefined ? {} : { suggestion })
      })
      return []
    }
    const severity = readLiteral(value, severities, tree.report)
    return severity === undefined ? [] : [{ code, severity, offset: key.offset }]
  })
