/**
 * `groups` and `folders`: what a manifest says of instances that it does not name.
 */
import type { DeclaredReader } from "./DeclaredReader.ts"
import { type Declared, defaultSeverity, instancePattern, maxAddressLength } from "./DesiredResource.ts"
import { characters, quote } from "./Diagnostic.ts"
import { severities } from "./Expectations.ts"
import { expectationNames, folderNames, groupNames } from "./fieldNames.ts"
import { type FolderRule, type Group, unlistedModes } from "./Group.ts"
import type { TreeReader } from "./TreeReader.ts"
import { isEmpty, readLiteral } from "./Value.ts"
import type { Entry, Node } from "./YamlNode.ts"

const folderIdDetail =
  "An id is 1 to 50 lower-case letters, digits, `-` or `_`, as `yc resource-manager folder list` shows it."

/** Reads `groups`. */
export const readGroups = (
  tree: TreeReader,
  reader: DeclaredReader,
  { value }: Entry,
  defaults: Declared
): ReadonlyArray<Group> =>
  tree
    .mappingOf(value, "`groups`", "Write `groups:` and below it, indented, `production: {folders: [b1g…]}`.")
    .flatMap((entry) => {
      const group = readGroup(tree, reader, entry, defaults)
      return group === undefined ? [] : [group]
    })

type Selector = { -readonly [Name in "folders" | "labels" | "names" | "exclude"]?: Group[Name] | undefined }

const readGroup = (
  tree: TreeReader,
  reader: DeclaredReader,
  { key, value }: Entry,
  ofFile: Declared
): Group | undefined => {
  if (key.text.trim() === "" || characters(key.text) > maxAddressLength) {
    tree.report(key.offset, { summary: `The name of a group takes 1 to ${maxAddressLength} characters` })
  }
  const what = `the group ${quote(key.text)}`
  const { expect, own, ownDefaults, selector } = tree.once(value, "group", () => {
    const selector: Selector = {}
    let expect: Node | undefined
    let ownDefaults: Declared | undefined
    const own = reader.declared(value, groupNames, what, (entry) => {
      if (entry.key.text === "expect") expect = entry.value
      else if (entry.key.text === "defaults") ownDefaults = reader.ownDefaults(entry.value)
      else Object.assign(selector, readSelector(tree, entry))
    })
    return { expect, own, ownDefaults, selector }
  })
  const defaults = ownDefaults ?? ofFile
  const wanted =
    expect === undefined
      ? own
      : {
          ...own,
          ...tree.once(expect, "expect", () => readExpect(reader, expect, `the \`expect\` of ${what}`, defaults))
        }
  if (selector.folders === undefined) {
    const isSaid =
      value.kind !== "mapping"
        ? !isEmpty(value)
        : value.entries.some((entry) => entry.key.text === "folders") || tree.isMisspelt(value, "folders", groupNames)
    if (!isSaid) {
      tree.report(key.offset, {
        summary: `${quote(key.text)} names no \`folders\``,
        detail: "Write `folders: [b1g…]` below it: members are looked for in these."
      })
    }
    return undefined
  }
  const { exclude = [], folders, labels = {}, names = [] } = selector
  return { name: key.text, folders, labels, names, exclude, own: wanted, defaults, source: tree.place(key.offset) }
}

const readExpect = (reader: DeclaredReader, node: Node, what: string, defaults: Declared) => {
  const { expectations } = reader.declared(node, expectationNames, what, () => undefined)
  reader.contradictions(node, expectations, defaults.expectations)
  return { expectations }
}

const readSelector = (tree: TreeReader, { key, value }: Entry): Selector => {
  switch (key.text) {
    case "folders":
      return { folders: tree.oneOrMore(value, "`folders`", (item) => tree.id(item, "folder", folderIdDetail)) }
    case "labels":
      return { labels: tree.once(value, "labels", () => readLabels(tree, value)) }
    case "match":
      return { names: tree.once(value, "match", () => readMatch(tree, value)) }
    default:
      return { exclude: tree.oneOrMore(value, "`exclude`", (item) => tree.text(item, "an entry of `exclude`")) }
  }
}

const readLabels = (tree: TreeReader, node: Node): Group["labels"] =>
  Object.fromEntries(
    tree.mappingOf(node, "`labels`", "Write `labels: {env: prod}`.").flatMap(({ key, value }) => {
      // By one name for all labels: several may share a list.
      const values = tree.oneOrMore(value, "a label", (item) => tree.text(item, `the label ${quote(key.text)}`))
      return values === undefined ? [] : [[key.text, values]]
    })
  )

const readMatch = (tree: TreeReader, node: Node): ReadonlyArray<string> | undefined => {
  const detail = 'Write `match: {name: "web-*"}`.'
  if (node.kind !== "mapping") {
    tree.mappingOf(node, "`match`", detail)
    return undefined
  }
  const [name] = tree.entriesOf(node, ["name"], "`match`")
  return name === undefined
    ? undefined
    : tree.oneOrMore(name.value, "`name`", (item) => tree.text(item, "a pattern of `name`"))
}

/** Reads `folders`. */
export const readFolderRules = (tree: TreeReader, { value }: Entry): ReadonlyArray<FolderRule> =>
  tree
    .mappingOf(value, "`folders`", "Write `folders:` and below it, indented, `b1g…: {unlisted: fail}`.")
    .flatMap(({ key, value }) => {
      if (!instancePattern.test(key.text)) {
        tree.report(key.offset, { summary: `${quote(key.text)} cannot be the id of a folder`, detail: folderIdDetail })
        return []
      }
      const { severity, unlisted = "report" } = tree.once(value, "folder", () => readFolderRule(tree, value))
      return [
        {
          folder: key.text,
          unlisted,
          severity: severity ?? defaultSeverity,
          ...(severity === undefined ? { isSeverityInherited: true } : {}),
          source: tree.place(key.offset)
        }
      ]
    })

const readFolderRule = (tree: TreeReader, value: Node) => {
  const said: { unlisted?: FolderRule["unlisted"] | undefined; severity?: FolderRule["severity"] | undefined } = {}
  if (value.kind !== "mapping") tree.mappingOf(value, "a folder", "Write `{unlisted: fail}`.")
  else {
    for (const { key, value: given } of tree.entriesOf(value, folderNames, "a folder")) {
      if (key.text === "unlisted") said.unlisted = readLiteral(given, unlistedModes, tree.report)
      else said.severity = readLiteral(given, severities, tree.report)
    }
  }
  return said
}
