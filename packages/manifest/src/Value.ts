/**
 * Single values of a manifest: what each field takes, and what is said of anything else.
 */
import { type at, nearest, quote } from "./Diagnostic.ts"
import { type Expectations, fields, type PolicySet, parseDuration } from "./Expectations.ts"
import type { Node } from "./YamlNode.ts"

/**
 * Takes down a mistake at an offset of the file, or of the file as a whole. Said twice of the same place, as of a node that
 * several aliases share, it counts once.
 */
export type Note = (offset: number | undefined, parts: Parameters<typeof at>[2]) => void

/** What values are read with: what several aliases share is read once. */
export interface Noting {
  readonly report: Note
  readonly once: <A>(node: Node, part: string, read: () => A) => A
}

/** Nothing at all is written there. */
export const isEmpty = (node: Node): boolean =>
  node.kind === "scalar" && node.plain && /^(|~|null|Null|NULL)$/.test(node.text)

/** What is written there, in a few words. */
export const describe = (node: Node): string =>
  node.kind === "scalar" ? (isEmpty(node) ? "nothing" : quote(node.text)) : `a ${node.kind}`

/** The value of the expectation `name`, or `undefined` where it is a mistake. */
export const readExpectation = (
  name: keyof Expectations,
  value: Node,
  tree: Noting
): Expectations[keyof Expectations] => {
  if (value.kind === "invalid") return undefined
  const { report } = tree
  const field = fields[name]
  switch (field.kind) {
    case "boolean":
    case "true": {
      const bool = readBoolean(value, field.kind, report)
      if (bool !== false || field.kind === "boolean") return bool
      report(value.offset, {
        summary: `\`${name}\` can only be true`,
        detail: "Leave it out, or write `enabled: false` for a machine that must not be backed up."
      })
      return undefined
    }
    case "duration": {
      const millis = value.kind === "scalar" ? parseDuration(value.text) : undefined
      if (millis !== undefined) return millis
      report(value.offset, {
        summary: `\`${name}\` is a duration, and this is ${describe(value)}`,
        detail: "Write a whole number and a unit, s, m, h, d or w: 90m, 26h, 1d12h."
      })
      return undefined
    }
    case "oneOrMore": {
      if (value.kind !== "list") {
        const allowed = readLiteral(value, field.known, report)
        return allowed === undefined ? undefined : [allowed]
      }
      const { items } = value
      if (items.length === 0) {
        report(value.offset, {
          summary: `\`${name}\` allows no value at all`,
          detail: `Name some of ${field.known.join(", ")}.`
        })
      }
      const allowed = items.flatMap((item) => readLiteral(item, field.known, report) ?? [])
      return allowed.length === items.length && items.length > 0 ? [...new Set(allowed)] : undefined
    }
    case "policies":
      return readPolicies(value, tree)
  }
}

const policiesDetail = "Write `policies: [daily]` for exactly these, or `policies: {atLeast: [daily]}`."

/** A list of policies, or `{atLeast: list}`. */
const readPolicies = (value: Node, tree: Noting): PolicySet | undefined => {
  const { report } = tree
  if (value.kind === "list") {
    const names = value.items.flatMap((item) => readPolicy(item, report) ?? [])
    if (value.items.length === 0) {
      report(value.offset, {
        summary: "`policies` is an empty list",
        detail: "Name some, or write `enabled: false` for a machine that must not be backed up."
      })
    }
    const isRead = names.length === value.items.length && names.length > 0
    return isRead ? { names: [...new Set(names)], isExact: true } : undefined
  }
  if (value.kind === "mapping") {
    const [entry, ...others] = value.entries
    const unknown = value.entries.find(({ key }) => key.text !== "atLeast")
    if (unknown === undefined && entry !== undefined && others.length === 0) {
      const { value: list } = entry
      if (list.kind === "list") {
        const exact = tree.once(list, "policies", () => readPolicies(list, tree))
        return exact === undefined ? undefined : { ...exact, isExact: false }
      }
    }
    report((unknown ?? entry)?.key.offset ?? value.offset, {
      summary: "`policies` takes a list, or `atLeast` with a list",
      detail: policiesDetail
    })
    return undefined
  }
  report(value.offset, { summary: `\`policies\` is a list, and this is ${describe(value)}`, detail: policiesDetail })
  return undefined
}

/** The longest id or name of a policy that is read, in characters. */
export const maxPolicyLength = 200

const readPolicy = (item: Node, report: Note): string | undefined => {
  if (item.kind === "invalid") return undefined
  const isShort = item.kind === "scalar" && item.text.length <= maxPolicyLength
  if (isShort && !isEmpty(item) && item.text.trim() !== "") return item.text
  report(item.offset, { summary: `Expected the id or the name of a policy, and this is ${describe(item)}` })
  return undefined
}

const readBoolean = (value: Node, kind: "boolean" | "true", report: Note): boolean | undefined => {
  if (value.kind === "scalar" && value.plain) {
    if (/^(true|True|TRUE)$/.test(value.text)) return true
    if (/^(false|False|FALSE)$/.test(value.text)) return false
  }
  const suggestion =
    value.kind !== "scalar"
      ? undefined
      : /^(yes|on|y|true)$/i.test(value.text)
        ? "true"
        : kind === "boolean" && /^(no|off|n|false)$/i.test(value.text)
          ? "false"
          : undefined
  const isText = value.kind === "scalar" && !value.plain && suggestion === value.text
  report(value.offset, {
    summary: `Expected true or false, and this is ${describe(value)}`,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(isText ? { detail: "In quotes, or with a tag, it is text: write it plainly." } : {})
  })
  return undefined
}

/** One of `values`. */
export const readLiteral = <const Values extends ReadonlyArray<string>>(
  value: Node,
  values: Values,
  report: Note
): Values[number] | undefined => {
  if (value.kind === "invalid") return undefined
  if (value.kind === "scalar" && values.includes(value.text)) return value.text
  const suggestion = value.kind === "scalar" ? nearest(value.text, values) : undefined
  report(value.offset, {
    summary: `Expected one of ${values.join(", ")}, and this is ${describe(value)}`,
    ...(suggestion === undefined ? {} : { suggestion })
  })
  return undefined
}
