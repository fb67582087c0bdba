/** Markdown as GitHub's flavour has it, and as a browser then shows it. */
import { assert } from "@effect/vitest"
import { micromark } from "micromark"
import { gfm, gfmHtml } from "micromark-extension-gfm"
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5"

/** As GitHub's flavour has it; tags of the text stay tags. */
export const htmlOf = (text: string): string =>
  micromark(text, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })

export interface Seen {
  /** Tags in their order, but `code`, which an empty value has none of. */
  readonly tags: ReadonlyArray<string>
  readonly links: ReadonlyArray<string>
  readonly codes: ReadonlyArray<string>
  /** What stands outside of code: there GitHub looks for mentions and references. */
  readonly prose: ReadonlyArray<string>
  readonly comments: number
}

/** What a browser makes of a text. */
export const seenIn = (text: string): Seen => {
  const tags: Array<string> = []
  const links: Array<string> = []
  const codes: Array<string> = []
  const prose: Array<string> = []
  let comments = 0
  const visit = (node: DefaultTreeAdapterTypes.ChildNode, isCode: boolean): void => {
    if (node.nodeName === "#comment") comments += 1
    if ("value" in node) (isCode ? codes : prose).push(node.value)
    if (!("childNodes" in node)) return
    if (node.tagName !== "code") tags.push(node.tagName)
    for (const { name, value } of node.attrs) {
      if (name === "href") links.push(value)
      else if (name !== "align") assert.fail(`<${node.tagName} ${name}>`)
    }
    for (const child of node.childNodes) visit(child, isCode || node.tagName === "code")
  }
  for (const node of parseFragment(htmlOf(text)).childNodes) visit(node, false)
  return { tags, links, codes, prose, comments }
}

/** Nothing in it is a mention, a reference, a host or the name of an emoji. */
export const assertInert = ({ prose }: Seen): void => {
  for (const text of prose) {
    assert.notMatch(text, /@[\w]/)
    assert.notMatch(text, /[#!$%~&][\w"]/)
    assert.notMatch(text, /\bGH-\d/i)
    assert.notMatch(text, /:\/\/|www\./i)
    assert.notMatch(text, /:(?!\d\d?:)[\w+-]+:/)
  }
}
