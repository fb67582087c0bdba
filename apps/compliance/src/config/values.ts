/**
 * Single values of the configuration.
 */
import { parseDuration } from "@holdfast/manifest/Expectations"
import { capital, type TreeReader } from "@holdfast/manifest/TreeReader"
import { describe } from "@holdfast/manifest/Value"
import type { Node } from "@holdfast/manifest/YamlNode"

/** A duration in milliseconds. */
export const readDuration = (tree: TreeReader, value: Node, what: string): number | undefined => {
  if (value.kind === "invalid") return undefined
  const millis = value.kind === "scalar" ? parseDuration(value.text) : undefined
  if (millis !== undefined) return millis
  tree.report(value.offset, {
    summary: `${capital(what)} is a duration, and this is ${describe(value)}`,
    detail: "Write a whole number and a unit, s, m, h, d or w: 90s, 10m, 1d12h."
  })
  return undefined
}

/** A whole number within limits. */
export const readWhole = (
  tree: TreeReader,
  value: Node,
  what: string,
  least: number,
  most: number
): number | undefined => {
  if (value.kind === "invalid") return undefined
  const number = value.kind === "scalar" && value.plain && /^\d{1,9}$/.test(value.text) ? Number(value.text) : undefined
  if (number !== undefined && number >= least && number <= most) return number
  tree.report(value.offset, {
    summary: `${capital(what)} is a whole number from ${least} to ${most}, and this is ${describe(value)}`
  })
  return undefined
}

/** `true` or `false`. */
export const readSwitch = (tree: TreeReader, value: Node, what: string): boolean | undefined => {
  if (value.kind === "invalid") return undefined
  if (value.kind === "scalar" && value.plain && /^(true|false)$/i.test(value.text)) return /^t/i.test(value.text)
  tree.report(value.offset, { summary: `${capital(what)} is true or false, and this is ${describe(value)}` })
  return undefined
}
