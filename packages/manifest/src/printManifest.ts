/**
 * All that a manifest's files come to, as one file: what they include is merged, variables are filled in, and a comment tells
 * what each entry takes from its defaults.
 *
 * The defaults stay defaults: groups come between them and what a resource says itself. Those that most entries have stand at the
 * top, and an entry that has others carries them.
 */
import { type Declared, needsBackup, nothing, type SourcePlace } from "./DesiredResource.ts"
import { type Expectations, inherit, unitMillis } from "./Expectations.ts"
import type { Group } from "./Group.ts"
import type { Declarations } from "./manifestAgreement.ts"
import type { Waiver } from "./Waiver.ts"
import { inComment, scalar } from "./yamlText.ts"

/** A field, and its value as YAML on one line. */
type Field = readonly [name: string, value: string]

/** The manifest as YAML, which reads as the same declarations. */
export const printManifest = ({ folders, groups, resources, rules, waivers }: Declarations): string => {
  const defaults = defaultsOf([...groups, ...resources])
  const severities = rules.map(({ code, severity, source }) => `  ${code}: ${severity}${placeOf(source)}`)
  const unlisted = folders.map(({ folder, isSeverityInherited, severity, source, unlisted }) => {
    const own = isSeverityInherited === true ? "" : `, severity: ${severity}`
    return `  ${scalar(folder, true)}: {unlisted: ${unlisted}${own}}${placeOf(source)}`
  })
  const members = groups.flatMap((group) => [
    `  ${scalar(group.name, true)}:${placeOf(group.source)}`,
    ...linesOf([...selectorOf(group), ...defaults.own(group.defaults)]),
    ...takenFrom(group.own, group.defaults, inherit(group.own.expectations, group.defaults.expectations))
  ])
  const machines = resources.flatMap(
    ({ address, defaults: base = nothing, expectations, instance, own = nothing, source }) => [
      `  ${scalar(address, true)}:${placeOf(source)}`,
      ...linesOf([["instance", scalar(instance)], ...fieldsOf(own), ...defaults.own(base)]),
      ...takenFrom(own, base, expectations)
    ]
  )
  return [
    "# Made by drift validate --print. Groups come between what a machine is by default and what it says itself.",
    "version: 1",
    ...section("defaults", linesOf(defaults.common, "  ")),
    ...section("rules", severities),
    ...section("folders", unlisted),
    ...section("groups", members),
    ...(machines.length === 0 ? ["resources: {}"] : section("resources", machines)),
    ...section("waivers", waivers.flatMap(waiverOf)),
    ""
  ].join("\n")
}

const section = (name: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`${name}:`, ...lines]

const linesOf = (fields: ReadonlyArray<Field>, indent = "    "): ReadonlyArray<string> =>
  fields.map(([name, value]) => `${indent}${name}: ${value}`)

const placeOf = ({ line, path }: SourcePlace): string => ` # ${inComment(`${path}:${line}`)}`

const list = (texts: ReadonlyArray<string>): string => `[${texts.map((text) => scalar(text)).join(", ")}]`

const mapping = (fields: ReadonlyArray<Field>): string =>
  `{${fields.map(([name, value]) => `${name}: ${value}`).join(", ")}}`

const textsOf = (texts: Readonly<Record<string, string>>): string =>
  mapping(Object.entries(texts).map(([name, text]) => [scalar(name), scalar(text)]))

/** The most that a duration has of one unit. */
const maxAmount = 999_999

/** A duration in its largest unit; what none of them divides, or is thousands of years, in several. */
const durationText = (millis: number): string => {
  const units = Object.entries(unitMillis).toReversed()
  const unit = units.find(([, size]) => millis % size === 0 && millis / size <= maxAmount)
  if (unit !== undefined) return `${millis / unit[1]}${unit[0]}`
  const [name = "w", size = 1] = units[0] ?? []
  const amount = Math.min(Math.floor(millis / size), maxAmount)
  return `${amount}${name}${durationText(millis - amount * size)}`
}

const valueOf = (value: Required<Expectations>[keyof Expectations]): string => {
  if (typeof value === "boolean") return String(value)
  if (typeof value === "number") return durationText(value)
  if (!("names" in value)) return list(value)
  return value.isExact ? list(value.names) : mapping([["atLeast", list(value.names)]])
}

const expectationsOf = (expectations: Expectations): ReadonlyArray<Field> =>
  Object.entries(expectations).map(([name, value]) => [name, valueOf(value)])

const ownershipOf = ({ owner, severity, tags }: Omit<Declared, "expectations">): ReadonlyArray<Field> => [
  ...(severity === undefined ? [] : [["severity", severity] as const]),
  ...(owner === undefined ? [] : [["owner", scalar(owner)] as const]),
  ...(tags === undefined ? [] : [["tags", textsOf(tags)] as const])
]

const fieldsOf = (declared: Declared): ReadonlyArray<Field> => [
  ...expectationsOf(declared.expectations),
  ...ownershipOf(declared)
]

/** It cannot stand at the top, where it is a mistake. */
const isContradictory = ({ expectations }: Declared): boolean =>
  expectations.enabled === false && needsBackup.some((name) => expectations[name] !== undefined)

/** The defaults that most have, and what one writes that has others. */
const defaultsOf = (all: ReadonlyArray<{ readonly defaults?: Declared }>) => {
  /** All entries of a file share theirs. */
  const texts = new Map<Declared, string>()
  const textOf = (defaults: Declared): string => {
    const text = texts.get(defaults) ?? mapping(fieldsOf(defaults))
    texts.set(defaults, text)
    return text
  }
  const counts = new Map<string, { readonly defaults: Declared; count: number }>()
  for (const { defaults = nothing } of all) {
    const known = counts.get(textOf(defaults)) ?? { defaults, count: 0 }
    known.count += 1
    counts.set(textOf(defaults), known)
  }
  const [most] = [...counts.values()]
    .filter(({ defaults }) => !isContradictory(defaults))
    .toSorted((a, b) => b.count - a.count)
  const common = most?.defaults ?? nothing
  return {
    common: fieldsOf(common),
    own: (defaults: Declared): ReadonlyArray<Field> =>
      textOf(defaults) === textOf(common) ? [] : [["defaults", textOf(defaults)]]
  }
}

/** A comment on what the defaults add to `own`, and what holds where nothing is declared. */
const takenFrom = (own: Declared, defaults: Declared, expectations: Expectations): ReadonlyArray<string> => {
  const isOwn = (name: string) => Object.hasOwn(own.expectations, name)
  const tags = Object.entries(defaults.tags ?? {}).filter(([name]) => !Object.hasOwn(own.tags ?? {}, name))
  const taken = [
    ...expectationsOf(expectations).filter(([name]) => !isOwn(name)),
    ...ownershipOf({
      ...(own.severity === undefined && defaults.severity !== undefined ? { severity: defaults.severity } : {}),
      ...(own.owner === undefined && defaults.owner !== undefined ? { owner: defaults.owner } : {}),
      ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) })
    })
  ]
  return taken.length === 0 ? [] : [`    # by default: ${taken.map(([name, value]) => `${name}: ${value}`).join(", ")}`]
}

const selectorOf = ({ exclude, folders, labels, names, own }: Group): ReadonlyArray<Field> => {
  const isEmpty = (texts: object) => Object.keys(texts).length === 0
  const values = Object.entries(labels).map(([name, texts]): Field => [scalar(name), list(texts)])
  return [
    ["folders", list(folders)],
    ...(isEmpty(labels) ? [] : [["labels", mapping(values)] as const]),
    ...(isEmpty(names) ? [] : [["match", mapping([["name", list(names)]])] as const]),
    ...(isEmpty(exclude) ? [] : [["exclude", list(exclude)] as const]),
    ...(isEmpty(own.expectations) ? [] : [["expect", mapping(expectationsOf(own.expectations))] as const]),
    ...ownershipOf(own)
  ]
}

const waiverOf = ({
  approvedBy,
  fields,
  kind,
  reason,
  source,
  target,
  ticket,
  untilText
}: Waiver): ReadonlyArray<string> => [
  `  - ${kind}: ${scalar(target)}${placeOf(source)}`,
  ...linesOf([
    ...(fields === undefined ? [] : [["fields", list(fields)] as const]),
    // It is a day or a time, and nothing else.
    ["until", untilText],
    ["reason", scalar(reason)],
    ...(approvedBy === undefined ? [] : [["approvedBy", scalar(approvedBy)] as const]),
    ...(ticket === undefined ? [] : [["ticket", scalar(ticket)] as const])
  ])
]
