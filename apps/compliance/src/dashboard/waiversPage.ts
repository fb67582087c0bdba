/**
 * Waivers: those that have ended, those that are about to, and the rest.
 */
import type { WaiverSeen } from "@holdfast/history/Run"
import { fact, waiver } from "@holdfast/report/htmlEvidence"
import { count, html, type Markup, none } from "@holdfast/report/htmlMarkup"
import { links } from "./links.ts"
import { filterForm, when } from "./parts.ts"
import { headline, type Page } from "./shell.ts"

/** How long before its end a waiver is to be looked at. */
const soonMillis = 14 * 86_400_000

/** Waivers by what is to be done about them. */
export const sorted = (waivers: ReadonlyArray<WaiverSeen>, now: number) => {
  const end = ({ until_at }: WaiverSeen) => Date.parse(until_at)
  return {
    ended: waivers.filter((each) => end(each) <= now || each.state === "expired"),
    soon: waivers.filter((each) => end(each) > now && each.state !== "expired" && end(each) <= now + soonMillis),
    later: waivers.filter((each) => end(each) > now + soonMillis && each.state !== "expired")
  }
}

/** A waiver as the runs saw it. */
export const waiverEntry = (seen: WaiverSeen, now: number): Markup =>
  waiver(seen.waiver, seen.state, [
    fact("ends", when(seen.until_at, now)),
    fact("job", html`<a href="${links.job(seen.job)}">${seen.job}</a>`),
    fact("first seen", when(seen.first_seen, now)),
    fact("last seen", when(seen.last_seen, now)),
    fact("used in", `${count(seen.used)} ${seen.used === 1 ? "run" : "runs"}`)
  ])

const part = (id: string, title: string, lead: string, waivers: ReadonlyArray<WaiverSeen>, now: number): Markup =>
  waivers.length === 0
    ? none
    : html`<section id="${id}"><h2>${title} <small>${count(waivers.length)}</small></h2><p class="lead">${lead}</p>${waivers.map((each) => waiverEntry(each, now))}</section>`

/** What a list of waivers is made of. */
export interface WaiverList {
  readonly waivers: ReadonlyArray<WaiverSeen>
  readonly jobs: ReadonlyArray<string>
  readonly job: string | undefined
  readonly isUntold: boolean
}

export const waiversPage = ({ isUntold, job, jobs, waivers }: WaiverList, now: number): Page => {
  const { ended, later, soon } = sorted(waivers, now)
  const words = [
    ended.length === 0 ? "" : `${count(ended.length)} ended`,
    soon.length === 0 ? "" : `${count(soon.length)} to end within 14 days`
  ].filter((text) => text !== "")
  return {
    title: "Waivers",
    path: [],
    here: links.waivers(),
    main: html`${
      isUntold
        ? headline("unsure", "Nothing is known yet: no run has told anything")
        : words.length > 0
          ? headline("unsure", `Waivers: ${words.join(", ")}`)
          : html`<h1>Waivers</h1><p class="lead">${waivers.length === 0 ? "The last runs saw none." : "None is about to end."}</p>`
    }${filterForm(links.waivers(), [
      { name: "job", label: "Job", value: job, options: jobs.map((each) => [each, each]) }
    ])}${[
      part("ended", "Ended", "What they accepted is drift again: mend it, or extend the waiver.", ended, now),
      part("soon", "About to end", "What they accept is drift from then on.", soon, now),
      part("later", "In force", "They end later.", later, now)
    ]}`
  }
}
