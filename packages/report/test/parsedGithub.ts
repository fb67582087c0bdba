/** Workflow commands of GitHub Actions, as its runner reads them. */
import { assert } from "@effect/vitest"

/** A workflow command. */
export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

const unescapeData = (text: string) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%")
const unescapeProperty = (text: string) =>
  text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%")

/** A line as `ActionCommand.TryParseV2` of the runner reads it. */
const parse = (line: string): Command => {
  const text = line.trimStart()
  const end = text.indexOf("::", 2)
  assert.isTrue(text.startsWith("::") && end > 0, line)
  const head = text.slice(2, end)
  const space = head.indexOf(" ")
  const properties = (space < 0 ? "" : head.slice(space + 1)).split(",").map((pair) => {
    const at = pair.indexOf("=")
    assert.isAbove(at, 0, pair)
    return [pair.slice(0, at), unescapeProperty(pair.slice(at + 1))] as const
  })
  assert.strictEqual(new Set(properties.map(([key]) => key)).size, properties.length)
  return {
    name: space < 0 ? head : head.slice(0, space),
    properties: Object.fromEntries(properties),
    message: unescapeData(text.slice(end + 2))
  }
}

/** All commands of a text that holds nothing else. */
export const parseCommands = (text: string): ReadonlyArray<Command> => {
  assert.isTrue(text.endsWith("\n"))
  return text.slice(0, -1).split("\n").map(parse)
}
