/**
 * The pages of a folder as a set: what a list says twice must not be taken for two things, nor the older for the newer.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import type { InstanceId, Resource } from "../Resource.ts"
import type { ReadPage } from "./paging.ts"

/** What a folder holds. */
export interface FolderResources {
  /** By instance; of several the active one. */
  readonly resources: ReadonlyMap<InstanceId, Resource>
  /** Instances that the list contradicts itself about: nothing is known of them. */
  readonly conflicting: ReadonlySet<InstanceId>
}

/** Reads a list to its end. */
export const collect = <E, R>(pages: Stream.Stream<ReadPage<Resource>, E, R>): Effect.Effect<FolderResources, E, R> =>
  Effect.suspend(() => {
    const resources = new Map<InstanceId, Resource>()
    const conflicting = new Set<InstanceId>()
    const add = (resource: Resource): void => {
      const { computeInstanceId: id, isActive } = resource
      const known = resources.get(id)
      if (known === undefined || (isActive && !known.isActive)) {
        resources.set(id, resource)
        conflicting.delete(id)
      } else if (isActive === known.isActive && !Equal.equals(resource, known)) conflicting.add(id)
    }
    const addPage = ({ isFirst, items }: ReadPage<Resource>): void => {
      if (isFirst) {
        resources.clear()
        conflicting.clear()
      }
      for (const item of items) add(item)
    }
    return Stream.runForEach(pages, (page) => Effect.sync(() => addPage(page))).pipe(
      Effect.map(() => {
        for (const id of conflicting) resources.delete(id)
        return { resources, conflicting }
      })
    )
  })
