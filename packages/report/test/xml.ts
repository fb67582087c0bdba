/** XML read by two programs that are not ours: strictly, and against a schema. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { SaxesParser } from "saxes"
import { validateXML } from "xmllint-wasm"

/** An element; `text` is all that stands in it and in what it holds. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Array<Element>
  text: string
}

/** Parses a whole document; fails at the first mistake. */
export const parseXml = (text: string): Element => {
  const root: Element = { name: "", attributes: {}, children: [], text: "" }
  const open = [root]
  const parser = new SaxesParser({ xmlns: false, fragment: false })
  parser.on("error", (error) => {
    throw error
  })
  parser.on("opentag", ({ attributes, name }) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], text: "" }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on("closetag", () => open.pop())
  parser.on("text", (piece) => {
    for (const element of open) element.text += piece
  })
  parser.write(text).close()
  return root.children[0] as Element
}

/** All elements of that name, however deep. */
export const elementsOf = (element: Element, name: string): ReadonlyArray<Element> => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => elementsOf(child, name))
]

const schema = readFileSync(join(import.meta.dirname, "fixtures/junit.xsd"), "utf8")

/** What libxml finds wrong with a JUnit report. */
export const junitMistakes = async (text: string): Promise<ReadonlyArray<string>> =>
  (
    await validateXML({
      xml: [{ fileName: "report.xml", contents: text }],
      schema: [schema],
      maxMemoryPages: 4096
    })
  ).errors.map(({ message }) => message)
