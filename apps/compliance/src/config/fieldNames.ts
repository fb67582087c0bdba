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

export const alertNames = ["channels", "routes", "smtp", "link", "couldNotTell", "waiverDays"] as const

export const channelNames = ["slack", "webhook", "secret", "email", "quietHours"] as const

export const routeNames = ["to", "jobs", "events", "severity", "owners"] as const

export const smtpNames = ["host", "port", "security", "user", "password", "from"] as const

export const secretNames = ["env", "file"] as const

export const quietHoursNames = ["from", "to", "timeZone"] as const
export const serverNames = ["listen", "url", "tokens", "proxy"] as const

export const proxyNames = ["addresses", "userHeader"] as const
