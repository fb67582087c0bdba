/**
 * Alerts that did not arrive: whoever waits to be told of drift takes silence for peace.
 */
import { formatDuration } from "@holdfast/check/formatDuration"
import type { GivenUpMessage } from "@holdfast/history/Outbox"
import { count, html, type Markup, none, prose } from "@holdfast/report/htmlMarkup"
import { links } from "./links.ts"
import { when } from "./parts.ts"

/** What has not arrived. */
export interface Undelivered {
  /** The latest first. */
  readonly givenUp: ReadonlyArray<GivenUpMessage>
  /** How many wait, and since when the one that has been due for longest. */
  readonly waiting: { readonly count: number; readonly since: number | null }
}

/** How many that were given up are asked for. */
export const mostGivenUp = 100

/** How long one that was given up is shown. */
const shownMillis = 7 * 86_400_000

/** How long one may wait before that is told: a receiver that is away for a minute is no news. */
const patienceMillis = 15 * 60_000

const alerts = (size: number): string => (size === 1 ? "1 alert" : `${count(size)} alerts`)

/** What there is to say of them; nothing where all arrive. */
export const undelivered = ({ givenUp, waiting }: Undelivered, now: number): ReadonlyArray<Markup> => {
  const lost = givenUp.filter(({ givenUpAt }) => now - givenUpAt < shownMillis)
  const [last] = lost
  const size = lost.length === mostGivenUp ? `${count(mostGivenUp)} alerts or more` : alerts(lost.length)
  const { since } = waiting
  return [
    last === undefined
      ? none
      : html`<li class="error">${size} did not arrive in 7 days. The last, <code>${last.event}</code> of <a href="${links.job(last.job)}">${last.job}</a> to the channel ${last.channel}, was given up ${when(new Date(last.givenUpAt).toISOString(), now)}: ${prose(last.lastError)}</li>`,
    since === null || now - since < patienceMillis
      ? none
      : html`<li>${alerts(waiting.count)} ${waiting.count === 1 ? "waits" : "wait"} to be sent, the first for ${formatDuration(now - since)}: the log of the service says why.</li>`
  ].filter((each) => each !== none)
}
