/**
 * The section `alerts`: who is told of what.
 */
import type { TreeReader } from "@holdfast/manifest/TreeReader"
import type { Entry } from "@holdfast/manifest/YamlNode"

export type Alerts = Readonly<Record<never, never>>

/** Reads `alerts`; `undefined` where it is not there. `jobs` are the names of the jobs that there are. */
export const readAlerts = (_tree: TreeReader, _entry: Entry | undefined, _jobs: ReadonlyArray<string>): Alerts => ({})
