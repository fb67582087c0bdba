/**
 * Reads what `defaults`, groups and resources have in common: expectations, severity, owner and tags.
 */
import { type Declared, instancePattern, needsBackup, over } from "./DesiredResource.ts"
import { type Expectations, severities } from "./Expectations.ts"
import { defaultsNames, expectationNames, ownershipNames } from "./fieldNames.ts"
import { capital, type TreeReader, takes } from "./TreeReader.ts"
import { describe, isEmpty, readExpectation, readLiteral } from "./Value.ts"
import type { Entry, Node } from "./YamlNode.ts"

/** How many tags there may be: each resource that shares them repeats them in reports. The cloud's labels are as many. */
const maxTags = 64

const isExpectation = (name: string): name is keyof Expectations =>
  (expectationNames as ReadonlyArray<string>).includes(name)

const isOwnership = (name: string): boolean => (ownershipNames as ReadonlyArray<string>).includes(name)

type Writable<A> = { -readonly [Name in keyof A]: A[Name] }

export class DeclaredReader {
  readonly #tree: TreeReader

  constructor(tree: TreeReader) {
    this.#tree = tree
  }

  /** What is declared among `node`'s entries; `other` gets those that `names` allows beyond. */
  declared(node: Node, names: ReadonlyArray<string>, what: string, other: (entry: Entry) => void): Declared {
    const expectations: { [name: string]: Expectations[keyof Expectations] } = {}
    const declared: Writable<Declared> = { expectations }
    if (isEmpty(node) || node.kind === "invalid") return declared
    if (node.kind !== "mapping") {
      const isId = node.kind === "scalar" && names.includes("instance") && instancePattern.test(node.text)
      this.#tree.report(node.offset, {
        summary: `${capital(what)} is a mapping, and this is ${describe(node)}`,
        detail: isId ? `Write \`{instance: ${node.text}}\`.` : takes(names)
      })
      return declared
    }
    for (const entry of this.#tree.entriesOf(node, names, what)) {
      const { key, value } = entry
      if (isExpectation(key.text)) {
        const read = this.#expectation(key.text, value)
        if (read !== undefined) expectations[key.text] = read
      } else if (!isOwnership(key.text)) other(entry)
      else Object.assign(declared, this.#ownership(key.text, value))
    }
    return declared
  }

  /** What holds where nothing else is said, over the defaults of what the file includes. */
  defaults(node: Node, base: Declared): Declared {
    const own = this.ownDefaults(node)
    this.contradictions(node, own.expectations, base.expectations)
    return over(own, base)
  }

  /** The defaults of one entry: what several files come to, which may hold `enabled: false` of one beside what others say. */
  ownDefaults(node: Node): Declared {
    return this.declared(node, defaultsNames, "`defaults`", () => undefined)
  }

  /** A machine that must not be backed up cannot have to be backed up, too. */
  contradictions(node: Node, own: Expectations, inherited: Expectations): void {
    if ((own.enabled ?? inherited.enabled) !== false || node.kind !== "mapping") return
    const where = own.enabled === false ? "beside it" : "of the `defaults`"
    for (const { key } of node.entries) {
      if (!(needsBackup as ReadonlyArray<string>).includes(key.text) || !(key.text in own)) continue
      this.#tree.report(key.offset, {
        summary: `\`${key.text}\` contradicts \`enabled: false\` ${where}`,
        detail:
          own.enabled === false ? "Remove one of them." : "Write `enabled: true` here, too, or remove one of them."
      })
    }
  }

  #expectation(name: keyof Expectations, value: Node): Expectations[keyof Expectations] {
    const read = () => readExpectation(name, value, this.#tree)
    return value.kind === "scalar" ? read() : this.#tree.once(value, name, read)
  }

  #ownership(name: string, value: Node): Partial<Declared> {
    switch (name) {
      case "severity": {
        const severity = readLiteral(value, severities, this.#tree.report)
        return severity === undefined ? {} : { severity }
      }
      case "owner": {
        const owner = this.#tree.text(value, "`owner`")
        return owner === undefined ? {} : { owner }
      }
      default:
        return { tags: this.#tree.once(value, "tags", () => this.#tags(value)) }
    }
  }

  #tags(value: Node): Readonly<Record<string, string>> {
    const entries = this.#tree.mappingOf(value, "`tags`", "Write `tags: {tier: gold}`.")
    if (entries.length > maxTags) {
      this.#tree.report(value.offset, {
        summary: `\`tags\` takes at most ${maxTags} tags, and these are ${entries.length}`
      })
      return {}
    }
    return Object.fromEntries(
      entries.flatMap(({ key, value }) => {
        const text = this.#tree.text(value, `the tag ${JSON.stringify(key.text.slice(0, 80))}`)
        return text === undefined ? [] : [[key.text, text]]
      })
    )
  }
}
