/**
 * A message for a webhook as Slack and Mattermost take it. What others wrote stands in code spans, where nothing is a mention, a link or
 * a format.
 */
import { escapeText } from "@holdfast/report/Terminal"
import type { Alert } from "./Alert.ts"
import { type Line, sections, title } from "./alertText.ts"

/** The longest text, in units of it: Slack takes 40,000 and recommends 4,000. */
const maxLength = 3_800

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => entities[character] ?? "")

/** Within a code span nothing has a meaning but its end. */
const codeSpan = (text: string): string => {
  const shown = escapeText(text).replaceAll("`", "'").trim()
  return shown === "" ? "(none)" : `\`${escaped(shown)}\``
}

const written = (line: Line): string =>
  line.map((part) => (typeof part === "string" ? escaped(part) : codeSpan(part.foreign))).join("")

/** The body of the request. */
export const slackBody = (alert: Alert): string => {
  const lines = [written(title(alert))]
  const link = alert.link === null ? [] : [escaped(alert.link)]
  let room = maxLength - lines.join("\n").length - link.join("\n").length
  let left = 0
  for (const { heading, lines: of } of sections(alert)) {
    for (const [index, each] of of.entries()) {
      const text = `${index === 0 && heading !== "" ? `${heading}:\n` : ""}${heading === "" ? "" : "\u2022 "}${written(each)}`
      // Lines are whole or not at all: a cut one could open a span that nothing closes.
      if (text.length + 1 > room - 60) left += 1
      else {
        room -= text.length + 1
        lines.push(text)
      }
    }
  }
  if (left > 0) lines.push(`and ${left} more ${left === 1 ? "line" : "lines"}`)
  return JSON.stringify({ text: [...lines, ...link].join("\n"), unfurl_links: false, unfurl_media: false })
}
