import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { load } from "../src/server/AccessTokens.ts"
import { tokenFiles } from "./support/tokens.ts"

const secret = "0123456789abcdef0123456789abcdef"
const token = tokenFiles()

describe("tokens", () => {
  const loaded = (...sources: Parameters<typeof load>[0]) =>
    Effect.runPromise(Effect.result(Effect.provide(load(sources), NodeFileSystem.layer)))

  it.each([
    [
      "is not there",
      { name: "a", secret: { file: "/nowhere/token" } },
      /cannot be used: its secret cannot be read from \/nowhere\/token/
    ],
    [
      "is not set",
      { name: "a", secret: { env: "HOLDFAST_NO_SUCH" } },
      /the environment variable HOLDFAST_NO_SUCH is not set/
    ]
  ] as const)("whose source %s are refused", async (_, source, words) => {
    const result = await loaded(source)
    assert.isTrue(Result.isFailure(result))
    if (Result.isFailure(result)) assert.match(result.failure.message, words)
  })

  it.each([["short"], [""], ["two words of twenty characters"], ["\u043f".repeat(30)], ["x".repeat(1001)]])(
    "that are %j are refused, and not repeated",
    async (text) => {
      const result = await loaded(token("weak", text))
      assert.isTrue(Result.isFailure(result))
      if (Result.isFailure(result) && text !== "") assert.notInclude(JSON.stringify(result.failure), text)
    }
  )

  it("are one for each holder", async () => {
    const result = await loaded(token("a", secret), token("b", secret))
    assert.isTrue(Result.isFailure(result) && /the same as that of "a"/.test(result.failure.message))
  })
})
