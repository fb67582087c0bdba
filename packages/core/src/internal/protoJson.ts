/**
 * proto3 JSON as a reader must take it: a field at its default may be missing, `null` means missing, unknown fields are
 * ignored, proto names (`compute_instance_id`) stand for their camelCase twins, an int64 is a string or a number, and an
 * enum value that this client does not know survives.
 *
 * https://protobuf.dev/programming-guides/json/
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

type Fields = { readonly [key: string]: unknown }

/** Whether all is as the API's own JSON has it: most messages are, and need no copy. */
const isNormal = (input: Fields): boolean => {
  for (const name in input) if (input[name] === null || name.includes("_")) return false
  return true
}

/** Drops `null`s and gives proto names their JSON names; where both are sent, the JSON name wins. */
const normalize = (input: Fields): Fields => {
  if (isNormal(input)) return input
  const fields: { [key: string]: unknown } = Object.create(null)
  for (const [name, value] of Object.entries(input)) {
    if (value === null) continue
    const key = camelCase(name)
    if (key === name || !(key in fields)) fields[key] = value
  }
  return fields
}

/** The codec of a message whose fields `schema` describes, by their JSON names. */
export const message = <S extends Schema.Constraint>(schema: S) =>
  Schema.Record(Schema.String, Schema.Unknown).pipe(
    Schema.decodeTo(
      schema,
      SchemaTransformation.transform({
        decode: (input) => normalize(input) as S["Encoded"],
        encode: (encoded) => encoded as { readonly [key: string]: unknown }
      })
    )
  )

/** `false` when it is missing. */
export const boolean = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))

/** `""` when it is missing. */
export const string = Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("")))

/**
 * An enum by its names, in the order of their numbers from 0; the name of 0 when it is missing. A name that is not
 * listed, or a number out of range, stays as it came (the number as its decimal text).
 */
export const openEnum = <const Names extends readonly [string, ...Array<string>]>(names: Names) =>
  Schema.Union([Schema.String, Schema.Int]).pipe(
    Schema.decodeTo(
      Schema.String,
      SchemaTransformation.transform<string, string | number>({
        decode: (value) => (typeof value === "string" ? value : (names[value] ?? String(value))),
        encode: (value) => value
      })
    ),
    Schema.withDecodingDefaultKey(Effect.succeed(names[0]))
  )

const int64Pattern = /^-?\d{1,19}$/

const int64Text = Schema.Union([Schema.String, Schema.Number]).pipe(
  Schema.decodeTo(
    Schema.BigInt,
    SchemaTransformation.transformEffect<bigint, string | number>({
      decode: (value, options) => {
        const isInteger = typeof value === "number" ? Number.isInteger(value) : int64Pattern.test(value)
        const integer = isInteger ? BigInt(value) : undefined
        return integer === undefined || BigInt.asIntN(64, integer) !== integer
          ? Effect.fail(new SchemaIssue.InvalidValue({ expected: "a 64-bit integer" }, value, options))
          : Effect.succeed(integer)
      },
      encode: (value) => Effect.succeed(String(value))
    })
  )
)

/** A signed 64-bit integer: a decimal string or a whole number on the wire, `0` when it is missing. */
export const int64 = int64Text.pipe(Schema.withDecodingDefaultKey(Effect.succeed("0")))

/** An int64 of a `oneof`: missing where another field of it is set, which 0 would hide. */
export const oneofInt64 = Schema.optionalKey(int64Text)

/** What a schema has to say against a value, in one line. */
export const inOneLine = (error: Schema.SchemaError): string => error.message.replace(/\s+/g, " ")
