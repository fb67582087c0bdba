/**
 * Which instances a manifest is about: those that it declares, those that its groups claim among what the folders hold, and those
 * that nobody listed. Pure.
 */
import type { Instance } from "@holdfast/core/Instance"
import type { Resource } from "@holdfast/core/Resource"
import type { Timestamp } from "@holdfast/core/Timestamp"
import { type DesiredResource, defaultSeverity } from "@holdfast/manifest/DesiredResource"
import { claims, type FolderRule, type Group } from "@holdfast/manifest/Group"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import * as Result from "effect/Result"
import type { Unlisted } from "./CheckReport.ts"
import type { RuleSeverities } from "./compare.ts"
import { type FolderSeen, isUnread } from "./FolderSeen.ts"
import { type Live, type NotRead, notRead, spared } from "./Live.ts"
import { type Disagreement, type Merged, memberOf, overlaid } from "./mergeGroups.ts"
import type { Seen } from "./readAll.ts"
import { inOrder, instanceRow, orphanRow } from "./unlisted.ts"

/** A resource to be compared, and what the lists say of it. */
export interface Selected {
  readonly desired: DesiredResource
  readonly seen?: Seen
  /** When its instance was created, where Compute tells. */
  readonly createdAt?: Timestamp
}

/** What a manifest is about. */
export interface Selection {
  readonly resources: ReadonlyArray<Selected>
  readonly unlisted: ReadonlyArray<Unlisted>
}

/** A folder that a manifest asks about. */
type Asked = Omit<FolderRule, "source">

/** A resource in the list of a folder. */
interface Place {
  readonly resource: Resource
  readonly at: number
  readonly folder: string
}

/** What becomes of what nobody listed in the folder of a group that the manifest says nothing of. */
const asked = { unlisted: "report", severity: defaultSeverity, isSeverityInherited: true } as const

/** The folders that a manifest asks about, with what it makes of what nobody listed there, sorted. */
export const foldersOf = ({ folders, groups }: Manifest): ReadonlyArray<Asked> => {
  const rules = new Map(folders.map((rule) => [rule.folder, rule]))
  const grouped = new Set(groups.flatMap((group) => group.folders))
  const ids = [...rules.keys(), ...grouped]
  return [...new Set(ids)]
    .filter((folder) => grouped.has(folder) || rules.get(folder)?.unlisted !== "ignore")
    .toSorted()
    .map((folder) => rules.get(folder) ?? { folder, ...asked })
}

/** The groups that nothing of `found` belongs to, by name; a folder that was not read stands for members of those that name it. */
export const emptyGroupsOf = (
  groups: ReadonlyArray<Group>,
  found: ReadonlyArray<{ readonly groups?: ReadonlyArray<string> }>
): ReadonlyArray<Group> => {
  if (groups.length === 0) return groups
  const populated = new Set(found.flatMap((one) => one.groups ?? []))
  return groups.filter(({ name }) => !populated.has(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Selects what `manifest` is about, by what was seen of its folders. */
export const select = (
  manifest: Manifest,
  seen: ReadonlyMap<string, FolderSeen>,
  ruleSeverities: RuleSeverities
): Selection => new Selector(manifest, seen, ruleSeverities).selection()

class Selector {
  readonly #manifest: Manifest
  readonly #folders: ReadonlyMap<string, FolderSeen>
  readonly #rules: ReadonlyArray<Asked>
  readonly #ruleSeverities: RuleSeverities
  readonly #groups: ReadonlyArray<Group>
  readonly #declared: ReadonlyMap<string, DesiredResource>
  readonly #backedUp = new Map<string, Place>()
  /** What a list contradicts itself about, or two lists hold: only a get can tell. */
  readonly #unclear = new Set<string>()
  readonly #resources: Array<Selected> = []
  readonly #unlisted: Array<Unlisted> = []
  /** Instances that Compute knows: one that moves may be listed in two folders. */
  readonly #known = new Set<string>()
  /** Declared resources that are members, or could be. */
  readonly #placed = new Set<string>()
  /** What members of the same groups have in common. */
  readonly #merged = new Map<string, Result.Result<Merged, Disagreement>>()

  constructor(manifest: Manifest, folders: ReadonlyMap<string, FolderSeen>, ruleSeverities: RuleSeverities) {
    this.#manifest = manifest
    this.#folders = folders
    this.#rules = foldersOf(manifest)
    this.#ruleSeverities = ruleSeverities
    this.#groups = manifest.groups.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    this.#declared = new Map(
      this.#rules.length === 0 ? [] : manifest.resources.map((resource) => [resource.instance, resource])
    )
  }

  selection(): Selection {
    const folders = this.#rules.flatMap((rule) => {
      const folder = this.#folders.get(rule.folder)
      return folder === undefined ? [] : [{ folder, rule }]
    })
    for (const { folder } of folders) this.#index(folder)
    for (const { folder, rule } of folders) this.#instances(folder, rule)
    for (const { folder, rule } of folders) this.#orphans(folder, rule)
    for (const desired of this.#manifest.resources) {
      // Found in a list, though Compute may not tell: no need to ask for it.
      if (!this.#placed.has(desired.instance)) this.#resources.push({ desired, ...this.#found(desired.instance) })
    }
    return {
      resources: folders.length === 0 ? this.#resources : unambiguous(this.#resources, this.#declared),
      unlisted: inOrder(this.#unlisted)
    }
  }

  #index({ at, folder, resources }: FolderSeen): void {
    if (isUnread(resources)) return
    for (const id of resources.conflicting) this.#unclear.add(id)
    for (const [id, resource] of resources.resources) {
      if (this.#backedUp.has(id)) this.#unclear.add(id)
      else this.#backedUp.set(id, { resource, at, folder })
    }
  }

  #instances(folder: FolderSeen, rule: Asked): void {
    const { instances } = folder
    if (isUnread(instances)) {
      this.#unreadFolder(folder, instances)
      return
    }
    for (const instance of instances.values()) {
      if (this.#known.has(instance.id)) continue
      this.#known.add(instance.id)
      // It will be gone before anything could be done about it.
      if (instance.status !== "DELETING") this.#instance(folder, instance, rule)
    }
  }

  #orphans(folder: FolderSeen, rule: Asked): void {
    const { at, instances, resources } = folder
    if (rule.unlisted === "ignore" || isUnread(instances)) return
    if (isUnread(resources)) {
      this.#unread(rule.folder, rule.folder, resources, at)
      return
    }
    const isStray = (id: string) => !this.#known.has(id) && !this.#declared.has(id)
    for (const resource of resources.resources.values()) {
      const isOrphan = resource.type === "COMPUTE" && resource.initStatus !== "DELETED"
      if (!isOrphan || !isStray(resource.computeInstanceId)) continue
      this.#unlisted.push(orphanRow(rule, resource, this.#ruleSeverities))
    }
    const doubtful = [...resources.conflicting].filter(isStray).length
    if (doubtful > 0) this.#unread(rule.folder, rule.folder, contradicted(doubtful), at)
  }

  #instance(folder: FolderSeen, instance: Instance, rule: Asked): void {
    const { createdAt, id } = instance
    const candidate = { id, folder: folder.folder, name: instance.name, labels: instance.labels }
    const groups = this.#groups.filter((group) => claims(group, candidate))
    const found = this.#found(id) ?? this.#notFound(folder)
    const seen = { ...found, ...(createdAt === undefined ? {} : { createdAt }) }
    const names = groups.map(({ name }) => name)
    const declared = this.#declared.get(id)
    if (declared !== undefined) {
      this.#placed.add(id)
      this.#resources.push(
        Result.match(overlaid(declared, groups), {
          onFailure: (disagreement) => disagreeing({ ...declared, groups: names }, disagreement, folder.at),
          onSuccess: (desired) => ({ desired, ...seen })
        })
      )
    } else if (groups.length > 0) {
      const [first] = groups as [Group]
      const who = {
        address: `${first.name}/${instance.name === "" ? id : instance.name}`,
        instance: id,
        groups: names,
        source: first.source
      }
      const key = JSON.stringify(names)
      const merged = this.#merged.get(key) ?? memberOf(groups)
      this.#merged.set(key, merged)
      this.#resources.push(
        Result.match(merged, {
          onFailure: (disagreement) =>
            disagreeing({ ...who, expectations: {}, severity: defaultSeverity }, disagreement, folder.at),
          onSuccess: (common) => ({ desired: { ...who, ...common }, ...seen })
        })
      )
    } else if (rule.unlisted !== "ignore") {
      this.#unlisted.push(instanceRow(rule, instance, found.seen?.live, this.#ruleSeverities))
    }
  }

  /** What the lists of Cloud Backup hold of an instance; nothing seen where they contradict each other. */
  #found(id: string): Pick<Selected, "seen"> | undefined {
    if (this.#unclear.has(id)) return {}
    const place = this.#backedUp.get(id)
    if (place === undefined) return undefined
    const { at, folder, resource } = place
    return { seen: { live: { _tag: "Found", resource }, at, folder } }
  }

  /** What that of its folder says by not holding it. */
  #notFound({ at, folder, resources }: FolderSeen): Pick<Selected, "seen"> {
    return { seen: { live: isUnread(resources) ? spared(resources.error) : { _tag: "NotFound" }, at, folder } }
  }

  /** A folder whose instances are not known: neither are the members of its groups, nor what nobody listed. */
  #unreadFolder({ at, folder }: FolderSeen, live: NotRead): void {
    const groups = this.#groups.filter(({ folders }) => folders.includes(folder))
    for (const group of groups) this.#unread(`${group.name}/*`, folder, live, at, group)
    if (groups.length === 0) this.#unread(folder, folder, live, at)
  }

  #unread(address: string, folder: string, { error }: NotRead, at: number, group?: Group): void {
    const source = group?.source ?? this.#manifest.folders.find((rule) => rule.folder === folder)?.source
    const desired: DesiredResource = {
      address: group === undefined ? address : `${address} (${folder})`,
      instance: "",
      expectations: {},
      severity: group?.own.severity ?? defaultSeverity,
      ...(group === undefined ? {} : { groups: [group.name] }),
      source: source ??
        this.#groups.find(({ folders }) => folders.includes(folder))?.source ?? { path: "", line: 1, column: 1 }
    }
    const live: Live = {
      _tag: "NotRead",
      error: { ...error, detail: `${error.detail} (folder ${folder})`, retryable: false }
    }
    this.#resources.push({ desired, seen: { live, at, folder } })
  }
}

const contradicted = (count: number): NotRead =>
  notRead(
    "ConflictingList",
    `the list contradicts itself about ${count} ${count === 1 ? "resource" : "resources"} without an instance`,
    "Run the check again; `drift show` tells what Cloud Backup knows of one."
  )

const disagreeing = (desired: DesiredResource, { field, groups }: Disagreement, at: number): Selected => {
  const [a, b] = groups.map(({ name, source }) => `"${name}" (${source.path}:${source.line})`)
  const live = notRead(
    "GroupsDisagree",
    `the groups ${a} and ${b} disagree about its \`${field}\``,
    "Let one of the groups exclude it, or declare it as a resource that says so itself."
  )
  return { desired, seen: { live, at } }
}

/**
 * Each address once: members that share theirs go by their ids, and one whose id is still somebody's name by its id twice. A
 * declared resource keeps its name: a waiver of it must not accept the drift of a namesake.
 */
const unambiguous = (
  resources: ReadonlyArray<Selected>,
  declared: ReadonlyMap<string, DesiredResource>
): ReadonlyArray<Selected> => {
  const all = resources.map((selected) => {
    const { address, groups = [], instance } = selected.desired
    const group = declared.has(instance) || instance === "" ? undefined : groups[0]
    return { selected, address, instance, group, tries: 0 }
  })
  for (let isUnsettled = true; isUnsettled; ) {
    const count = new Map<string, number>()
    for (const { address } of all) count.set(address, (count.get(address) ?? 0) + 1)
    isUnsettled = false
    for (const one of all) {
      const { group, instance } = one
      if (group === undefined || (count.get(one.address) ?? 0) < 2) continue
      one.address = `${group}/${instance}${` (${instance})`.repeat(one.tries)}`
      one.tries += 1
      isUnsettled = true
    }
  }
  return all.map(({ address, selected }) =>
    address === selected.desired.address ? selected : { ...selected, desired: { ...selected.desired, address } }
  )
}
