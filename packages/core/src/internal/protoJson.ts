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
import * as Quick from "./quick.ts"

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

type Fields = { readonly [key: string]: unknown }

/** Drops `null`s and gives proto names their JSON names; where both are sent, the JSON name wins. */
const normalize = (input: Fields): Fields => {
  if (Quick.isNormal(input)) return input
  const fields: { [key: string]: unknown } = Object.create(null)
  for (const [name, value] of Object.entries(input)) {
    if (value === null) continue
    const key = camelCase(name)
    if (key === name || !(key in fields)) fields[key] = value
  }
  return fields
}

/** Of the values of a type, those that are as the service writes them. */
const taken =
  <A>(is: (value: unknown) => value is A, missing: A): Quick.Quick =>
  (value) =>
    value === undefined ? missing : is(value) ? value : Quick.slow

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"
const isString = (value: unknown): value is string => typeof value === "string"

/** A text that `is` accepts, which a message must have or, by `optional`, may have. */
export const text = <S extends Schema.Constraint>(schema: S, is: (text: string) => boolean): S =>
  Quick.withQuick(schema, (value) => (typeof value === "string" && is(value) ? value : Quick.slow))

/** A field that stays away where the message has none. */
export const optional = <S extends Schema.Constraint>(schema: S) =>
  Quick.withQuick(Schema.optionalKey(schema), Quick.optional(Quick.quickOf(schema)))

/** The items of a list; a message leaves an empty one out. */
export const list = <S extends Schema.Constraint>(item: S) =>
  Quick.withQuick(
    Schema.Array(item).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
    Quick.list(Quick.quickOf(item))
  )

/** The schema of a message: a struct, or a class, whose objects it then makes. */
type Message = Schema.Constraint & {
  readonly fields: Readonly<Record<string, object>>
  /** Of a class only. A struct is a function, too, and has a prototype that says nothing. */
  readonly identifier?: string
  readonly prototype: object
}

/** The codec of a message whose fields `schema` describes, by their JSON names. */
export const message = <S extends Message>(schema: S) =>
  Quick.withQuick(
    Schema.Record(Schema.String, Schema.Unknown).pipe(
      Schema.decodeTo(
        schema,
        SchemaTransformation.transform({
          decode: (input) => normalize(input) as S["Encoded"],
          encode: (encoded) => encoded as { readonly [key: string]: unknown }
        })
      )
    ),
    Quick.message(schema.fields, schema.identifier === undefined ? Object.prototype : schema.prototype)
  )

/** `false` when it is missing. */
export const boolean = Quick.withQuick(
  Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  taken(isBoolean, false)
)

/** `""` when it is missing. */
export const string = Quick.withQuick(
  Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed(""))),
  taken(isString, "")
)

/**
 * An enum by its names, in the order of their numbers from 0; the name of 0 when it is missing. A name that is not
 * listed, or a number out of range, stays as it came (the number as its decimal text).
 */
export const openEnum = <const Names extends readonly [string, ...Array<string>]>(names: Names) =>
  Quick.withQuick(
    Schema.Union([Schema.String, Schema.Int]).pipe(
      Schema.decodeTo(
        Schema.String,
        SchemaTransformation.transform<string, string | number>({
          decode: (value) => (typeof value === "string" ? value : (names[value] ?? String(value))),
          encode: (value) => value
        })
      ),
      Schema.withDecodingDefaultKey(Effect.succeed(names[0]))
    ),
    taken(isString, names[0])
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
export const int64 = Quick.withQuick(
  int64Text.pipe(Schema.withDecodingDefaultKey(Effect.succeed("0"))),
  // The only one of every healthy resource; others are few.
  (value) => (value === undefined || value === "0" ? 0n : Quick.slow)
)

/** An int64 of a `oneof`: missing where another field of it is set, which 0 would hide. */
export const oneofInt64 = Schema.optionalKey(int64Text)

/** What a schema has to say against a value, in one line. */
export const inOneLine = (error: Schema.SchemaError): string => error.message.replace(/\s+/g, " ")
