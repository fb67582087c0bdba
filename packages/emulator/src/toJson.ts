/**
 * What a seed holds, as proto3 JSON: fields at their defaults are left out, as the service may do.
 */
import { parse as parseDuration } from "./Duration.ts"
import type { SeedInstance, SeedPolicy, SeedResource, SeedTask } from "./Seed.ts"

const instant = (text: string, now: number): string => {
  const span = parseDuration(text)
  return span === undefined ? text : new Date(now + span).toISOString()
}

const isDefault = (value: unknown): boolean =>
  value === undefined ||
  value === false ||
  value === "" ||
  value === 0 ||
  value === "0" ||
  (typeof value === "string" && value.endsWith("_UNSPECIFIED"))

/** Without what is at its default; `times` are instants or spans from `now`. */
const message = (fields: Readonly<Record<string, unknown>>, times: ReadonlyArray<string>, now: number) =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([name, value]) => [name, typeof value === "string" && times.includes(name) ? instant(value, now) : value])
      .filter(([, value]) => !isDefault(value))
  )

/** The resource at `now`. */
export const toJson = (resource: SeedResource, now: number, { tenantInfo }: { readonly tenantInfo: boolean }) => {
  const { faults: _, folderId, statusProgress, ...rest } = resource
  return message(
    {
      ...rest,
      ...(statusProgress === undefined ? {} : { statusProgress: String(statusProgress) }),
      ...(tenantInfo ? { tenantInfo: { folderId } } : {})
    },
    ["createdAt", "updatedAt", "lastBackupTime", "nextBackupTime"],
    now
  )
}

export const taskToJson = ({ id, progress, ...rest }: SeedTask, now: number) =>
  message(
    {
      id: String(id),
      ...rest,
      ...(progress === undefined
        ? {}
        : { progress: { current: String(progress.current), total: String(progress.total) } })
    },
    ["enqueuedAt", "startedAt", "updatedAt", "completedAt"],
    now
  )

export const policyToJson = ({ applications: _, ...rest }: SeedPolicy, now: number) =>
  message(rest, ["createdAt", "updatedAt"], now)

export const instanceToJson = (instance: SeedInstance, now: number) => message({ ...instance }, ["createdAt"], now)
