/**
 * The short way to read a message: what is just as the service writes it is taken over field by field, several times as fast
 * as through its schema. Everything else is `slow`: the schema then tolerates what it can, and explains what it cannot. The
 * short way never refuses, and gives what the schema would.
 */

/** Not for the short way. */
export const slow = Symbol("slow")

/** A field that is missing, and stays so. */
export const absent = Symbol("absent")

/** Reads a JSON value; `undefined` stands for a field that is missing. */
export type Quick = (value: unknown) => unknown

const ways = new WeakMap<object, Quick>()

/** The short way of `schema`, where it has one. */
export const quickOf = (schema: object): Quick | undefined => ways.get(schema)

/** `schema`, which can be read in this way. */
export const withQuick = <S extends object>(schema: S, way: Quick | undefined): S => {
  if (way !== undefined) ways.set(schema, way)
  return schema
}

/** What may be missing, and is read by `way` where it is not. */
export const optional = (way: Quick | undefined): Quick | undefined =>
  way === undefined ? undefined : (value) => (value === undefined ? absent : way(value))

/** A list of what `way` reads; a missing one is empty. */
export const list = (way: Quick | undefined): Quick | undefined =>
  way === undefined
    ? undefined
    : (value) => {
        if (value === undefined) return []
        if (!Array.isArray(value)) return slow
        const items = new Array<unknown>(value.length)
        for (let index = 0; index < items.length; index++) {
          const item = way(value[index])
          if (item === slow) return slow
          items[index] = item
        }
        return items
      }

/** Whether a message is as the API's own JSON has it: without `null`s, and by the JSON names of its fields. */
export const isNormal = (input: { readonly [name: string]: unknown }): boolean => {
  for (const name in input) if (input[name] === null || name.includes("_")) return false
  return true
}

const sizeOf = (input: object): number => {
  let size = 0
  for (const _ in input) size += 1
  return size
}

/** A message of `fields`, each a schema, as an object of `prototype`. None where one of them has no short way. */
export const message = (fields: Readonly<Record<string, object>>, prototype: object): Quick | undefined => {
  const names = Object.keys(fields)
  const known = Object.values(fields).flatMap((field) => ways.get(field) ?? [])
  if (known.length < names.length) return undefined
  // An engine knows the shape of what a constructor makes, and finds its fields several times as fast.
  const Message = (() => {}) as unknown as new () => Record<string, unknown>
  Message.prototype = prototype
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return slow
    const input = value as Readonly<Record<string, unknown>>
    const out = new Message()
    let found = 0
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      const given = input[name]
      if (given !== undefined) found += 1
      const read = (known[index] as Quick)(given)
      if (read === slow) return slow
      if (read !== absent) out[name] = read
    }
    // What has no other fields than these needs no further look.
    return found === sizeOf(input) || isNormal(input) ? out : slow
  }
}
