/**
 * How a fleet falls into groups: by the values of one label, or by folders. Pure.
 */
import { maxAddressLength } from "@holdfast/manifest/DesiredResource"
import { characters } from "@holdfast/manifest/Diagnostic"
import type { Group } from "@holdfast/manifest/Group"
import type { DraftGroup, DraftLabel } from "./ManifestDraft.ts"
import type { Machine } from "./machines.ts"

/** More groups than this are nobody's to read. */
const maxValues = 20

/** A selector of machines. */
export type Division = Pick<DraftGroup, "name" | "folders" | "label">

/** What a manifest can ask for; the longest value of a label there has 1,000 characters, of the cloud's own 63. */
const isUsable = (text: string): boolean => text.trim() !== "" && characters(text) <= maxAddressLength

const valueOf = (key: string, { labels }: Machine): string | undefined => {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  return value !== undefined && isUsable(value) ? value : undefined
}

interface Candidate {
  readonly key: string
  /** How many instances have each value. */
  readonly values: ReadonlyMap<string, number>
  readonly labelled: number
}

/**
 * The label that divides the instances best: it is on most of them, and several share a value. Where more than one does so, that
 * which leaves the fewest groups and single instances to be read; one that puts nearly all into one group is the last resort.
 */
export const labelOf = (instances: ReadonlyArray<Machine>): DraftLabel | undefined => {
  const keys = new Set(instances.flatMap(({ labels }) => Object.keys(labels)).filter(isUsable))
  const candidates = [...keys].flatMap((key): ReadonlyArray<Candidate> => {
    const values = new Map<string, number>()
    for (const instance of instances) {
      const value = valueOf(key, instance)
      if (value !== undefined) values.set(value, (values.get(value) ?? 0) + 1)
    }
    const labelled = [...values.values()].reduce((sum, count) => sum + count, 0)
    const isOnMost = labelled * 2 > instances.length
    const isShared = values.size >= 2 && values.size <= maxValues && values.size * 2 <= labelled + 1
    return isOnMost && isShared ? [{ key, values, labelled }] : []
  })
  const isLopsided = ({ labelled, values }: Candidate) => Math.max(...values.values()) * 10 > labelled * 9
  const lines = ({ labelled, values }: Candidate) => values.size + instances.length - labelled
  const rank = (one: Candidate) => (isLopsided(one) ? Number.MAX_SAFE_INTEGER / 2 : 0) + lines(one)
  const [best, ...others] = candidates.toSorted((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1))
  if (best === undefined) return undefined
  const { key, labelled, values } = best
  return { key, values: values.size, labelled, instances: instances.length, others: others.map(({ key }) => key) }
}

/** A group for each value of the label, and one for each folder where no instance has it. */
export const divide = (instances: ReadonlyArray<Machine>, key: string | undefined): ReadonlyArray<Division> => {
  const valued = instances.flatMap((instance) => {
    const value = key === undefined ? undefined : valueOf(key, instance)
    return key === undefined || value === undefined ? [] : [{ folder: instance.folder, label: { key, value } }]
  })
  // Where the label is in use, an instance may get any of its values one day.
  const labelled = sorted(valued.map(({ folder }) => folder))
  const others = sorted(instances.map(({ folder }) => folder)).filter((folder) => !labelled.includes(folder))
  const labels = new Map(valued.map(({ label }) => [label.value, label]))
  const taken = new Set<string>()
  return [
    ...sorted(labels.keys()).flatMap((value) => {
      const label = labels.get(value)
      return label === undefined ? [] : [{ name: freeName(taken, value), folders: labelled, label }]
    }),
    ...others.map((folder) => ({ name: freeName(taken, folder), folders: [folder] }))
  ]
}

const sorted = (texts: Iterable<string>): ReadonlyArray<string> => [...new Set(texts)].toSorted()

/** `wanted`, or what comes next to it and is not taken. */
export const freeName = (taken: Set<string>, wanted: string): string => {
  let name = wanted
  for (let count = 2; taken.has(name); count++)
    name = `${[...wanted].slice(0, maxAddressLength - 10).join("")}-${count}`
  taken.add(name)
  return name
}

/** A drafted selector as a check reads it back. */
export const groupOf = (
  { folders, label, name }: Division,
  { exclude, own, source }: Pick<Group, "exclude" | "own" | "source">
): Group => ({
  name,
  folders,
  labels: label === undefined ? {} : { [label.key]: [label.value] },
  names: [],
  exclude,
  own,
  defaults: { expectations: {} },
  source
})
