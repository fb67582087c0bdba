import { storableText } from "./storableText.ts"

/** PostgreSQL refuses to index what is longer than a third of a page. */
const longest = 200

/** A text as columns hold it that are searched: what is longer than any real name is cut. */
export const searchableText = (text: string): string => storableText(text.slice(0, longest))
