/**
 * A message as an e-mail: a subject, plain text, and the same in simple HTML.
 */
import { cut } from "@holdfast/report/cut"
import { html, type Markup, none } from "@holdfast/report/htmlMarkup"
import { escapeText } from "@holdfast/report/Terminal"
import type { Alert } from "./Alert.ts"
import { type Line, sections, title } from "./alertText.ts"

export interface Email {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The longest subject, in units of its text. */
const maxSubject = 180

const plain = (line: Line): string =>
  line.map((part) => (typeof part === "string" ? part : escapeText(part.foreign))).join("")

const marked = (line: Line): Markup =>
  html`${line.map((part) => (typeof part === "string" ? html`${part}` : html`<b>${part.foreign}</b>`))}`

/** The e-mail that tells of an alert. */
export const emailOf = (alert: Alert): Email => {
  const all = sections(alert, 100)
  const subject = plain(title(alert))
  const { link } = alert
  const text = [
    subject,
    ...all.map(({ heading, lines }) =>
      [
        ...(heading === "" ? [] : [`${heading}:`]),
        ...lines.map((line) => `${heading === "" ? "" : "- "}${plain(line)}`)
      ].join("\n")
    ),
    ...(link === null ? [] : [link]),
    `Message ${alert.id}, written at ${alert.created_at}. Holdfast only reads the cloud.`
  ].join("\n\n")
  const sectionMarkup = all.map(
    ({ heading, lines }) =>
      html`${heading === "" ? none : html`<h2>${heading}</h2>`}<ul>${lines.map((line) => html`<li>${marked(line)}</li>`)}</ul>`
  )
  const page = html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${subject}</title></head><body><h1>${marked(title(alert))}</h1>${sectionMarkup}${link === null ? none : html`<p><a href="${link}">${link}</a></p>`}<p>Message ${alert.id}, written at ${alert.created_at}. Holdfast only reads the cloud.</p></body></html>
`
  return {
    subject: cut(subject, maxSubject),
    text: `${text}\n`,
    html: page.text
  }
}
