/**
 * What every page stands in: its head, the way to the other pages, and what is said of the page itself.
 */
import type { ResourceState } from "@holdfast/check/CheckReport"
import { html, type Markup, none, time, type Value } from "@holdfast/report/htmlMarkup"
import { assets } from "./assets.ts"
import { links } from "./links.ts"
import type { Tone } from "./standing.ts"

/** What a page says, and of when. */
export interface Page {
  /** Stands in the title of the window. */
  readonly title: string
  /** The pages above this one, below the overview. */
  readonly path: ReadonlyArray<{ readonly name: string; readonly href: string }>
  /** The place in the navigation that it is, where it is one. */
  readonly here?: string
  readonly main: Markup
}

/** What is the same for all pages of a request. */
export interface Frame {
  /** Milliseconds since 1970. */
  readonly now: number
  /** The version of history that the page was made from; `undefined` of a page that shows nothing of it, and is not live. */
  readonly version: string | undefined
  /** Who is signed in; `undefined` where nobody has to. */
  readonly user: string | undefined
  /** There is something to sign out of. */
  readonly canSignOut: boolean
  /** What answered in the place of the cloud, where something did. */
  readonly emulator: string | null
}

const places = [
  ["Overview", links.overview],
  ["Findings", links.findings({ state: "open" })],
  ["Waivers", links.waivers()]
] as const

const navigation = (here: string | undefined): Markup =>
  html`<nav aria-label="Pages"><ul>${places.map(([name, href]) =>
    href === here
      ? html`<li><a href="${href}" aria-current="page">${name}</a></li>`
      : html`<li><a href="${href}">${name}</a></li>`
  )}</ul><form class="jump" action="${links.findInstance}" role="search"><label for="jump" class="off">Instance id</label><input id="jump" name="id" type="search" placeholder="Instance id" maxlength="200" required autocomplete="off" spellcheck="false"><button>Open</button></form></nav>`

const trail = ({ here, path, title }: Pick<Page, "here" | "path" | "title">): Markup =>
  here !== undefined
    ? none
    : html`<p class="trail"><a href="${links.overview}">Overview</a>${path.map(({ href, name }) => html` / <a href="${href}">${name}</a>`)} / ${title}</p>`

const identity = ({ canSignOut, user }: Frame): Markup =>
  user === undefined
    ? none
    : html`<span class="who">Signed in as ${user}${canSignOut ? html` <form method="post" action="${links.logout}"><button class="link">Sign out</button></form>` : none}</span>`

/** What must be known before anything on the page is believed. */
const warning = ({ emulator }: Frame): Markup =>
  emulator === null
    ? none
    : html`<ul class="notes"><li class="loud">Emulated by ${emulator}: this says nothing of the cloud</li></ul>`

/** A whole page. */
export const pageText = ({ here, main, path, title }: Page, frame: Frame): string =>
  html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="referrer" content="same-origin">
<title>${title} - Holdfast</title><link rel="icon" href="data:,"><link rel="stylesheet" href="${assets.style.path}"><script src="${assets.script.path}" defer></script></head>
<body${frame.version === undefined ? none : html` data-version="${frame.version}" data-events="${links.events}"`}><a class="skip" href="#main">To the contents</a>
<header><div class="brand"><a href="${links.overview}"><b>Holdfast: backups as declared</b></a>${identity(frame)}</div>${navigation(here)}</header>
<div id="live" role="status"></div>
<main id="main" tabindex="-1">${warning(frame)}${trail({ path, title, ...(here === undefined ? {} : { here }) })}${main}
<p class="asof">As of ${time(new Date(frame.now).toISOString())}.</p></main>
<footer>Holdfast only reads the cloud. <a href="${links.openApi}">The API of this dashboard</a></footer></body></html>
`.text

const glyphs: Readonly<Record<Tone, string>> = { good: "\u2713", unsure: "\u26a0", bad: "\u2717" }

/** A headline with what it means: the sign says it without colour, too. */
export const headline = (tone: Tone, words: Value, under: Markup = none): Markup =>
  html`<div class="head ${tone}"><h1><span aria-hidden="true">${glyphs[tone]}</span><strong>${words}</strong></h1>${under}</div>`

/** The class that gives what stands in it the colour of a state. */
export const colourOf = (state: ResourceState): string => (state === "not_compared" ? "unknown" : state)

/** A word with its sign, as it stands in a table. */
export const mark = (tone: Tone, words: Value): Markup =>
  html`<span class="mark ${tone}"><b aria-hidden="true">${glyphs[tone]}</b> ${words}</span>`
