/**
 * Drafts a manifest from live state: what most machines of a group satisfy becomes what is expected of it, and what the others do
 * not satisfy today is waived for a while. Pure.
 *
 * The draft is judged by the very functions that a check judges with, so that a check of it is green while nothing changes.
 */
import { type DesiredResource, defaultSeverity, maxAddressLength } from "@holdfast/manifest/DesiredResource"
import { characters } from "@holdfast/manifest/Diagnostic"
import { claims, type Group } from "@holdfast/manifest/Group"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { ruleCodes } from "@holdfast/manifest/ruleCodes"
import type { ResourceReport, Unlisted } from "./CheckReport.ts"
import { compare } from "./compare.ts"
import { type Division, divide, freeName, groupOf, labelOf } from "./divide.ts"
import { dated, type Live } from "./Live.ts"
import type { DraftGroup, DraftResource, DraftWaiver, ManifestDraft } from "./ManifestDraft.ts"
import { type Machine, machinesOf, nowhere, observed, protectedFor, type WholeFolder } from "./machines.ts"
import { rules } from "./Rule.ts"
import { select } from "./select.ts"

/** How long the waivers of a draft last: long enough to mend what can be mended, short enough not to be forgotten. */
const waivedMillis = 30 * 24 * 60 * 60 * 1000

/** Drafts a manifest of what `folders` hold. `now` by the service's clock, in milliseconds since 1970. */
export const draft = (folders: ReadonlyArray<WholeFolder>, now: number): ManifestDraft => {
  const machines = folders.flatMap(machinesOf)
  const instances = machines.filter(({ isInstance }) => isInstance)
  const label = labelOf(instances)
  const groups = divide(instances, label?.key).flatMap((division) => groupsOf(division, instances))
  const isClaimed = (machine: Machine) => machine.isInstance && groups.some(({ group }) => claims(group, machine))
  const resources = resourcesOf(machines.filter((machine) => !isClaimed(machine)))
  const manifest: Manifest = {
    files: [],
    resources: resources.map(desiredOf),
    groups: groups.map(({ group }) => group),
    folders: folders.map(({ folder }) => ({ folder, unlisted: "fail", severity: defaultSeverity, source: nowhere })),
    waivers: [],
    rules: [],
    variables: {}
  }
  return {
    day: dayOf(now),
    folders: folders.map(({ folder, resources }) => ({
      id: folder,
      instances: instances.filter((instance) => instance.folder === folder).length,
      resources: resources.size
    })),
    label,
    groups: groups.map(({ drafted }) => drafted),
    resources,
    until: dayOf(now + waivedMillis),
    waivers: waiversOf(manifest, folders)
  }
}

/** A day in UTC. */
const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

/** The group of a division, as it is written and as a check reads it; none where it would have no member. */
const groupsOf = (
  division: Division,
  instances: ReadonlyArray<Machine>
): ReadonlyArray<{ readonly drafted: DraftGroup; readonly group: Group }> => {
  const parts = { own: { expectations: {} }, source: nowhere }
  const all = groupOf(division, { ...parts, exclude: [] })
  const exclude = instances.filter((one) => one.doubt !== undefined && claims(all, one)).map(({ id }) => id)
  const selector = groupOf(division, { ...parts, exclude })
  // Not those that are left: a machine may have the id of an excluded one as its name.
  const members = instances.filter((one) => claims(selector, one))
  if (members.length === 0) return []
  const { maxBackupAge, policies, protectedMembers } = observed(members)
  const own = { expectations: protectedFor(maxBackupAge, policies) }
  return [
    {
      drafted: { ...division, exclude, maxBackupAge, policies, members: members.length, protectedMembers },
      group: groupOf(division, { exclude, own, source: nowhere })
    }
  ]
}

/** Machines that no group claims, each by a name of its own. */
const resourcesOf = (machines: ReadonlyArray<Machine>): ReadonlyArray<DraftResource> => {
  const { maxBackupAge } = observed(machines)
  const names = new Map<string, number>()
  for (const { name } of machines) names.set(name, (names.get(name) ?? 0) + 1)
  const taken = new Set<string>()
  const byId = new Map(machines.map((machine) => [machine.id, machine]))
  return [...byId.values()].map(({ doubt, id, isInstance, live, name }) => {
    const isUsable = name.trim() !== "" && characters(name) <= maxAddressLength && names.get(name) === 1
    const known = { name: freeName(taken, isUsable ? name : id), instance: id }
    if (doubt !== undefined) return { ...known, kind: "uncertain" as const, note: doubt }
    if (isInstance) return { ...known, kind: "unlabelled" as const, maxBackupAge }
    const type = live._tag === "Found" ? live.resource.type : ""
    return { ...known, kind: "external" as const, maxBackupAge, note: type }
  })
}

const desiredOf = ({ instance, maxBackupAge, name }: DraftResource): DesiredResource => ({
  address: name,
  instance,
  expectations: maxBackupAge === undefined ? { enabled: true, online: true, active: true } : protectedFor(maxBackupAge),
  severity: defaultSeverity,
  isSeverityInherited: true,
  source: nowhere
})

/** What a check of the manifest would find, each machine once. */
const waiversOf = (manifest: Manifest, folders: ReadonlyArray<WholeFolder>): ReadonlyArray<DraftWaiver> => {
  const known = new Map(folders.map((whole) => [whole.folder, whole]))
  const seen = new Map(
    folders.map(({ at, folder, instances, resources }) => {
      const whole = { resources, conflicting: new Set<string>() }
      return [folder, { folder, instances, resources: whole, at }]
    })
  )
  const { resources, unlisted } = select(manifest, seen, new Map())
  const rows = resources.flatMap(({ createdAt, desired, seen }) => {
    if (seen === undefined) return []
    const policies = known.get(seen.folder ?? "")?.policies.get(desired.instance) ?? []
    const live: Live = seen.live._tag === "Found" ? { ...seen.live, policies } : seen.live
    return oddityOfRow(compare(desired, dated(live, createdAt), seen.at))
  })
  const byInstance = new Map<string, ReadonlyArray<Oddity>>()
  for (const oddity of [...rows, ...unlisted.map(oddityOfUnlisted)]) {
    byInstance.set(oddity.instance, [...(byInstance.get(oddity.instance) ?? []), oddity])
  }
  return [...byInstance].map(waiverOf).toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
}

const orderOf = ({ instance, who }: DraftWaiver): string => JSON.stringify([who, instance])

/** What of a machine is not as the draft expects. */
interface Oddity {
  readonly instance: string
  /** The name that a check gives it, or what it is. */
  readonly who: string
  readonly fields: ReadonlyArray<string>
  readonly codes: ReadonlyArray<string>
  readonly isUnderWay: boolean
}

const oddityOfRow = (row: ResourceReport): ReadonlyArray<Oddity> => {
  const { address, changes, instance_id, state } = row
  // What cannot be compared can be waived by nobody.
  if (state === "in_sync" || state === "not_compared") return []
  const isUnknown = changes.length === 0
  return [
    {
      instance: instance_id,
      who: address,
      fields: isUnknown ? ["missing"] : changes.map(({ field }) => field),
      codes: isUnknown ? ["HF016"] : changes.map(({ reason_code }) => reason_code),
      isUnderWay: state === "pending"
    }
  ]
}

const oddityOfUnlisted = ({ instance_id, kind, name, reason_code }: Unlisted): Oddity => ({
  instance: instance_id,
  who: kind === "orphan" ? "its instance is gone" : name,
  fields: ["unlisted"],
  codes: [reason_code],
  isUnderWay: false
})

const waiverOf = ([instance, some]: readonly [string, ReadonlyArray<Oddity>]): DraftWaiver => {
  const all = (of: (one: Oddity) => ReadonlyArray<string>) => [...new Set(some.flatMap(of))]
  const found = all(({ codes }) => codes).map(titleOf)
  const more = some.every(({ isUnderWay }) => isUnderWay) ? "; it is under way" : ""
  return {
    instance,
    fields: all(({ fields }) => fields),
    reason: `found by drift init: ${found.join(", ")}${more}`,
    who: all(({ who }) => [who]).join(", ")
  }
}

const titleOf = (text: string): string => {
  const code = ruleCodes.find((known) => known === text)
  return code === undefined ? text : `${rules[code].title} (${code})`
}
