/**
 * Pages that show nothing of history: the way in, and what went wrong.
 */
import { html, none } from "@holdfast/report/htmlMarkup"
import { links } from "./links.ts"
import { headline, type Page } from "./shell.ts"

/** What keeps a request from its answer: what is wrong, and what to do. Its texts may quote others. */
export interface Refusal {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly remedy: string
}

export const refusalPage = ({ detail, remedy, status, title }: Refusal): Page => ({
  title,
  path: [],
  main: html`${headline(status >= 500 ? "bad" : "unsure", title)}<p>${detail}</p><p class="do">${remedy}</p>`
})

/** Where to go after signing in, and what went wrong before. */
export interface Login {
  readonly to: string
  readonly problem: string | undefined
  /** The browser sent no cookie since another site led here; it does from here. */
  readonly isFromElsewhere: boolean
}

/** A page of this server, or the first one: an address may hold anything. */
export const safeTarget = (to: string): string =>
  /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to) && !/^\/(login|logout|assets)\b/.test(to) ? to : links.overview

export const loginPage = ({ isFromElsewhere, problem, to }: Login): Page => ({
  title: "Sign in",
  path: [],
  here: links.login,
  main: html`<h1>Sign in</h1>${
    problem === undefined
      ? none
      : html`<div role="alert"><ul class="notes"><li class="error">${problem}</li></ul></div>`
  }${
    isFromElsewhere
      ? html`<p class="lead">You came from another site. If you have signed in before, <a href="${safeTarget(to)}">go on to the page</a>.</p>`
      : none
  }<form class="login" method="post" action="${links.login}"><input type="hidden" name="to" value="${safeTarget(to)}"><label><span>Token</span> <input type="password" name="token" required autocomplete="current-password" maxlength="1000"></label><button>Sign in</button></form><p class="lead">The token is one of those below <code>server.tokens</code> in compliance.yaml. Programs send it as <code>Authorization: Bearer</code>.</p>`
})
