/**
 * The pages of a folder as a set: what a list says twice must not be taken for two things, nor the older for the newer.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import type { Resource } from "../Resource.ts"
import type { ReadPage } from "./paging.ts"

/** What a folder holds. */
export interface FolderResources {
  /** By instance; of several the active one. */
  readonly resources: ReadonlyMap<string, Resource>
  /** Instances that the list contradicts itself about: nothing is known of them. */
  readonly conflicting: ReadonlySet<string>
  /** The list was read to its end. Where it was not, nothing is told: a later page could contradict an earlier one. */
  readonly isWhole: boolean
  /** How many pages were read. */
  readonly pages: number
}

/** What of a folder to read. */
export interface ReadFolder {
  /** Only these instances are kept: memory follows them, and not the folder. Default: all. */
  readonly only?: { readonly has: (instance: string) => boolean }
  /** After how many pages a longer list is given up. Default: never. */
  readonly maxPages?: number
  /** Called after each page: a list that fails tells no other way how many were read. */
  readonly onPage?: () => void
}

/** Reads a list to its end. */
export const collect = <E, R>(
  pages: Stream.Stream<ReadPage<Resource>, E, R>,
  { maxPages = Number.POSITIVE_INFINITY, onPage, only }: ReadFolder
): Effect.Effect<FolderResources, E, R> =>
  Effect.suspend(() => {
    const resources = new Map<string, Resource>()
    const conflicting = new Set<string>()
    let read = 0
    let isWhole = false
    const forget = (): void => {
      resources.clear()
      conflicting.clear()
    }
    const add = (resource: Resource): void => {
      const { computeInstanceId: id, isActive } = resource
      const known = resources.get(id)
      if (known === undefined || (isActive && !known.isActive)) {
        resources.set(id, resource)
        conflicting.delete(id)
      } else if (isActive === known.isActive && !Equal.equals(resource, known)) conflicting.add(id)
    }
    const addPage = ({ isFirst, isLast, items }: ReadPage<Resource>): boolean => {
      if (isFirst) forget()
      for (const item of items) if (only === undefined || only.has(item.computeInstanceId)) add(item)
      read += 1
      onPage?.()
      isWhole = isLast
      return read < maxPages
    }
    return Stream.runForEachWhile(pages, (page) => Effect.sync(() => addPage(page))).pipe(
      Effect.map(() => {
        if (!isWhole) forget()
        for (const id of conflicting) resources.delete(id)
        return { resources, conflicting, isWhole, pages: read }
      })
    )
  })
