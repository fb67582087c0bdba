import type { Change } from "@holdfast/check/CheckReport"

const one = (json: unknown): string => (typeof json === "object" ? JSON.stringify(json) : String(json))

/** A value of a change as people read it; not escaped. */
export const valueText = (json: Change["actual"]): string =>
  json === null || (Array.isArray(json) && json.length === 0)
    ? "(none)"
    : Array.isArray(json)
      ? json.map(one).join(" | ")
      : one(json)
