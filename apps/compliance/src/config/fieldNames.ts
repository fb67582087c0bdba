/**
 * Which fields each mapping of the configuration takes, in the order in which people are told of them.
 */

export const topLevelNames = ["version", "database", "jobs", "retention", "quota", "server", "alerts"] as const

export const jobNames = [
  ...(["cron", "timeZone", "manifests", "variables", "retryPolicy", "timeout"] as const),
  ...(["failOn", "allowEmpty", "missed", "overlap", "startWithin"] as const)
] as const

export const retentionNames = ["runs", "rows", "maxRuns"] as const

export const quotaNames = ["requestsPerSecond"] as const
