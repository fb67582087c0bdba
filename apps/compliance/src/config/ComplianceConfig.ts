/**
 * The configuration of the service, as it was written, with its defaults filled in.
 */
import type { Severity } from "@holdfast/manifest/Expectations"
import type { SourcePlace } from "@holdfast/manifest/Manifest"
import type { Variables } from "@holdfast/manifest/Variables"
import type * as Cron from "effect/Cron"
import type { Alerts } from "./readAlerts.ts"
import type { Server } from "./readServer.ts"

/** Where history is kept. It holds no password: see `databasePassword`. */
export type Database =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string }

/** How failed requests are repeated, by name. */
export const retryPolicies = ["standard", "patient", "none"] as const
export type RetryPolicyName = (typeof retryPolicies)[number]

/** A set of manifests that is checked at certain times. */
export interface Job {
  readonly name: string
  /** When it is due, and how that is written. */
  readonly cron: Cron.Cron
  readonly cronText: string
  /** IANA. */
  readonly timeZone: string
  /** Files, directories and patterns, absolute or relative to this directory. */
  readonly manifests: ReadonlyArray<string>
  readonly variables: Variables
  readonly retryPolicy: RetryPolicyName
  /** How long a run may take, in milliseconds: what is not read by then is not compared. */
  readonly timeoutMillis: number
  /** Drift below this severity fails nothing. */
  readonly failOn: Severity
  /** A manifest without resources, or a group without members, is in sync rather than an error. */
  readonly allowEmpty: boolean
  /** What becomes of ticks that nobody ran in time: the latest is run, or none. */
  readonly missed: "run" | "skip"
  /** What becomes of a tick while the job runs: it is skipped, or run afterwards. */
  readonly overlap: "skip" | "wait"
  /** A tick that nobody looked at within this time is missed, in milliseconds. */
  readonly startWithinMillis: number
  readonly source: SourcePlace
}

/** What is kept of the past. */
export interface Retention {
  /** How long runs, findings and waivers are kept, in milliseconds. */
  readonly runsMillis: number
  /** How long the rows of runs are kept, in milliseconds. */
  readonly rowsMillis: number
  /** How many runs are kept of all jobs together. */
  readonly maxRuns: number
}

/** How fast the API is read by all replicas together; `undefined`: as fast as it allows. */
export interface Quota {
  readonly requestsPerSecond: number
}

/** The whole. */
export interface ComplianceConfig {
  readonly path: string
  readonly database: Database
  readonly jobs: ReadonlyArray<Job>
  readonly retention: Retention
  readonly quota: Quota | undefined
  readonly server: Server
  readonly alerts: Alerts
}
