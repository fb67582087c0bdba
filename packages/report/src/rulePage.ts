import { rules } from "@holdfast/check/Rule"

/**
 * The page of a rule within this repository; `undefined` where the code is none of a rule's. Where the repository is published, only
 * those know who publish it: the action of `action.yml` writes its own address before it.
 */
export const rulePage = (code: string): string | undefined =>
  Object.hasOwn(rules, code) ? `docs/rules/${code}.md` : undefined
