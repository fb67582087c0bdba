import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { github } from "../src/github.ts"
import { everything } from "./fullReport.ts"
import { type Command, parseCommands } from "./parsedGithub.ts"
import { denied, disabled, drifted, pending, report, row, unread } from "./reports.ts"

const textOf = (of: CheckReport): string => [...github(of)].join("")

const commandsOf = (of: CheckReport): ReadonlyArray<Command> => parseCommands(textOf(of))

const many = (count: number, make: (name: string) => CheckReport["resources"][number]) =>
  Array.from({ length: count }, (_, index) => make(`vm-${index}`))

describe("github", () => {
  it("reads as agreed", async () => {
    await expect(textOf(everything)).toMatchFileSnapshot("snapshots/formats/everything.github.txt")
  })

  it("annotates the line of the manifest", () => {
    const [first] = commandsOf(report([drifted("web: 1, 100%", [disabled])]))
    assert.deepStrictEqual(first, {
      name: "error",
      properties: { file: "backup.yaml", line: "7", col: "3", title: "web: 1, 100%: drifted (high)" },
      message: "enabled: is false, declared true. Backup is not enabled. (HF001)"
    })
  })

  it.each([
    ["nothing is declared", report([]), "Nothing to check"],
    ["nothing could be read", report([unread("web", denied)]), "Error: nothing could be compared"]
  ])("has an error where %s", (_, of, text) => {
    const errors = commandsOf(of).filter(({ name }) => name === "error")
    assert.lengthOf(errors, 1)
    assert.isTrue(errors[0]?.message.startsWith(text))
  })

  it("names no file where standard input was read", () => {
    const [first] = commandsOf(
      report([drifted("web", [disabled], { source: { path: "<stdin>", line: 1, column: 1 } })])
    )
    assert.deepStrictEqual(Object.keys(first?.properties ?? {}), ["title"])
  })

  it("takes for an error what fails the run only, and ends with the verdict", () => {
    const names = (fail_on: "info" | "critical") =>
      commandsOf(report([drifted("a", [disabled]), pending("b"), unread("c", denied), row("d")], { fail_on })).map(
        ({ name }) => name
      )
    assert.deepStrictEqual(names("info"), ["error", "warning", "warning", "warning", "notice"])
    assert.deepStrictEqual(names("critical"), ["warning", "warning", "warning", "warning", "notice"])
  })

  it("shows ten of a kind, the worst first, and the last one names the rest", () => {
    const all = [
      ...many(40, (name) => drifted(name, [disabled])),
      drifted("z", [disabled], { severity: "critical" }),
      ...many(11, (name) => pending(`p-${name}`))
    ]
    const commands = commandsOf(report(all))
    const of = (kind: string) => commands.filter(({ name }) => name === kind)
    assert.lengthOf(of("error"), 10)
    assert.include(of("error")[0]?.properties.title, "z: drifted (critical)")
    assert.strictEqual(of("error")[9]?.properties.title, "Holdfast: 32 more")
    assert.lengthOf(of("warning"), 10)
    assert.strictEqual(of("warning")[9]?.properties.title, "Holdfast: 2 more")
    assert.match(of("error")[9]?.message ?? "", /vm-8: drifted[\s\S]*and 13 more$/)
    assert.lengthOf(
      commandsOf(report(many(10, (name) => drifted(name, [disabled])))).filter(({ name }) => name === "error"),
      10
    )
  })
})
