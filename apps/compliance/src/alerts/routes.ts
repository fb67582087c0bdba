/**
 * Which channels are told of what.
 */
import { type Severity, severities } from "@holdfast/manifest/Expectations"
import type { AlertEvent, Alerts, Channel, Route } from "./AlertsConfig.ts"

/** Something that may be told. */
export interface Topic {
  readonly event: AlertEvent
  readonly job: string
  /** Of drift only. */
  readonly finding?: { readonly severity: Severity; readonly owner: string | null }
}

const isAmong = <A>(all: ReadonlyArray<A> | undefined, one: A): boolean => all === undefined || all.includes(one)

const matches = (route: Route, channel: string, { event, finding, job }: Topic): boolean => {
  if (!route.channels.includes(channel) || !isAmong(route.jobs, job) || !isAmong(route.events, event)) return false
  // Runs that told nothing may hide anything: no severity is too high to hear of them.
  if (finding === undefined) return route.owners === undefined
  const isOwned = route.owners === undefined || (finding.owner !== null && route.owners.includes(finding.owner))
  const isBad =
    route.severity === undefined || severities.indexOf(finding.severity) <= severities.indexOf(route.severity)
  return isOwned && isBad
}

/** Whether a channel is told of something. */
export const isTold = ({ routes }: Alerts, { name }: Channel, topic: Topic): boolean =>
  routes.some((route) => matches(route, name, topic))
