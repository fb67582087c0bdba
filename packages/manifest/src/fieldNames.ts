/**
 * Which fields each mapping of a manifest takes, in the order in which people are told of them.
 */
import { type Expectations, fields } from "./Expectations.ts"
import { waiverTargets } from "./Waiver.ts"

export const topLevelNames = [
  ...(["version", "include", "defaults", "resources"] as const),
  ...(["groups", "folders", "waivers", "rules"] as const)
] as const

export const expectationNames = Object.keys(fields) as ReadonlyArray<keyof Expectations>

/** Who and how bad: what is said beside expectations. */
export const ownershipNames = ["severity", "owner", "tags"] as const

/** What `defaults` take. */
export const defaultsNames = [...expectationNames, ...ownershipNames]

export const resourceNames = ["instance", ...defaultsNames, "defaults"] as const

export const groupNames = ["folders", "labels", "match", "exclude", "expect", ...ownershipNames, "defaults"] as const

export const folderNames = ["unlisted", "severity"] as const

export const waiverNames = [...waiverTargets, "fields", "until", "reason", "approvedBy", "ticket"] as const
