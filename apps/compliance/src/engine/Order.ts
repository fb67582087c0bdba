/**
 * What the chunks of a run hold: JSON that any replica can act upon, whatever its own configuration says by then.
 */
import { Part } from "@holdfast/check/Part"
import { severities } from "@holdfast/manifest/Expectations"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { manifestFromJson, manifestToJson } from "@holdfast/manifest/manifestJson"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { retryPolicies } from "../config/ComplianceConfig.ts"

const PolicyName = Schema.Literals(retryPolicies)

/** What is to be done. The first chunk of a run reads the manifest, the others what that is about. */
export const Chunk = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("manifest") }),
  Schema.Struct({
    kind: Schema.Literal("part"),
    part: Part,
    retry_policy: PolicyName,
    /** What is not read by then is left out: milliseconds since 1970, by the database's clock. */
    read_until: Schema.Finite
  })
])
export type Chunk = typeof Chunk.Type

/** The answer to the first chunk: what the whole run is judged by, though files and configurations change meanwhile. */
export interface Order extends Schema.Schema.Type<typeof Terms> {
  readonly manifest: Manifest
}

const Terms = Schema.Struct({
  fail_on: Schema.Literals(severities),
  allow_empty: Schema.Boolean,
  retry_policy: PolicyName,
  time_limit_millis: Schema.Finite
})

const Written = Schema.Struct({ ...Terms.fields, manifest: Schema.Unknown })

/** Writes an order. */
export const orderToJson = Effect.fnUntraced(function* ({ manifest, ...terms }: Order) {
  return { ...terms, manifest: yield* manifestToJson(manifest) }
})

/** Reads an order. */
export const orderFromJson = Effect.fnUntraced(function* (json: unknown): Effect.fn.Return<Order, Schema.SchemaError> {
  const { manifest, ...terms } = yield* Schema.decodeUnknownEffect(Written)(json)
  return { ...terms, manifest: yield* manifestFromJson(manifest) }
})
