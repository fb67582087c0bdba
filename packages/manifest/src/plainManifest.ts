/**
 * The short way through a manifest: where it is written as nearly all of it is, without quotes, aliases, tags or mistakes, its
 * resources are read off the parser's events, in a third of the time that a tree of them takes. Anything else is for `Reader`,
 * which tolerates what it can and explains what it cannot: the short way gives what that would, or nothing.
 */
import * as JsYaml from "js-yaml"
import {
  type Declared,
  type DesiredResource,
  defaultSeverity,
  instancePattern,
  maxAddressLength,
  needsBackup,
  nothing
} from "./DesiredResource.ts"
import { characters, type SourceText } from "./Diagnostic.ts"
import { type Expectations, fields, inherit, parseDuration, type Severity, severities } from "./Expectations.ts"

/** Thrown where something is not written plainly; it goes no further than `readPlain`. */
const notPlain = new Error("not written plainly")

type Value = Expectations[keyof Expectations]

interface Fields {
  readonly declared: { readonly expectations: Expectations; severity?: Severity }
  readonly instance: string | undefined
}

/** What a file declares that is written plainly. */
export interface PlainFile {
  readonly resources: ReadonlyArray<DesiredResource>
  readonly defaults: Declared
}

const isField = (name: string): name is keyof Expectations => Object.hasOwn(fields, name)

const isContradictory = (own: Expectations, defaults: Expectations): boolean =>
  (own.enabled ?? defaults.enabled) === false && needsBackup.some((name) => own[name] !== undefined)

class PlainReader {
  readonly #source: SourceText
  readonly #events: ReadonlyArray<JsYaml.Event>
  #next = 0
  /** Where the last word stands. */
  #offset = 0
  /** What a word means as the value of a field, by both: the same few stand in every resource. */
  readonly #values = new Map<string, Map<string, Value>>()

  constructor(source: SourceText, events: ReadonlyArray<JsYaml.Event>) {
    this.#source = source
    this.#events = events
  }

  /** What the whole text declares. */
  manifest(): PlainFile {
    if (this.#take().type !== JsYaml.EVENT_DOCUMENT) throw notPlain
    let version: string | undefined
    let defaults: Declared | undefined
    let resources: ReadonlyArray<DesiredResource> | undefined
    this.#open(JsYaml.EVENT_MAPPING)
    while (this.#hasMore()) {
      const name = this.#word()
      if (name === "version" && version === undefined) version = this.#word()
      else if (name === "defaults" && defaults === undefined && resources === undefined) {
        defaults = this.#fields(false).declared
        if (isContradictory(defaults.expectations, {})) throw notPlain
      } else if (name === "resources" && resources === undefined) resources = this.#resources(defaults ?? nothing)
      else throw notPlain
    }
    if (this.#take().type !== JsYaml.EVENT_POP || this.#next < this.#events.length) throw notPlain
    if (version !== "1" || resources === undefined) throw notPlain
    return { resources, defaults: defaults ?? nothing }
  }

  #resources(defaults: Declared): ReadonlyArray<DesiredResource> {
    const { expectations: inherited, severity = defaultSeverity } = defaults
    const found: Array<DesiredResource> = []
    const addresses = new Set<string>()
    const instances = new Set<string>()
    this.#open(JsYaml.EVENT_MAPPING)
    while (this.#hasMore()) {
      const address = this.#word()
      const source = { path: this.#source.path, ...this.#source.placeOf(this.#offset) }
      if (address === "<<" || characters(address) > maxAddressLength) throw notPlain
      const { declared: own, instance } = this.#fields(true)
      if (instance === undefined || isContradictory(own.expectations, inherited)) throw notPlain
      addresses.add(address)
      instances.add(instance)
      const expectations = inherit(own.expectations, inherited)
      found.push(
        own.severity === undefined
          ? { address, instance, expectations, severity, isSeverityInherited: true, source, own, defaults }
          : { address, instance, expectations, severity: own.severity, source, own, defaults }
      )
    }
    if (addresses.size < found.length || instances.size < found.length) throw notPlain
    return found
  }

  /** The fields of `defaults`, or of a resource. */
  #fields(isResource: boolean): Fields {
    const expectations: { [name: string]: Value } = {}
    const declared: Fields["declared"] = { expectations }
    let instance: string | undefined
    this.#open(JsYaml.EVENT_MAPPING)
    while (this.#hasMore()) {
      const name = this.#word()
      if (isField(name)) {
        if (expectations[name] !== undefined) throw notPlain
        expectations[name] = this.#expectation(name)
      } else if (name === "severity" && declared.severity === undefined) {
        const word = this.#word()
        const severity = severities.find((severity) => severity === word)
        if (severity === undefined) throw notPlain
        declared.severity = severity
      } else if (name === "instance" && isResource && instance === undefined) {
        instance = this.#word()
        if (instance === "null" || !instancePattern.test(instance)) throw notPlain
      } else throw notPlain
    }
    return { declared, instance }
  }

  #expectation(name: keyof Expectations): Value {
    if (this.#events[this.#next]?.type === JsYaml.EVENT_SEQUENCE) return this.#list(name)
    const word = this.#word()
    const known = this.#values.get(name) ?? new Map<string, Value>()
    this.#values.set(name, known)
    const value = known.get(word) ?? meaningOf(name, word)
    if (value === undefined) throw notPlain
    known.set(word, value)
    return value
  }

  #list(name: keyof Expectations): ReadonlyArray<string> {
    const field = fields[name]
    this.#open(JsYaml.EVENT_SEQUENCE)
    const words: Array<string> = []
    while (this.#hasMore()) words.push(this.#word())
    if (field.kind !== "oneOrMore" || words.length === 0) throw notPlain
    if (!words.every((word) => field.known.includes(word))) throw notPlain
    return [...new Set(words)]
  }

  /** Whether the open mapping or list goes on; where it does not, it is closed. */
  #hasMore(): boolean {
    if (this.#events[this.#next]?.type !== JsYaml.EVENT_POP) return true
    this.#next += 1
    return false
  }

  #open(type: JsYaml.MappingEvent["type"] | JsYaml.SequenceEvent["type"]): void {
    const event = this.#take()
    if (event.type !== type || event.anchorStart >= 0 || event.tagStart >= 0) throw notPlain
  }

  /** A plain word: a key or a value. */
  #word(): string {
    const event = this.#take()
    if (event.type !== JsYaml.EVENT_SCALAR || event.style !== JsYaml.SCALAR_STYLE_PLAIN || !event.fast) throw notPlain
    if (event.valueStart < 0 || event.anchorStart >= 0 || event.tagStart >= 0) throw notPlain
    this.#offset = event.valueStart
    return this.#source.text.slice(event.valueStart, event.valueEnd)
  }

  #take(): JsYaml.Event {
    const event = this.#events[this.#next]
    if (event === undefined) throw notPlain
    this.#next += 1
    return event
  }
}

const meaningOf = (name: keyof Expectations, word: string): Value => {
  const field = fields[name]
  switch (field.kind) {
    case "boolean":
      return word === "true" ? true : word === "false" ? false : undefined
    case "true":
      return word === "true" ? true : undefined
    case "duration":
      return parseDuration(word)
    case "oneOrMore":
      return field.known.includes(word) ? [word] : undefined
    case "policies":
      return undefined
  }
}

/** What `source` declares, by its events; `undefined` where it is not written plainly. */
export const readPlain = (source: SourceText, events: ReadonlyArray<JsYaml.Event>): PlainFile | undefined => {
  // Variables are for the tree.
  if (source.text.includes("${")) return undefined
  try {
    return new PlainReader(source, events).manifest()
  } catch (error) {
    if (error !== notPlain) throw error
    return undefined
  }
}
