/**
 * The machines that a manifest is drafted for: how each is backed up, and what most of some have in common. Pure.
 */
import type { Resource } from "@holdfast/core/Resource"
import { toEpochMillis } from "@holdfast/core/Timestamp"
import { defaultSeverity } from "@holdfast/manifest/DesiredResource"
import type { Expectations } from "@holdfast/manifest/Expectations"
import { compare } from "./compare.ts"
import type { Instances } from "./FolderSeen.ts"
import { lastBackupOf } from "./inspect.ts"
import { inspectPolicies } from "./inspectPolicies.ts"
import type { AppliedPolicy, Live } from "./Live.ts"

/** A folder of which all is known. */
export interface WholeFolder {
  readonly folder: string
  readonly instances: Instances
  readonly resources: ReadonlyMap<string, Resource>
  /** The policies of each instance that has some. */
  readonly policies: ReadonlyMap<string, ReadonlyArray<AppliedPolicy>>
  /** When, by the service's clock, in milliseconds since 1970. */
  readonly at: number
}

/** An instance of Compute, or a machine outside of it that is backed up. */
export interface Machine {
  readonly id: string
  readonly folder: string
  /** Empty where it has none. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly isInstance: boolean
  readonly live: Live
  readonly at: number
  readonly isProtected: boolean
  /** Why it cannot be compared with what protection takes. */
  readonly doubt: string | undefined
}

const hour = 60 * 60 * 1000

/** Hourly, every four hours, twice a day, daily, every other day, weekly, monthly: each with some slack. */
const ages = [2 * hour, 6 * hour, 14 * hour, 26 * hour, 50 * hour, 8 * 24 * hour, 32 * 24 * hour] as const

/** Where no protected machine tells how often it is backed up; where they are backed up more seldom than any of these. */
const dailyAge = ages[3]
const monthlyAge = ages[6]

const machine = (known: Omit<Machine, "isProtected" | "doubt">): Machine => {
  const desired = { address: known.id, instance: known.id, severity: defaultSeverity, source: nowhere }
  const { doubt, error, state } = compare({ ...desired, expectations: { protected: true } }, known.live, known.at)
  return { ...known, isProtected: state === "in_sync", doubt: (error ?? doubt)?.detail }
}

/** Stands for a place in the manifest that is still to be written. */
export const nowhere = { path: "", line: 1, column: 1 }

/** All that can be declared of what a folder holds. */
export const machinesOf = ({ at, folder, instances, policies, resources }: WholeFolder): ReadonlyArray<Machine> => {
  const found = (resource: Resource): Live => ({
    _tag: "Found",
    resource,
    policies: policies.get(resource.computeInstanceId) ?? []
  })
  const ofCompute = [...instances.values()].flatMap((instance) => {
    // A check leaves those out, too.
    if (instance.status === "DELETING") return []
    const { createdAt, id, labels, name } = instance
    const resource = resources.get(id)
    const live: Live =
      resource === undefined ? { _tag: "NotFound", ...(createdAt === undefined ? {} : { createdAt }) } : found(resource)
    return [machine({ id, folder, name, labels, isInstance: true, live, at })]
  })
  const external = [...resources.values()].flatMap((resource) => {
    const { computeInstanceId: id, initStatus, type } = resource
    // Of Compute's type, it is an orphan: it is to be deleted, not to be backed up.
    if (type === "COMPUTE" || initStatus === "DELETED" || instances.has(id)) return []
    return [machine({ id, folder, name: "", labels: {}, isInstance: false, live: found(resource), at })]
  })
  return [...ofCompute, ...external]
}

/** What most of those machines satisfy that are protected. */
export const observed = (machines: ReadonlyArray<Machine>) => {
  const well = machines.filter(({ isProtected }) => isProtected)
  const spans = well.map(spanOf)
  const isMet = (age: number) => spans.filter((span) => span <= age).length * 2 > spans.length
  const maxBackupAge = spans.length === 0 ? dailyAge : (ages.find(isMet) ?? monthlyAge)
  return { maxBackupAge, policies: shared(well), protectedMembers: well.length }
}

/** From one backup to the next: a daily backup is an hour old an hour after it was made, and a day old before the next. */
const spanOf = ({ at, live }: Machine): number => {
  if (live._tag !== "Found") return 0
  const { resource } = live
  const last = lastBackupOf(resource)
  if (last === undefined) return 0
  const next = resource.nextBackupTime === undefined ? 0 : toEpochMillis(resource.nextBackupTime)
  return Math.max(at, next) - toEpochMillis(last)
}

/** The policies that work for each of some machines, by name. */
const shared = (machines: ReadonlyArray<Machine>): ReadonlyArray<string> => {
  const [first, ...others] = machines.map(
    (one) => new Set(policiesOf(one).map(({ policy }) => (isUsable(policy.name) ? policy.name : policy.id)))
  )
  if (first === undefined) return []
  const isShared = (name: string) =>
    isUsable(name) &&
    others.every((names) => names.has(name)) &&
    machines.every((one) => inspectPolicies({ names: [name], isExact: false }, policiesOf(one), one.at).length === 0)
  return [...first].filter(isShared).toSorted()
}

const policiesOf = ({ live }: Machine): ReadonlyArray<AppliedPolicy> =>
  live._tag === "Found" && live.policies !== undefined && !("_tag" in live.policies) ? live.policies : []

/** What a manifest takes for the name of a policy. */
const isUsable = (name: string): boolean => name.trim() !== "" && name.length <= 200

/** What is expected of a machine that is to be protected. */
export const protectedFor = (maxBackupAge: number, policies: ReadonlyArray<string> = []): Expectations => ({
  protected: true,
  maxBackupAge,
  ...(policies.length === 0 ? {} : { policies: { names: policies, isExact: false } })
})
