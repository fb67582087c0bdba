/**
 * What groups say together of an instance: a resource wins over its groups, those win over the defaults, and two groups that
 * disagree are a mistake that names both. Pure.
 */
import {
  type Declared,
  type DesiredResource,
  defaultSeverity,
  needsBackup,
  nothing,
  over
} from "@holdfast/manifest/DesiredResource"
import { type Expectations, inherit } from "@holdfast/manifest/Expectations"
import type { Group } from "@holdfast/manifest/Group"
import * as Result from "effect/Result"

/** Two groups that say different things of one field. */
export interface Disagreement {
  readonly field: string
  readonly groups: readonly [Group, Group]
}

/** What is said of a resource but for who it is. */
export type Merged = Pick<
  DesiredResource,
  "expectations" | "severity" | "isSeverityInherited" | "owner" | "tags" | "groups"
>

interface Part {
  readonly group: Group
  readonly declared: Declared
}

/** Every field that is said something of; lists in order, so that the same is the same. */
const saidBy = ({ expectations, owner, severity, tags = {} }: Declared): ReadonlyArray<readonly [string, string]> => {
  const ordered = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.toSorted()
      : typeof value === "object" && value !== null
        ? Object.entries(value).map(([name, inner]) => [name, ordered(inner)])
        : value
  return [
    ...Object.entries(expectations),
    ...(severity === undefined ? [] : [["severity", severity] as const]),
    ...(owner === undefined ? [] : [["owner", owner] as const]),
    ...Object.entries(tags).map(([name, value]) => [`tags.${name}`, value] as const)
  ].map(([field, value]) => [field, JSON.stringify(ordered(value))] as const)
}

/** All that some groups say, where `own` says nothing. */
const together = (parts: ReadonlyArray<Part>, own: Declared): Result.Result<Declared, Disagreement> => {
  const except = new Set(saidBy(own).map(([field]) => field))
  const said = new Map<string, { readonly value: string; readonly group: Group }>()
  for (const { declared, group } of parts) {
    for (const [field, value] of saidBy(declared)) {
      const known = said.get(field)
      if (except.has(field)) continue
      if (known === undefined) said.set(field, { value, group })
      else if (known.value !== value) return Result.fail({ field, groups: [known.group, group] })
    }
  }
  const denied = said.get("enabled")
  const needed = needsBackup.map((field) => said.get(field)).find((one) => one !== undefined)
  if (denied?.value === "false" && needed !== undefined && own.expectations.enabled === undefined) {
    return Result.fail({ field: "enabled", groups: [denied.group, needed.group] })
  }
  return Result.succeed(parts.reduce<Declared>((all, { declared }) => over(all, declared), nothing))
}

const named = (groups: ReadonlyArray<Group>): ReadonlyArray<string> => groups.map(({ name }) => name)

/** What the members of exactly these groups, in the order of their names, must satisfy. */
export const memberOf = (groups: ReadonlyArray<Group>): Result.Result<Merged, Disagreement> => {
  const parts = groups.map((group) => ({
    group,
    declared: {
      ...over(group.own, group.defaults),
      expectations: inherit(group.own.expectations, group.defaults.expectations)
    }
  }))
  const isSeverityInherited = groups.every(({ own }) => own.severity === undefined)
  return Result.map(together(parts, nothing), ({ expectations, owner, severity = defaultSeverity, tags }) => ({
    expectations,
    severity,
    ...(isSeverityInherited ? { isSeverityInherited } : {}),
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags }),
    groups: named(groups)
  }))
}

/** A declared resource that groups claim, too. */
export const overlaid = (
  resource: DesiredResource,
  groups: ReadonlyArray<Group>
): Result.Result<DesiredResource, Disagreement> => {
  const { defaults = nothing, own = { expectations: resource.expectations } } = resource
  // One that must not be backed up takes nothing of how its groups are, whether or not they agree about that.
  const isDenied = own.expectations.enabled === false
  const parts = groups.map((group) => ({ group, declared: isDenied ? { ...group.own, expectations: {} } : group.own }))
  return Result.map(together(parts, own), (all) => {
    const claimed = over(own, { ...all, expectations: inherited(own.expectations, all.expectations) })
    const { owner, severity = defaultSeverity, tags } = over(claimed, defaults)
    const { isSeverityInherited: _, ...rest } = resource
    return {
      ...rest,
      expectations: inherit(claimed.expectations, defaults.expectations),
      severity,
      ...(claimed.severity === undefined ? { isSeverityInherited: true } : {}),
      ...(owner === undefined ? {} : { owner }),
      ...(tags === undefined ? {} : { tags }),
      groups: named(groups)
    }
  })
}

/** A resource that says how it is backed up is not denied by its groups. */
const inherited = (own: Expectations, ofGroups: Expectations): Expectations => {
  const isBackedUp = needsBackup.some((field) => own[field] !== undefined)
  if (ofGroups.enabled !== false || own.enabled === true || !isBackedUp) return ofGroups
  const { enabled: _, ...others } = ofGroups
  return others
}
