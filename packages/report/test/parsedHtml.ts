/** HTML as an independent parser reads it, which finds no fault with it. */
import { assert } from "@effect/vitest"
import { type DefaultTreeAdapterTypes, parse } from "parse5"

type Node = DefaultTreeAdapterTypes.Node
export type Element = DefaultTreeAdapterTypes.Element

/** What is no text of the page. */
const mute = new Set(["script", "style", "title"])

/** What a node says; the marks of what cannot be seen are part of a text. */
export const textOf = (node: Node | undefined): string => {
  if (node === undefined) return ""
  if (node.nodeName === "#text" && "value" in node) return node.value
  return "childNodes" in node
    ? node.childNodes.map((child) => (mute.has(child.nodeName) ? "" : textOf(child))).join("")
    : ""
}

function* elementsOf(node: Node): Iterable<Element> {
  if ("tagName" in node) yield node
  if ("childNodes" in node) for (const child of node.childNodes) yield* elementsOf(child)
}

/** The document without an error: its elements in order, and all that it says. */
export const parsed = (html: string) => {
  const document = parse(html, {
    onParseError: ({ code, startOffset }) =>
      assert.fail(`${code}: ${JSON.stringify(html.slice(startOffset - 50, startOffset + 50))}`)
  })
  return { elements: [...elementsOf(document)], text: textOf(document) }
}
