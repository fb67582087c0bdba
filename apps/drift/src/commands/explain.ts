/**
 * `drift explain`: what a rule means, why it matters and how to mend what it found; or which rules there are.
 */
import { palette } from "@holdfast/report/Terminal"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { callable } from "../CommandLine.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"

/** No rule has this code. */
export class UnknownRule extends Schema.TaggedError<UnknownRule>("@holdfast/drift/UnknownRule")("UnknownRule", {
  word: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `There is no rule "${this.word}"`
  }
}

/** The code that a word stands for: `hf3` and `3` mean HF003. */
const codeOf = (word: string): string => {
  const [, number] = /^(?:HF)?0*(\d+)$/i.exec(word) ?? []
  return number === undefined ? word : `HF${number.padStart(3, "0")}`
}

/** The title of a page, which is its rule's. */
const titleOf = (page: string): string => /^# \w+: (.+)$/m.exec(page)?.[1] ?? ""

const main = Effect.fn("drift explain")(function* (
  { color }: { readonly color: boolean | undefined },
  words: ReadonlyArray<string>
) {
  const { pages } = yield* Effect.promise(() => import("../rulePages.ts"))
  if (words.length === 0) {
    return yield* Output.stdout([...pages].map(([code, page]) => `${code}  ${titleOf(page)}\n`).join(""))
  }
  const paint = palette(Output.useColor(color, process.stdout))
  const asked: Array<string> = []
  for (const word of words) {
    const page = pages.get(codeOf(word))
    if (page === undefined) {
      const codes = [...pages.keys()]
      const remedy = `The rules are ${codes[0]} to ${codes.at(-1)}: drift explain lists them.`
      return yield* new UnknownRule({ word, remedy })
    }
    asked.push(page.replace(/^#+ .*$/gm, paint.bold))
  }
  yield* Output.stdout(asked.join("\n"))
})

export const explain = callable({
  name: "explain",
  short: "Say what a rule means, and how to mend what it found",
  description:
    "Prints what there is to say of a rule: what it means, why it matters, how to mend what it found, and what of a manifest asks for it. Without a code it lists the rules. Exit codes: 0 said, 1 no such rule.",
  examples: [
    { command: "drift explain", description: "List the rules" },
    { command: "drift explain HF010", description: "The last backup is too old: what now?" }
  ],
  argument: {
    kind: "text",
    name: "codes",
    description: "Codes of rules, as reports give them: HF010, hf010 or 10. Default: list them all",
    isVariadic: true
  },
  flags: { color: flags.color },
  run: main
})
