/**
 * The JSON Schema of a manifest, for editors: made of the tables that the reader goes by, with the documentation in it. What the
 * reader accepts, it accepts; of the mistakes that the reader refuses, it sees those of form.
 *
 * Draft 7, since the YAML language servers of before 2026 know no later one. It takes no notice of what stands beside a `$ref`.
 */
import { defaultSeverity, instancePattern, needsBackup } from "./DesiredResource.ts"
import { type Expectations, fields, severities, unitMillis } from "./Expectations.ts"
import {
  defaultsNames,
  expectationNames,
  folderNames,
  groupNames,
  ownershipNames,
  resourceNames,
  topLevelNames,
  waiverNames
} from "./fieldNames.ts"
import { unlistedModes } from "./Group.ts"
import { ruleCodes } from "./ruleCodes.ts"
import { dayPattern, timePattern, waivableFields, waiverTargets } from "./Waiver.ts"

/** A schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** Texts with variables are judged once those are filled in, which an editor cannot do. */
const variable = "\\$\\{"

/**
 * What YAML takes for a number or a boolean is read as the text that it is, where a text is meant. Said in a roundabout way, or
 * editors would propose `true` and `false`.
 */
const scalar: JsonSchema = {
  anyOf: [{ type: ["string", "number"] }, { not: { type: ["string", "number", "object", "array", "null"] } }]
}

const text = (description: string, ...examples: ReadonlyArray<string>): JsonSchema => ({
  description,
  ...scalar,
  pattern: "\\S",
  ...(examples.length === 0 ? {} : { examples })
})

/** A text of a certain form; editors that know `patternErrorMessage` show that in place of the pattern. */
const matching = (patterns: ReadonlyArray<RegExp>, expected: string): JsonSchema => ({
  pattern: [...patterns.map(({ source }) => source), variable].join("|"),
  patternErrorMessage: `Expected ${expected}.`
})

const idForm = matching([instancePattern], "an id: 1 to 50 lower-case letters, digits, `-` or `_`")

const id = (description: string): JsonSchema => ({ description, ...scalar, ...idForm })

const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` })

const oneOf = (values: ReadonlyArray<string>): JsonSchema => ({
  anyOf: [{ enum: values }, ref("variable")]
})

/** One of some words. */
const word = (description: string, values: ReadonlyArray<string>): JsonSchema => ({ description, ...oneOf(values) })

const list = (items: JsonSchema): JsonSchema => ({ type: "array", items, minItems: 1 })

const oneOrMore = (description: string, item: JsonSchema): JsonSchema => ({
  description,
  anyOf: [item, list(item)]
})

/** Nothing at all is an empty mapping. */
const mapping = (description: string, more: JsonSchema): JsonSchema => ({
  description,
  type: ["object", "null"],
  ...more
})

/** A mapping with these fields and no others. */
const body = <Name extends string>(
  description: string,
  names: ReadonlyArray<Name>,
  of: (name: Name) => JsonSchema,
  more: JsonSchema = {}
): JsonSchema =>
  mapping(description, {
    properties: Object.fromEntries(names.map((name) => [name, of(name)])),
    additionalProperties: false,
    ...more
  })

/** A mapping from names, which are the author's. */
const named = (description: string, value: JsonSchema, names?: JsonSchema): JsonSchema =>
  mapping(description, { ...(names === undefined ? {} : { propertyNames: names }), additionalProperties: value })

const said = { pattern: "\\S" }

const descriptions: { readonly [Name in keyof Required<Expectations>]: string } = {
  enabled:
    "Backup is enabled: the default where nothing else is declared. `false`: it must not be, and nothing is inherited.",
  online: "The backup agent answers.",
  active: "The instance controls its backup resource.",
  registered: "The registration has succeeded.",
  status: "Allowed values of the status: one, or a list.",
  type: "Allowed values of the type: one, or a list.",
  maxBackupAge:
    "The last backup is at most this old (RPO). A daily chain is up to 24 hours old when healthy: leave slack.",
  nextBackupWithin: "The next backup is due within this time, and not overdue.",
  policies:
    "These policies are applied, by id or name, each enabled, and so is its schedule: a list for exactly these, `{atLeast: [...]}` for at least these.",
  protected:
    'All that "backed up" takes: enabled, online, active, registered, no failure, a policy applied, a backup made. What stands beside it wins.'
}

const units = Object.keys(unitMillis)
const durationPattern = new RegExp(`^(?=.*[1-9])(\\d{1,6}[${units.join("")}])+$`)

const policies = list(text("The id or the name of a policy."))

/** What an expectation takes. */
const expectation = (name: keyof Expectations): JsonSchema => {
  const field = fields[name]
  const description = descriptions[name]
  switch (field.kind) {
    case "boolean":
      return { description, anyOf: [{ type: "boolean" }, ref("variable")] }
    case "true":
      return { description, anyOf: [{ const: true }, ref("variable")] }
    case "duration":
      return {
        description,
        type: "string",
        ...matching([durationPattern], `a whole number and a unit of ${units.join(", ")}, or several: 90m, 26h, 1d12h`),
        examples: ["26h", "90m", "1d12h"]
      }
    case "oneOrMore":
      return oneOrMore(description, oneOf(field.known))
    case "policies":
      return {
        description,
        anyOf: [
          policies,
          { type: "object", properties: { atLeast: policies }, required: ["atLeast"], additionalProperties: false }
        ],
        examples: [["daily"], { atLeast: ["daily"] }]
      }
  }
}

const ownership: Readonly<Record<(typeof ownershipNames)[number], JsonSchema>> = {
  severity: word(`How bad drift is; \`${defaultSeverity}\` where nothing is said.`, severities),
  owner: text("Who is to be told.", "platform"),
  tags: named("Whatever else reports should carry: texts by name.", text("What the tag says."))
}

const declared: JsonSchema = Object.fromEntries([
  ...expectationNames.map((name) => [name, expectation(name)] as const),
  ...ownershipNames.map((name) => [name, ownership[name]] as const)
])

/** What says how a machine is backed up cannot stand beside `enabled: false`. */
const noContradiction: JsonSchema = {
  if: { properties: { enabled: { const: false } }, required: ["enabled"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: Object.fromEntries(needsBackup.map((name) => [name, false])) }
}

const resource: JsonSchema = {
  ...body(
    "A machine, and what it must satisfy. Only what is declared is compared.",
    resourceNames,
    (name) =>
      name === "instance"
        ? id("The id of the Compute instance, as `yc compute instance list` shows it.")
        : ref(name === "defaults" ? "ownDefaults" : name),
    noContradiction
  ),
  type: "object",
  required: ["instance"]
}

type Table<Names extends ReadonlyArray<string>> = Readonly<Record<Names[number], JsonSchema>>

const groupFields: Table<typeof groupNames> = {
  folders: oneOrMore("Where its members are: ids of folders.", id("The id of a folder.")),
  labels: named(
    "Each label has this value, or one of these.",
    oneOrMore("A value, or a list of values.", text("A value of the label."))
  ),
  match: body("What the name of a member fits.", ["name"], () =>
    oneOrMore("A pattern, or a list of them: `*` is any text, `?` any character.", text("A pattern of names.", "web-*"))
  ),
  exclude: oneOrMore("Not these: ids, or patterns of names.", text("An id, or a pattern of names.", "web-canary-*")),
  expect: body("What its members must satisfy.", expectationNames, ref, noContradiction),
  severity: ref("severity"),
  owner: ref("owner"),
  tags: ref("tags"),
  defaults: ref("ownDefaults")
}

const group: JsonSchema = {
  ...body("Every instance that Compute knows and that fits is a member.", groupNames, (name) => groupFields[name]),
  type: "object",
  required: ["folders"]
}

const folderFields: Table<typeof folderNames> = {
  unlisted: word("`fail` makes them drift, `report` shows them, `ignore` does not look.", unlistedModes),
  severity: ref("severity")
}

const waiverFields: Table<typeof waiverNames> = {
  resource: text("The name of a resource of this manifest.", "billing-db"),
  group: text("The name of a group of this manifest.", "production"),
  instance: id("The id of an instance, such as a member of a group."),
  fields: oneOrMore(
    "The fields of the changes that it accepts; `missing`: Cloud Backup does not know the instance; `unlisted`: no rule covers it. Without it, all.",
    oneOf(waivableFields)
  ),
  until: {
    description: "When it ends: a day, its end in UTC included, or an RFC 3339 time.",
    type: "string",
    ...matching([dayPattern, timePattern], "a day such as 2026-12-31, or an RFC 3339 time"),
    examples: ["2026-12-31", "2026-12-31T18:00:00Z"]
  },
  reason: text("Why this drift is accepted."),
  approvedBy: text("Who has accepted it.", "cto@example.com"),
  ticket: text("Where it is followed.", "OPS-1234")
}

const waiver: JsonSchema = {
  ...body(
    "Drift that is accepted: of one resource, group or instance, until when and why.",
    waiverNames,
    (name) => waiverFields[name],
    { oneOf: waiverTargets.map((target) => ({ required: [target] })) }
  ),
  type: "object",
  required: ["until", "reason"]
}

const topLevelFields: Table<typeof topLevelNames> = {
  version: { description: "The version of the grammar.", const: 1 },
  include: oneOrMore(
    "Further files, relative to this one. Their `defaults` hold here, too, where this file does not say otherwise.",
    text("A path, a directory or a pattern.", "common.yaml")
  ),
  defaults: body(
    "What holds for every resource and group of this file that does not say otherwise.",
    defaultsNames,
    ref,
    noContradiction
  ),
  resources: named("Machines, by the names that reports show.", ref("resource"), said),
  groups: named("Machines that are not named one by one, by the name of the group.", ref("group"), said),
  folders: named(
    "What nobody listed, by the id of the folder.",
    body("What becomes of instances of this folder that no rule covers.", folderNames, (name) => folderFields[name]),
    idForm
  ),
  waivers: {
    description: "Drift that is accepted. It is shown and counted, but fails nothing.",
    type: ["array", "null"],
    items: waiver
  },
  rules: body(
    "Severities of kinds of drift. What a resource or its group says of itself wins over them, they win over `defaults`.",
    ruleCodes,
    (code) => word(`How bad this is: \`drift explain ${code}\` says what it means.`, severities)
  )
}

/** The schema. */
export const manifestSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "A manifest of Holdfast",
  ...body(
    "Which machines there should be, and what each must satisfy. `${name}` in a text stands for a variable (`--var name=value`), and is filled in before the text is judged. Names of fields, mappings and lists are written out.",
    topLevelNames,
    (name) => topLevelFields[name],
    { patternProperties: { "^x-": { description: "The author's own, such as anchors to be shared." } } }
  ),
  type: "object",
  required: ["version"],
  definitions: {
    variable: { type: "string", pattern: variable },
    ...declared,
    ownDefaults: body(
      "In place of the `defaults` of the file. `drift validate --print` writes them where files differ.",
      defaultsNames,
      ref
    ),
    resource,
    group
  }
}
