/**
 * YAML text to the parser's events, within limits of size and depth.
 */
import * as Result from "effect/Result"
import * as JsYaml from "js-yaml"
import { at, type Diagnostic, type SourceText } from "./Diagnostic.ts"

/** Far deeper than any manifest. */
const maxDepth = 32

/** Each takes some 200 bytes while it is parsed; ordinary manifests of 32 MiB hold half as many. */
const maxMarks = 5_000_000

/** Counts what can begin a key or a value, before anything is built from it. */
const isOfModerateSize = (text: string): boolean => {
  // Fewer characters than marks allowed.
  if (text.length <= maxMarks) return true
  let marks = 0
  for (const mark of [",", ":", "[", "{", "\n"]) {
    for (let at = text.indexOf(mark); at >= 0 && marks <= maxMarks; at = text.indexOf(mark, at + 1)) marks += 1
  }
  return marks <= maxMarks
}

/** The events of `source`, or why there are none. */
export const eventsOf = (source: SourceText): Result.Result<ReadonlyArray<JsYaml.Event>, Diagnostic> => {
  if (!isOfModerateSize(source.text)) {
    const summary = `The file may hold more than ${maxMarks} keys and values, the most that is read`
    return Result.fail(at(source, undefined, { summary, detail: "Split it: several files can be checked together." }))
  }
  try {
    return Result.succeed(JsYaml.parseEvents(source.text, { maxDepth }))
  } catch (cause) {
    if (!(cause instanceof JsYaml.YAMLException)) throw cause
    return Result.fail(at(source, cause.mark?.position, { summary: `This is not YAML: ${cause.reason}` }))
  }
}
