/**
 * A part of the reading of a run, which several processes can share: what is to be read. It is JSON.
 */
import * as Schema from "effect/Schema"

export const Part = Schema.Union([
  /** What there is in a folder. */
  Schema.Struct({ kind: Schema.Literal("folder"), folder_id: Schema.String }),
  /** Single resources, as far as lists answer for many of them. */
  Schema.Struct({ kind: Schema.Literal("lists"), instance_ids: Schema.Array(Schema.String) }),
  /** Single resources, each by itself. */
  Schema.Struct({
    kind: Schema.Literal("resources"),
    resources: Schema.Array(
      Schema.Struct({
        instance_id: Schema.String,
        /** Its folder must be known, too. */
        needs_folder: Schema.Boolean
      })
    )
  })
])
export type Part = typeof Part.Type
