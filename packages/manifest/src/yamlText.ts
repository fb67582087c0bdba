/**
 * Texts of others in a YAML file that we write: none ends its scalar or its comment, hides or reorders what stands beside it, or
 * is taken for a command where a build server prints the file.
 */

/** Controls, separators, marks that reorder text or take no room, lone surrogates; and the first `#` of two. */
const dangerous = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|#(?=#)/gu

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`
}

/** What YAML 1.1 or 1.2 takes for something other than text. */
const words = /^(null|true|false|yes|no|on|off|y|n)$/i

/**
 * A text as a YAML scalar of a manifest, as plain as it can be; `isKey` where it begins a line, and brackets mean nothing. What
 * would be a variable there is escaped.
 */
export const scalar = (given: string, isKey = false): string => {
  const text = given.replaceAll("${", () => "$${")
  const plain = isKey ? /^[a-z_][\w.-]*(\[\d+\][\w.-]*)*$/i : /^[a-z_][\w.-]*$/i
  if (plain.test(text) && !words.test(text)) return text
  if (!text.includes("'") && text.search(dangerous) < 0) return `'${text}'`
  return JSON.stringify(text).replace(dangerous, escapeOf)
}

/** A text as it can stand in a comment. */
export const inComment = (text: string): string => text.replace(dangerous, escapeOf)
