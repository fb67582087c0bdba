/**
 * The short way through a manifest: where it is written as nearly all of it is, without quotes, aliases, tags or mistakes, its
 * resources are read off the parser's events, in a third of the time that a tree of them takes. Anything else is for `Reader`,
 * which tolerates what it can and explains what it cannot: the short way gives what that would, or nothing.
 */
import * as JsYaml from "js-yaml"
import {
  type DesiredResource,
  defaultSeverity,
  instancePattern,
  maxAddressLength,
  needsBackup
} from "./DesiredResource.ts"
import { characters, type SourceText } from "./Diagnostic.ts"
import { type Expectations, fields, inherit, parseDuration, type Severity, severities } from "./Expectations.ts"

/** Thrown where something is not written plainly; it goes no further than `readPlain`. */
const notPlain = new Error("not written plainly")

type Value = Expectations[keyof Expectations]

interface Declared {
  readonly expectations: { -readonly [Name in keyof Expectations]: Expectations[Name] }
  severity: Severity | undefined
  instance: string | undefined
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

  /** The resources of the whole text. */
  manifest(): ReadonlyArray<DesiredResource> {
    if (this.#take().type !== JsYaml.EVENT_DOCUMENT) throw notPlain
    let version: string | undefined
    let defaults: Declared | undefined
    let resources: ReadonlyArray<DesiredResource> | undefined
    this.#open(JsYaml.EVENT_MAPPING)
    while (this.#hasMore()) {
      const name = this.#word()
      if (name === "version" && version === undefined) version = this.#word()
      else if (name === "defaults" && defaults === undefined && resources === undefined) {
        defaults = this.#declared(false)
        if (isContradictory(defaults.expectations, {})) throw notPlain
      } else if (name === "resources" && resources === undefined) resources = this.#resources(defaults)
      else throw notPlain
    }
    if (this.#take().type !== JsYaml.EVENT_POP || this.#next < this.#events.length) throw notPlain
    if (version !== "1" || resources === undefined) throw notPlain
    return resources
  }

  #resources(defaults: Declared | undefined): ReadonlyArray<DesiredResource> {
    const inherited = defaults?.expectations ?? {}
    const severity = defaults?.severity ?? defaultSeverity
    const found: Array<DesiredResource> = []
    const addresses = new Set<string>()
    const instances = new Set<string>()
    this.#open(JsYaml.EVENT_MAPPING)
    while (this.#hasMore()) {
      const address = this.#word()
      const source = { path: this.#source.path, ...this.#source.placeOf(this.#offset) }
      if (address === "<<" || characters(address) > maxAddressLength) throw notPlain
      const { expectations, instance, severity: own } = this.#declared(true)
      if (instance === undefined || isContradictory(expectations, inherited)) throw notPlain
      addresses.add(address)
      instances.add(instance)
      found.push({
        address,
        instance,
        expectations: inherit(expectations, inherited),
        severity: own ?? severity,
        source
      })
    }
    if (addresses.size < found.length || instances.size < found.length) throw notPlain
    return found
  }

  /** The fields of `defaults`, or of a resource. */
  #declared(isResource: boolean): Declared {
    const declared: Declared = { expectations: {}, severity: undefined, instance: undefined }
    const expectations: { [name: string]: Value } = declared.expectations
    this.#open(JsYaml.EVENT_MAPPING)
    while (this.#hasMore()) {
      const name = this.#word()
      if (isField(name)) {
        if (expectations[name] !== undefined) throw notPlain
        expectations[name] = this.#expectation(name)
      } else if (name === "severity" && declared.severity === undefined) {
        const word = this.#word()
        declared.severity = severities.find((severity) => severity === word)
        if (declared.severity === undefined) throw notPlain
      } else if (name === "instance" && isResource && declared.instance === undefined) {
        declared.instance = this.#word()
        if (declared.instance === "null" || !instancePattern.test(declared.instance)) throw notPlain
      } else throw notPlain
    }
    return declared
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
  }
}

/** The resources that `source` declares, by its events; `undefined` where it is not written plainly. */
export const readPlain = (
  source: SourceText,
  events: ReadonlyArray<JsYaml.Event>
): ReadonlyArray<DesiredResource> | undefined => {
  try {
    return new PlainReader(source, events).manifest()
  } catch (error) {
    if (error !== notPlain) throw error
    return undefined
  }
}
