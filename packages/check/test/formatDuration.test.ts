import { assert, describe, it } from "@effect/vitest"
import { formatDuration } from "../src/formatDuration.ts"
import { day, hour, minute, second } from "./fleet.ts"

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [999, "0s"],
    [second, "1s"],
    [minute - 1, "59s"],
    [minute, "1m"],
    [90 * second, "1m 30s"],
    [hour - 1, "59m 59s"],
    [hour, "1h"],
    [31 * hour + 5 * minute + 59 * second, "31h 5m"],
    [3 * day - 1, "71h 59m"],
    [3 * day, "3d"],
    [12 * day + 7 * hour + 59 * minute, "12d 7h"],
    [365 * day, "365d"]
  ])("writes %i ms as %s", (millis, text) => {
    assert.strictEqual(formatDuration(millis), text)
  })
})
