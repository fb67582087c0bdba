import { assert, describe, it } from "@effect/vitest"
import { isOpen } from "../src/internal/keyFile.ts"

describe("a key file", () => {
  it.each([
    ["the user's own", 0o600, { owner: 1000, own: 1000 }, false],
    ["the user's own, with a group", 0o640, { owner: 1000, own: 1000 }, true],
    ["another user's, with a group", 0o640, { owner: 1001, own: 1000 }, true],
    ["mounted by root for a group", 0o440, { owner: 0, own: 65532 }, false],
    ["mounted by root, changed by a group", 0o460, { owner: 0, own: 65532 }, true],
    ["mounted by root for everyone", 0o444, { owner: 0, own: 65532 }, true],
    ["root's own, with a group", 0o640, { owner: 0, own: 0 }, true],
    ["of an owner that nobody knows", 0o640, { owner: undefined, own: undefined }, true]
  ] as const)("that is %s (%o) is open to others: as it should be told", (_, mode, users, expected) => {
    assert.strictEqual(isOpen(mode, users), expected)
  })
})
