/**
 * The last guard before a text leaves for the log: what looks like a secret, or is one of the environment, is not in it. Secrets are
 * `Redacted` everywhere else; texts of others, such as a database's, know nothing of that.
 */

/** IAM tokens, API keys, OAuth tokens, JSON Web Tokens, keys in PEM, what follows `Bearer`, and passwords in addresses. */
const shapes: ReadonlyArray<RegExp> = [
  /\b[tc]1\.[A-Za-z0-9_=-]{8,}(?:\.[A-Za-z0-9_=-]+)?/g,
  /\bAQVN[A-Za-z0-9_-]{8,}/g,
  /\by[0-3]_[A-Za-z0-9_-]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\bBearer\s+)\S+/gi,
  /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi
]

/** Variables whose values are secrets, by their names. */
const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE|API_?KEY|KEY_FILE/i

/** Shorter values would be found in innocent words. */
const shortest = 8

const mark = "[secret]"

/** Takes secrets out of texts; `env` is where further ones stand. */
export const scrubber = (env: Readonly<Record<string, string | undefined>>): ((text: string) => string) => {
  const known = Object.entries(env)
    .flatMap(([name, value = ""]) => (secretName.test(name) ? [value.trim()] : []))
    // A path is what a person must read to mend it.
    .filter((value) => value.length >= shortest && !/^[./~]/.test(value))
    .toSorted((a, b) => b.length - a.length)
  return (text) => {
    let scrubbed = text
    for (const value of known) scrubbed = scrubbed.replaceAll(value, mark)
    for (const shape of shapes) scrubbed = scrubbed.replace(shape, mark)
    return scrubbed
  }
}
