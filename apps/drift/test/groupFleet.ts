/** A folder of machines and its policies, and what groups may say of them. */
import type * as Seed from "@holdfast/emulator/Seed"
import { healthy } from "./drift.ts"

/** A folder of machines `epd1` …, all production and healthy but for what `change` says of each. */
export const folderOf = (
  count: number,
  change: (index: number) => Partial<typeof Seed.SeedInstance.Encoded> = () => ({})
) => ({
  instances: Array.from({ length: count }, (_, at) => ({
    id: `epd${at + 1}`,
    folderId: "b1g",
    name: `vm-${at + 1}`,
    labels: { env: "prod" },
    createdAt: "-90d",
    status: "RUNNING",
    ...change(at + 1)
  })),
  resources: Array.from({ length: count }, (_, at) => healthy(`epd${at + 1}`, { folderId: "b1g", type: "COMPUTE" }))
})

/** A policy that works, and is applied to `members`. */
export const policy = (id: string, members: ReadonlyArray<string>) => ({
  id,
  folderId: "b1g",
  name: id.slice(3),
  enabled: true,
  settings: { scheduling: { enabled: true } },
  applications: members.map((computeInstanceId) => ({ computeInstanceId, enabled: true, status: "OK" }))
})

/** A group of all production machines. */
export const web = "groups: {web: {folders: b1g, labels: {env: prod}, expect: {protected: true}}}"

/** A machine of another folder, that no list is asked for. */
export const elsewhere = "resources: {db: {instance: epddb}}"
