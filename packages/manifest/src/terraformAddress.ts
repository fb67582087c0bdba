/**
 * Addresses of resources, as Terraform writes and orders them.
 */

/** Where a resource stands in Terraform's configuration; `key` is there with `count` and `for_each`. */
export interface TerraformPlace {
  /** The module's own address; empty for the root. */
  readonly module: string
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly key: string | number | undefined
}

/** The address, as `terraform state list` prints it. */
export const addressOf = ({ key, mode, module, name, type }: TerraformPlace): string =>
  [
    ...(module === "" ? [] : [`${module}.`]),
    ...(mode === "data" ? ["data."] : []),
    `${type}.${name}`,
    ...(key === undefined ? [] : [`[${typeof key === "number" ? key : quoted(key)}]`])
  ].join("")

/** What Go calls printable. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** A key as a text of Terraform's language, in which `${` and `%{` would begin a template. */
const quoted = (key: string): string => {
  const escaped = key
    .replace(/["\\]/g, "\\$&")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
    .replace(/([$%])(?=\{)/g, "$1$1")
    .replace(unprintable, (character) => {
      const code = character.codePointAt(0) ?? 0
      return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`
    })
  return `"${escaped}"`
}

/** In the order of their addresses, `web[2]` before `web[10]`. */
export const inOrder = <A extends { readonly address: string }>(all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all
    .map((one) => ({ one, key: one.address.replace(/\d+/g, (digits) => digits.padStart(20, "0")) }))
    .toSorted((a, b) => compare(a.key, b.key) || compare(a.one.address, b.one.address))
    .map(({ one }) => one)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
