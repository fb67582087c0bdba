/**
 * A manifest as JSON: for another process that is to judge by the very same one.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Expectations, severities } from "./Expectations.ts"
import { unlistedModes } from "./Group.ts"
import { inSlices } from "./inSlices.ts"
import type { Manifest } from "./ManifestSource.ts"
import { ruleCodes } from "./ruleCodes.ts"
import { waiverTargets } from "./Waiver.ts"

const Texts = Schema.Array(Schema.String)
const Severity = Schema.Literals(severities)
const Source = Schema.Struct({ path: Schema.String, line: Schema.Int, column: Schema.Int })
const Tags = Schema.Record(Schema.String, Schema.String)
const Inherited = Schema.optionalKey(Schema.Boolean)

const AnyExpectations: Schema.Codec<Expectations> = Schema.Struct({
  enabled: Schema.optionalKey(Schema.Boolean),
  online: Schema.optionalKey(Schema.Boolean),
  active: Schema.optionalKey(Schema.Boolean),
  registered: Schema.optionalKey(Schema.Boolean),
  status: Schema.optionalKey(Texts),
  type: Schema.optionalKey(Texts),
  maxBackupAge: Schema.optionalKey(Schema.Finite),
  nextBackupWithin: Schema.optionalKey(Schema.Finite),
  policies: Schema.optionalKey(Schema.Struct({ names: Texts, isExact: Schema.Boolean })),
  protected: Schema.optionalKey(Schema.Literal(true))
})

const Declared = Schema.Struct({
  expectations: AnyExpectations,
  severity: Schema.optionalKey(Severity),
  owner: Schema.optionalKey(Schema.String),
  tags: Schema.optionalKey(Tags)
})

const Resource = Schema.Struct({
  address: Schema.String,
  instance: Schema.String,
  expectations: AnyExpectations,
  severity: Severity,
  isSeverityInherited: Inherited,
  owner: Schema.optionalKey(Schema.String),
  tags: Schema.optionalKey(Tags),
  groups: Schema.optionalKey(Texts),
  source: Source,
  own: Schema.optionalKey(Declared),
  defaults: Schema.optionalKey(Declared)
})

const AnyGroup = Schema.Struct({
  name: Schema.String,
  folders: Texts,
  labels: Schema.Record(Schema.String, Texts),
  names: Texts,
  exclude: Texts,
  own: Declared,
  defaults: Declared,
  source: Source
})

const AnyFolderRule = Schema.Struct({
  folder: Schema.String,
  unlisted: Schema.Literals(unlistedModes),
  severity: Severity,
  isSeverityInherited: Inherited,
  source: Source
})

const AnyWaiver = Schema.Struct({
  kind: Schema.Literals(waiverTargets),
  target: Schema.String,
  fields: Schema.optionalKey(Texts),
  until: Schema.Finite,
  untilText: Schema.String,
  reason: Schema.String,
  approvedBy: Schema.optionalKey(Schema.String),
  ticket: Schema.optionalKey(Schema.String),
  source: Source
})

const Resources = Schema.Array(Resource)

/** All but the resources, which may be many. */
const Rest = Schema.Struct({
  files: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  variables: Schema.Record(Schema.String, Schema.String),
  groups: Schema.Array(AnyGroup),
  folders: Schema.Array(AnyFolderRule),
  waivers: Schema.Array(AnyWaiver),
  rules: Schema.Array(Schema.Struct({ code: Schema.Literals(ruleCodes), severity: Severity, source: Source }))
})

const Written = Schema.Struct({ ...Rest.fields, resources: Schema.Array(Schema.Unknown) })

/** The manifest as JSON, with all that its files declare together. */
export const manifestToJson = Effect.fnUntraced(function* ({
  resources,
  ...rest
}: Manifest): Effect.fn.Return<unknown, Schema.SchemaError> {
  const written = yield* inSlices(resources, Schema.encodeEffect(Resources))
  return { ...(yield* Schema.encodeEffect(Rest)(rest)), resources: written }
})

/** The manifest that was written so. */
export const manifestFromJson = Effect.fnUntraced(function* (
  json: unknown
): Effect.fn.Return<Manifest, Schema.SchemaError> {
  const { resources, ...rest } = yield* Schema.decodeUnknownEffect(Written)(json)
  return { ...rest, resources: yield* inSlices(resources, Schema.decodeUnknownEffect(Resources)) }
})
