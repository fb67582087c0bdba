/**
 * Text of others in GitHub-flavoured Markdown: it is read as it was written, and becomes no structure, link or mention. A value
 * is a code span, a sentence is prose.
 */
import { cut } from "./cut.ts"
import { escapeText } from "./Terminal.ts"

/** Takes no room: what follows it is no name of a person, of an issue or of a host any more, also after entities are resolved. */
const gap = "&#8203;"

/**
 * All that means something to Markdown, and what GitHub and GitLab look for in a finished text: mentions and references of any
 * kind, hosts, and names of emoji, which would show a tick that nobody earned; a time of day is none.
 */
const special = /:(?=\/\/|(?!\d\d?:)[\w+-]+:)|www(?=\.)|\bGH-(?=\d)|[&<>"*_`~|\\[\]{}$^#@!%+]/gi
const reference = /[@#!$%~&^]/

const proseOf = (text: string): string =>
  escapeText(text).replace(special, (match) => {
    if (/[\w:]/.test(match) && match !== "_") return `${match}${gap}`
    return `&#${match.charCodeAt(0)};${reference.test(match) ? gap : ""}`
  })

/** Within a code span nothing has a meaning but its end; within a table, a bar. */
const codeOf = (text: string): string => {
  const shown = escapeText(text).replaceAll("`", "\\x60").replaceAll("|", "\\x7c")
  return shown.trim() === "" ? "(none)" : `\`${shown}\``
}

/** Cut before it is escaped, so that no escape is cut: where most of it must be escaped, all the shorter. */
const within = (length: number, escape: (text: string) => string, text: string): string => {
  let short = cut(text, length)
  while (escape(short).length > 3 * length) short = cut(short, short.length >> 1)
  return escape(short)
}

/** A sentence of others. */
export const prose = (text: string, length = 300): string => within(length, proseOf, text)

/** A name or a value of others. */
export const code = (text: string, length = 100): string => within(length, codeOf, text)
