/**
 * Single values of a manifest: what each field takes, and what is said of anything else.
 */
import { type at, nearest } from "./Diagnostic.ts"
import { type Expectations, fields, parseDuration } from "./Expectations.ts"
import type * as Yaml from "./Yaml.ts"

/** Takes down a mistake at an offset of the file, or of the file as a whole. */
export type Report = (offset: number | undefined, parts: Parameters<typeof at>[2]) => void

/** Nothing at all is written there. */
export const isEmpty = (node: Yaml.Node): boolean =>
  node.kind === "scalar" && node.plain && /^(|~|null|Null|NULL)$/.test(node.text)

/** What is written there, in a few words. */
export const describe = (node: Yaml.Node): string =>
  node.kind === "scalar"
    ? isEmpty(node)
      ? "nothing"
      : `"${node.text.length > 80 ? `${node.text.slice(0, 80)}…` : node.text}"`
    : `a ${node.kind}`

/** The expectation `name` as an object of one field, or of none where the value is a mistake. */
export const readExpectation = (name: keyof Expectations, value: Yaml.Node, report: Report): Expectations => {
  const field = fields[name]
  switch (field.kind) {
    case "boolean":
    case "true": {
      const bool = readBoolean(value, report)
      if (bool === undefined) return {}
      if (bool || field.kind === "boolean") return { [name]: bool }
      report(value.offset, {
        summary: `\`${name}\` can only be true`,
        detail: "Leave it out, or write `enabled: false` for a machine that must not be backed up."
      })
      return {}
    }
    case "duration": {
      const millis = value.kind === "scalar" ? parseDuration(value.text) : undefined
      if (millis !== undefined) return { [name]: millis }
      report(value.offset, {
        summary: `\`${name}\` is a duration, and this is ${describe(value)}`,
        detail: "Write a whole number and a unit, s, m, h, d or w: 90m, 26h, 1d12h."
      })
      return {}
    }
    case "oneOrMore": {
      const items = value.kind === "list" ? value.items : [value]
      if (items.length === 0) {
        report(value.offset, {
          summary: `\`${name}\` allows no value at all`,
          detail: `Name some of ${field.known.join(", ")}.`
        })
      }
      const allowed = items.flatMap((item) => readLiteral(item, field.known, report) ?? [])
      return allowed.length === items.length && items.length > 0 ? { [name]: allowed } : {}
    }
  }
}

const readBoolean = (value: Yaml.Node, report: Report): boolean | undefined => {
  if (value.kind === "scalar" && value.plain) {
    if (/^(true|True|TRUE)$/.test(value.text)) return true
    if (/^(false|False|FALSE)$/.test(value.text)) return false
  }
  const meant =
    value.kind !== "scalar"
      ? undefined
      : /^(yes|on|y|true)$/i.test(value.text)
        ? "true"
        : /^(no|off|n|false)$/i.test(value.text)
          ? "false"
          : undefined
  report(value.offset, {
    summary: `Expected true or false, and this is ${describe(value)}`,
    ...(meant === undefined ? {} : { suggestion: meant })
  })
  return undefined
}

/** One of `values`. */
export const readLiteral = <const Values extends ReadonlyArray<string>>(
  value: Yaml.Node,
  values: Values,
  report: Report
): Values[number] | undefined => {
  if (value.kind === "scalar" && values.includes(value.text)) return value.text
  const suggestion = value.kind === "scalar" ? nearest(value.text, values) : undefined
  report(value.offset, {
    summary: `Expected one of ${values.join(", ")}, and this is ${describe(value)}`,
    ...(suggestion === undefined ? {} : { suggestion })
  })
  return undefined
}
