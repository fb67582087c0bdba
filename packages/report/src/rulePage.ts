import { rules } from "@holdfast/check/Rule"

/** Where the pages of the rules are published. */
const pages = "https://github.com/your-organization/holdfast/blob/main/docs/rules"

/** The address of a rule's page; `undefined` where the code is none of a rule's. */
export const rulePage = (code: string): string | undefined =>
  Object.hasOwn(rules, code) ? `${pages}/${code}.md` : undefined
