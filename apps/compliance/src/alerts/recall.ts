/**
 * What is left of a message that has waited: what has ended meanwhile is not announced as open.
 */
import type { Alert } from "./Alert.ts"

/** What has happened since a message was written. */
export interface Since {
  /** The findings among those it lists that are over, or accepted by a waiver. */
  readonly over: ReadonlySet<string>
  /** A later run of the job could tell. */
  readonly hasTold: boolean
}

/** The findings that a message announces. */
export const announced = ({ opened }: Alert): ReadonlyArray<string> => opened.items.map(({ finding_id }) => finding_id)

/** The message as it is still true; `undefined` where nothing is left to say. */
export const recall = (alert: Alert, { hasTold, over }: Since): Alert | undefined => {
  const items = alert.opened.items.filter(({ finding_id }) => !over.has(finding_id))
  const opened = { count: alert.opened.count - (alert.opened.items.length - items.length), items }
  const events = alert.events.filter((event) => {
    if (event === "drift_opened") return opened.count > 0
    return !hasTold || (event !== "could_not_tell" && event !== "run_failed")
  })
  const [event] = events
  return event === undefined ? undefined : { ...alert, event, events, opened }
}
