/** Small changes to a text, such as slips and hostile hands make. */
import { Schema } from "effect"

const bits = [
  ..."\0 \t \r \n \r\n { } [ ] ' \" # : - ? | > % , @ ` \\ ~ ! & *".split(" "),
  ...[
    " ",
    "  ",
    ": ",
    "- ",
    "? ",
    "<<: ",
    "&a ",
    "*a",
    "*s",
    "*base",
    "!t ",
    "!!str ",
    "!!bool ",
    "---\n",
    "\n---",
    "...\n"
  ],
  ...["*g", "*w", "*f", "${", "${env}", "$${", "${none}", "}", "groups:", "  - ", "expect: ", "{}", "[]", "2026-02-30"],
  ...[
    "null",
    "yes",
    "2",
    "0h",
    "__proto__",
    "constructor",
    "😀",
    "\ud83d",
    "\udc00",
    "\uFEFF",
    "\u2028",
    "\u0085",
    "\x1b[31m"
  ]
]

const below = (limit: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limit - 1 }))

export const Mutation = Schema.Struct({
  kind: Schema.Literals(["insert", "replace", "delete", "copy", "cut"]),
  where: below(10_000),
  from: below(10_000),
  length: below(40),
  bit: Schema.Literals(bits)
})

export const mutate = (text: string, { bit, from, kind, length, where }: typeof Mutation.Type): string => {
  const at = where % (text.length + 1)
  const start = from % (text.length + 1)
  switch (kind) {
    case "insert":
      return text.slice(0, at) + bit + text.slice(at)
    case "replace":
      return text.slice(0, at) + bit + text.slice(at + 1)
    case "delete":
      return text.slice(0, at) + text.slice(at + length)
    case "copy":
      return text.slice(0, at) + text.slice(start, start + length) + text.slice(at)
    case "cut":
      return length < 4 ? text.slice(0, at) : text
  }
}
