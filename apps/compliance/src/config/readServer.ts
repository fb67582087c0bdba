/**
 * The section `server`: where the dashboard listens, and who may see it.
 */
import type { TreeReader } from "@holdfast/manifest/TreeReader"
import type { Entry } from "@holdfast/manifest/YamlNode"

export interface Server {
  readonly host: string
  readonly port: number
}

const nothingSaid: Server = { host: "127.0.0.1", port: 8080 }

/** Reads `server`; `undefined` where it is not there. */
export const readServer = (_tree: TreeReader, _entry: Entry | undefined): Server => nothingSaid
