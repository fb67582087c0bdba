/**
 * Which instances a manifest is about: those that it declares, those that its groups claim among what the folders hold, and those
 * that nobody listed. Pure.
 */
import type { Instance } from "@holdfast/core/Instance"
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
import { instanceRow, orphanRow } from "./unlisted.ts"

/** A resource to be compared, and what the lists say of it. */
export interface Selected {
  readonly desired: DesiredResource
  readonly seen?: Seen
}

/** What a manifest is about. */
export interface Selection {
  readonly resources: ReadonlyArray<Selected>
  readonly unlisted: ReadonlyArray<Unlisted>
}

/** The folders that a manifest asks about, with what it makes of what nobody listed there, sorted. */
export const foldersOf = ({
  folders,
  groups
}: Manifest): ReadonlyArray<Pick<FolderRule, "folder" | "severity" | "unlisted">> => {
  const rules = new Map(folders.map((rule) => [rule.folder, rule]))
  const grouped = new Set(groups.flatMap((group) => group.folders))
  const ids = [...rules.keys(), ...grouped]
  return [...new Set(ids)]
    .filter((folder) => grouped.has(folder) || rules.get(folder)?.unlisted !== "ignore")
    .toSorted()
    .map((folder) => rules.get(folder) ?? { folder, unlisted: "report" as const, severity: defaultSeverity })
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
  readonly #ruleSeverities: RuleSeverities
  readonly #groups: ReadonlyArray<Group>
  readonly #declared: ReadonlyMap<string, DesiredResource>
  readonly #resources: Array<Selected> = []
  readonly #unlisted: Array<Unlisted> = []
  /** Declared resources that a folder holds. */
  readonly #placed = new Set<string>()
  /** What members of the same groups have in common. */
  readonly #merged = new Map<string, Result.Result<Merged, Disagreement>>()

  constructor(manifest: Manifest, folders: ReadonlyMap<string, FolderSeen>, ruleSeverities: RuleSeverities) {
    this.#manifest = manifest
    this.#folders = folders
    this.#ruleSeverities = ruleSeverities
    this.#groups = manifest.groups.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    this.#declared = new Map(
      foldersOf(manifest).length === 0 ? [] : manifest.resources.map((resource) => [resource.instance, resource])
    )
  }

  selection(): Selection {
    for (const rule of foldersOf(this.#manifest)) {
      const folder = this.#folders.get(rule.folder)
      if (folder !== undefined) this.#folder(folder, rule)
    }
    for (const desired of this.#manifest.resources) {
      if (!this.#placed.has(desired.instance)) this.#resources.push({ desired })
    }
    return {
      resources: unambiguous(this.#resources),
      unlisted: this.#unlisted
    }
  }

  #folder(folder: FolderSeen, rule: Pick<FolderRule, "folder" | "severity" | "unlisted">): void {
    const { at, instances, resources } = folder
    if (isUnread(instances)) this.#unreadFolder(folder, instances)
    else {
      for (const instance of instances.values()) {
        // It will be gone before anything could be done about it.
        if (instance.status !== "DELETING") this.#instance(folder, instance, rule)
      }
      if (rule.unlisted === "ignore") return
      if (isUnread(resources)) this.#unread(rule.folder, rule.folder, resources, at)
      else {
        for (const resource of resources.resources.values()) {
          const isOrphan = resource.type === "COMPUTE" && resource.initStatus !== "DELETED"
          const id = resource.computeInstanceId
          if (!isOrphan || instances.has(id) || this.#declared.has(id)) continue
          this.#unlisted.push(orphanRow(rule, resource, this.#ruleSeverities))
        }
      }
    }
    if (isUnread(resources)) return
    // Found there, though Compute may not tell: no need to ask for it.
    for (const [id, resource] of resources.resources) {
      const desired = this.#declared.get(id)
      if (desired === undefined || this.#placed.has(id)) continue
      this.#placed.add(id)
      this.#resources.push({ desired, seen: { live: { _tag: "Found", resource }, at, folder: rule.folder } })
    }
  }

  #instance(folder: FolderSeen, instance: Instance, rule: Pick<FolderRule, "folder" | "severity" | "unlisted">): void {
    const candidate = { id: instance.id, folder: folder.folder, name: instance.name, labels: instance.labels }
    const groups = this.#groups.filter((group) => claims(group, candidate))
    const seen = seenIn(folder, instance)
    const declared = this.#declared.get(instance.id)
    if (declared !== undefined) {
      this.#placed.add(instance.id)
      this.#resources.push(
        Result.match(overlaid(declared, groups), {
          onFailure: (disagreement) => disagreeing(declared, disagreement, folder.at),
          onSuccess: (desired) => ({ desired, ...seen })
        })
      )
    } else if (groups.length > 0) {
      const [first] = groups as [Group]
      const who = {
        address: `${first.name}/${instance.name === "" ? instance.id : instance.name}`,
        instance: instance.id,
        source: first.source
      }
      const key = JSON.stringify(groups.map(({ name }) => name))
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
      const { resources } = folder
      const resource = isUnread(resources) ? undefined : resources.resources.get(instance.id)
      this.#unlisted.push(instanceRow(rule, instance, resource, this.#ruleSeverities))
    }
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

/** What the list of Cloud Backup says of an instance that Compute knows; nothing where it contradicts itself. */
const seenIn = ({ at, folder, resources }: FolderSeen, { createdAt, id }: Instance): { readonly seen?: Seen } => {
  if (isUnread(resources)) return { seen: { live: spared(resources.error), at, folder } }
  if (resources.conflicting.has(id)) return {}
  const resource = resources.resources.get(id)
  if (resource !== undefined) return { seen: { live: { _tag: "Found", resource }, at, folder } }
  return { seen: { live: { _tag: "NotFound", ...(createdAt === undefined ? {} : { createdAt }) }, at, folder } }
}

const disagreeing = (desired: DesiredResource, { field, groups }: Disagreement, at: number): Selected => {
  const [a, b] = groups.map(({ name, source }) => `"${name}" (${source.path}:${source.line})`)
  const live = notRead(
    "GroupsDisagree",
    `the groups ${a} and ${b} disagree about its \`${field}\``,
    "Let one of the groups exclude it, or declare it as a resource that says so itself."
  )
  return { desired: { ...desired, groups: groups.map(({ name }) => name).toSorted() }, seen: { live, at } }
}

/** Instances of the same name in two folders, or of a resource's: these go by their ids. */
const unambiguous = (resources: ReadonlyArray<Selected>): ReadonlyArray<Selected> => {
  const count = new Map<string, number>()
  for (const { desired } of resources) count.set(desired.address, (count.get(desired.address) ?? 0) + 1)
  if (count.size === resources.length) return resources
  return resources.map((selected) => {
    const { address, groups = [], instance, own } = selected.desired
    // A declared resource keeps its name.
    if (own !== undefined || instance === "" || (count.get(address) ?? 0) < 2) return selected
    return { ...selected, desired: { ...selected.desired, address: `${groups[0]}/${instance}` } }
  })
}
