/**
 * How Terraform lays out what it knows: a state file, version 4, or what `terraform show -json` prints of a state or a plan. Both
 * come to a list of resources, whose attributes are left as they are.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Diagnostic, quote } from "./Diagnostic.ts"
import { addressOf } from "./terraformAddress.ts"

/** A resource of whatever type, before its attributes have been looked at. */
export interface TerraformResource {
  readonly address: string
  readonly mode: string
  readonly type: string
  readonly isDeposed: boolean
  readonly attributes: unknown
}

/** A file, of whatever layout. */
export interface TerraformFile {
  readonly kind: "state" | "plan"
  readonly terraformVersion: string | undefined
  /** Of a state file: how often the state has changed. */
  readonly serial: number | undefined
  /** A plan that does not reach all resources, or could not be made whole. */
  readonly isPartial: boolean
  readonly resources: ReadonlyArray<TerraformResource>
  /** Those of the state before a plan, which the plan may keep or not. */
  readonly prior: ReadonlyArray<TerraformResource>
}

/** Missing, `null` and not yet known are the same to Terraform's JSON. */
export const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const StateFile = Schema.Struct({
  terraform_version: maybe(Schema.String),
  serial: maybe(Schema.Number),
  resources: maybe(
    Schema.Array(
      Schema.Struct({
        module: maybe(Schema.String),
        mode: Schema.String,
        type: Schema.String,
        name: Schema.String,
        instances: Schema.Array(
          Schema.Struct({
            index_key: maybe(Schema.Union([Schema.String, Schema.Int])),
            deposed: maybe(Schema.String),
            attributes: Schema.optionalKey(Schema.Unknown)
          })
        )
      })
    )
  )
})

/** Its `child_modules` are read one by one: they may lie deeper than a call can reach. */
const ShownModule = Schema.Struct({
  resources: maybe(
    Schema.Array(
      Schema.Struct({
        address: Schema.String,
        mode: Schema.String,
        type: Schema.String,
        deposed_key: maybe(Schema.String),
        values: Schema.optionalKey(Schema.Unknown)
      })
    )
  ),
  child_modules: maybe(Schema.Array(Schema.Unknown))
})

const ShownValues = Schema.Struct({ root_module: Schema.optionalKey(Schema.Unknown) })

const Shown = Schema.Struct({
  terraform_version: maybe(Schema.String),
  values: maybe(ShownValues),
  planned_values: maybe(ShownValues),
  prior_state: maybe(Schema.Struct({ values: maybe(ShownValues) })),
  complete: maybe(Schema.Boolean),
  errored: maybe(Schema.Boolean)
})

const decodeStateFile = Schema.decodeUnknownOption(StateFile)
const decodeShown = Schema.decodeUnknownOption(Shown)
const decodeModule = Schema.decodeUnknownOption(ShownModule)

/** What to give instead of what was given. */
const wanted =
  "Give a terraform.tfstate, or pipe in what `terraform state pull` or `terraform show -json` prints, and name it -."

/** Reads the text of the file at `path`. */
export const readTerraformFile = (path: string, text: string): Result.Result<TerraformFile, Diagnostic> => {
  const refuse = (summary: string, detail = wanted) =>
    Result.fail<Diagnostic>({ severity: "error", path, summary, detail })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // Why not is for nobody to read: it would quote the text.
    return refuse(text.trim() === "" ? "The file is empty" : "This is not JSON, as Terraform's states are")
  }
  if (!Predicate.isObject(json)) return refuse(`A state of Terraform is an object, and this is ${kindOf(json)}`)
  const { format_version: format, version } = json
  const broken = () => refuse("This looks like a state of Terraform, and is not laid out like one")
  if (typeof format === "string") {
    if (!/^[01]\./.test(format)) {
      return refuse(
        `This program reads version 1 of what terraform show -json prints, and this is ${quote(format)}`,
        "Give a terraform.tfstate, or update drift."
      )
    }
    return Option.match(Option.flatMap(decodeShown(json), ofShown), { onNone: broken, onSome: Result.succeed })
  }
  if (version !== undefined && ["terraform_version", "serial", "lineage", "backend"].some((key) => key in json)) {
    if (version !== 4) {
      return refuse(
        `This program reads version 4 of Terraform's state, and this is ${typeof version === "number" ? version : kindOf(version)}`,
        "Terraform 0.12 and newer write version 4: `terraform state pull` prints it, also where the state is kept elsewhere."
      )
    }
    return Option.match(Option.map(decodeStateFile(json), ofStateFile), { onNone: broken, onSome: Result.succeed })
  }
  return refuse(`This is no state of Terraform: it is ${kindOf(json)}`)
}

const kindOf = (json: unknown): string => {
  if (json === null) return "null"
  if (Array.isArray(json)) return "a list"
  if (!Predicate.isObject(json)) return typeof json === "string" ? "a text" : `a ${typeof json}`
  const keys = Object.keys(json)
  if (keys.length === 0) return "an empty object"
  return `an object of ${keys.slice(0, 5).map(quote).join(", ")}${keys.length > 5 ? ", …" : ""}`
}

const ofStateFile = (file: typeof StateFile.Type): TerraformFile => ({
  kind: "state",
  terraformVersion: file.terraform_version ?? undefined,
  serial: file.serial ?? undefined,
  isPartial: false,
  prior: [],
  resources: (file.resources ?? []).flatMap(({ instances, mode, module, name, type }) =>
    instances.map(({ attributes, deposed, index_key: key }) => ({
      address: addressOf({ module: module ?? "", mode, type, name, key: key ?? undefined }),
      mode,
      type,
      isDeposed: (deposed ?? "") !== "",
      attributes: attributes ?? {}
    }))
  )
})

const ofShown = (shown: typeof Shown.Type): Option.Option<TerraformFile> => {
  const { complete, errored, planned_values: planned, prior_state: before, terraform_version: version, values } = shown
  const isPlan = planned !== undefined && planned !== null
  return Option.map(
    Option.all([resourcesOf(isPlan ? planned : values), resourcesOf(isPlan ? before?.values : undefined)]),
    ([resources, prior]) => ({
      kind: isPlan ? "plan" : "state",
      terraformVersion: version ?? undefined,
      serial: undefined,
      isPartial: isPlan && (complete === false || errored === true),
      resources,
      prior
    })
  )
}

/** The resources of all modules; nothing where one of them is not written as it should be. */
const resourcesOf = (
  values: typeof ShownValues.Type | null | undefined
): Option.Option<ReadonlyArray<TerraformResource>> => {
  const found: Array<TerraformResource> = []
  const modules: Array<unknown> = [values?.root_module ?? {}]
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    const decoded = decodeModule(module)
    if (Option.isNone(decoded)) return Option.none()
    for (const { address, deposed_key: deposed, mode, type, values: attributes } of decoded.value.resources ?? []) {
      found.push({ address, mode, type, isDeposed: (deposed ?? "") !== "", attributes: attributes ?? {} })
    }
    for (const child of decoded.value.child_modules ?? []) modules.push(child)
  }
  return Option.some(found)
}
