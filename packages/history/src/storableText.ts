/**
 * Text as both databases keep it: PostgreSQL refuses NUL, and neither keeps half of a surrogate pair.
 * Each becomes U+FFFD, so what is stored compares the same everywhere. Text that must come back exactly belongs in a column
 * of JSON, which escapes both.
 */
export const storableText = (text: string): string => text.replaceAll("\0", "\ufffd").toWellFormed()
