/**
 * What must be right among all files of a manifest: within a file the parser has seen to it.
 */
import type { DesiredResource, SourcePlace } from "./DesiredResource.ts"
import { type Diagnostic, nearest, quote } from "./Diagnostic.ts"
import type { FolderRule, Group } from "./Group.ts"
import type { RuleSeverity } from "./Manifest.ts"
import type { Waiver } from "./Waiver.ts"

/** Everything that all files declare together. */
export interface Declarations {
  readonly resources: ReadonlyArray<DesiredResource>
  readonly groups: ReadonlyArray<Group>
  readonly folders: ReadonlyArray<FolderRule>
  readonly waivers: ReadonlyArray<Waiver>
  readonly rules: ReadonlyArray<RuleSeverity>
}

const mistake = (
  source: SourcePlace,
  summary: string,
  more: Pick<Diagnostic, "detail" | "suggestion"> = {}
): Diagnostic => ({ severity: "error", ...source, summary, ...more })

const firstAt = ({ line, path }: SourcePlace): string => `It stands first in ${path}:${line}.`

/** Every mistake that no single file shows. */
export const disagreements = (all: Declarations): ReadonlyArray<Diagnostic> => [
  ...repeatedResources(all.resources),
  ...repeated(
    all.groups,
    ({ name }) => name,
    (name) => `The group ${quote(name)} is declared in two files`
  ),
  ...repeated(
    all.folders,
    ({ folder }) => folder,
    (folder) => `The folder ${folder} stands in two files`
  ),
  ...repeated(
    all.rules,
    ({ code }) => code,
    (code) => `The severity of ${code} is declared in two files`
  ),
  ...unknownTargets(all)
]

/** Names and instances that more than one file declares. */
const repeatedResources = (resources: ReadonlyArray<DesiredResource>): ReadonlyArray<Diagnostic> => {
  const byAddress = new Map<string, DesiredResource>()
  const byInstance = new Map<string, DesiredResource>()
  return resources.flatMap((resource) => {
    const named = byAddress.get(resource.address)
    const same = byInstance.get(resource.instance)
    if (named === undefined) byAddress.set(resource.address, resource)
    if (same === undefined) byInstance.set(resource.instance, resource)
    const first = named ?? same
    if (first === undefined || first.source.path === resource.source.path) return []
    const summary =
      named === undefined
        ? `"${resource.address}" is the same instance as "${first.address}": ${resource.instance}`
        : `"${resource.address}" is declared in two files`
    return [
      mistake(resource.source, summary, { detail: `It stands first in ${first.source.path}:${first.source.line}.` })
    ]
  })
}

const repeated = <A extends { readonly source: SourcePlace }>(
  items: ReadonlyArray<A>,
  keyOf: (item: A) => string,
  say: (key: string) => string
): ReadonlyArray<Diagnostic> => {
  const first = new Map<string, A>()
  return items.flatMap((item) => {
    const known = first.get(keyOf(item))
    if (known === undefined) {
      first.set(keyOf(item), item)
      return []
    }
    return [mistake(item.source, say(keyOf(item)), { detail: firstAt(known.source) })]
  })
}

/** How many mistakes are told what was probably meant: each looks through all names. */
const maxSuggestions = 50

/** A waiver for what no file declares waives nothing, for ever. */
const unknownTargets = ({ groups, resources, waivers }: Declarations): ReadonlyArray<Diagnostic> => {
  if (waivers.length === 0) return []
  const names = {
    group: new Set(groups.map(({ name }) => name)),
    resource: new Set(resources.map(({ address }) => address))
  }
  let unknown = 0
  return waivers.flatMap(({ kind, source, target }) => {
    if (kind === "instance" || names[kind].has(target)) return []
    unknown += 1
    const suggestion = unknown > maxSuggestions ? undefined : nearest(target, names[kind])
    return [
      mistake(source, `There is no ${kind} ${quote(target)} to waive drift of`, {
        detail:
          kind === "group"
            ? "Name a group of `groups`."
            : "Name one of `resources`; members of groups go by `instance`.",
        ...(suggestion === undefined ? {} : { suggestion })
      })
    ]
  })
}
