/**
 * What the demo declares, as files that anybody could have written: a configuration, and its manifests as they were at a time. Pure.
 */
import { databases, day, type Fleet, folders, idOf } from "./fleet.ts"

/** The configuration; the dashboard takes any free port. */
export const configuration = `# The demo of Holdfast's scheduled checks. What it reads is an emulator.
version: 1
database: history.sqlite
jobs:
  production:
    cron: "0 3 * * *"
    timeZone: Europe/Moscow
    manifests: [production.yaml]
    retryPolicy: none
    missed: skip
  databases:
    cron: "30 */6 * * *"
    manifests: [databases.yaml]
    retryPolicy: none
  staging:
    cron: "30 7 * * 1-5"
    timeZone: Europe/Moscow
    manifests: [staging.yaml]
    retryPolicy: none
  live:
    cron: "*/10 * * * * *"
    manifests: [live.yaml]
    retryPolicy: none
    missed: skip
    timeout: 1m
server:
  listen: 127.0.0.1:0
`

const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

interface Waiver {
  readonly resource: string
  readonly fields: string
  /** In days before the present; those to come are negative. */
  readonly from: number
  readonly until: number
  readonly removed: number
  readonly reason: string
  readonly approvedBy: string
  readonly ticket: string
}

const waivers: ReadonlyArray<Waiver & { readonly file: string }> = [
  {
    ...{ file: "databases.yaml", resource: "reports-db", fields: "[enabled, maxBackupAge]", from: 15, until: -9 },
    ...{ removed: Number.NEGATIVE_INFINITY, reason: "Moves to the managed service this quarter" },
    ...{ approvedBy: "head-of-data@example.com", ticket: "DATA-311" }
  },
  {
    ...{ file: "databases.yaml", resource: "billing-db", fields: "[maxBackupAge]", from: 16.5, until: 14, removed: 12 },
    ...{ reason: "The disk of the vault is being replaced", approvedBy: "cto@example.com", ticket: "OPS-1234" }
  }
]

const waiversOf = (file: string, at: number, present: number): string => {
  const lines = waivers
    .filter((one) => one.file === file && present - one.from * day <= at && at < present - one.removed * day)
    .map(({ approvedBy, fields, reason, resource, ticket, until }) =>
      [
        `  - resource: ${resource}`,
        `    fields: ${fields}`,
        `    until: ${dayOf(present - until * day)}`,
        `    reason: ${reason}`,
        `    approvedBy: ${approvedBy}`,
        `    ticket: ${ticket}`
      ].join("\n")
    )
  return lines.length === 0 ? "" : `waivers:\n${lines.join("\n")}\n`
}

/** The manifests by their file names, as they were at a time. */
export const manifestsAt = ({ present }: Fleet, at: number): Readonly<Record<string, string>> => ({
  "production.yaml": `version: 1
folders:
  ${folders.production}: {unlisted: fail, severity: medium}
defaults: {protected: true, maxBackupAge: 26h}
groups:
  web: {folders: ${folders.production}, labels: {team: web}, expect: {protected: true}, owner: web-team}
  payments:
    folders: ${folders.production}
    labels: {team: payments}
    expect: {protected: true, maxBackupAge: 25h}
    severity: critical
    owner: payments
  data: {folders: ${folders.production}, labels: {team: data}, expect: {protected: true}, owner: data}
  platform: {folders: ${folders.production}, labels: {team: platform}, expect: {protected: true}, owner: platform}
`,
  "databases.yaml": `version: 1
defaults: {protected: true, maxBackupAge: 4h, severity: critical, owner: data}
resources:
${databases.map((name) => `  ${name}: {instance: ${idOf(name)}}`).join("\n")}
${waiversOf("databases.yaml", at, present)}`,
  "staging.yaml": `version: 1
groups:
  staging: {folders: ${folders.staging}, expect: {protected: true, maxBackupAge: 3d}, severity: low, owner: web-team}
`,
  "live.yaml": `version: 1
groups:
  live: {folders: ${folders.live}, expect: {protected: true, maxBackupAge: 26h}, owner: platform}
`
})
