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

/** A message as an object of `prototype`, its field `names[i]` read by `readers[i]`. */
type Maker = (
  names: ReadonlyArray<string>,
  readers: ReadonlyArray<Quick>,
  prototype: object
) => (input: { readonly [name: string]: unknown }) => unknown

/** Field after field, in a loop. */
const looping: Maker = (names, readers, prototype) => (input) => {
  const out: Record<string, unknown> = Object.create(prototype)
  for (const [index, reader] of readers.entries()) {
    const name = names[index] as string
    const read = reader(input[name])
    if (read === slow) return slow
    if (read !== absent) out[name] = read
  }
  return isNormal(input) ? out : slow
}

/** The same as code of its own, of which an engine knows each field's place beforehand: in a third of the time. */
const compiled: Maker = (names, readers, prototype) => {
  const fields = names.map((name, index) => {
    const key = JSON.stringify(name)
    return `given = input[${key}]; if (given !== undefined) found += 1; read = reader${index}(given)
      if (read === slow) return slow; if (read !== absent) out[${key}] = read`
  })
  const code = `const [${readers.map((_, index) => `reader${index}`).join(", ")}] = readers
    const Message = function () {}
    Message.prototype = prototype
    return (input) => {
      const out = new Message()
      let found = 0, size = 0, given, read
      ${fields.join("\n")}
      for (const name in input) size += 1
      // What has no other fields than these needs no further look.
      return found === size || isNormal(input) ? out : slow
    }`
  const make = new Function("readers", "prototype", "slow", "absent", "isNormal", code)
  return make(readers, prototype, slow, absent, isNormal)
}

/** How many messages of a kind it takes to make code for them: a gate that asks for one machine has none to spare. */
const worthCompiling = 50

/** Whether code can be made at run time: Node can be told to refuse it, and some platforms do. */
const canCompile = ((): boolean => {
  try {
    return new Function("return true")()
  } catch {
    return false
  }
})()

/** A message of `fields`, each a schema, as an object of `prototype`. None where one of them has no short way. */
export const message = (fields: Readonly<Record<string, object>>, prototype: object): Quick | undefined => {
  const names = Object.keys(fields)
  const known = Object.values(fields).flatMap((field) => ways.get(field) ?? [])
  if (known.length < names.length) return undefined
  let read = looping(names, known, prototype)
  let count = 0
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return slow
    count += 1
    if (count === worthCompiling && canCompile) read = compiled(names, known, prototype)
    return read(value as { readonly [name: string]: unknown })
  }
}
