import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, authorization, failure, fleet, list, withSeed } from "./ask.ts"

describe("x-emulator-fault", () => {
  const fault = (text: string, path = `${list}/vm-0`) =>
    ask(path, { headers: { authorization, "x-emulator-fault": text } })

  it.effect.each([
    ["unavailable; times=1", [503, 200, 200]],
    ["unavailable;times=2;after=1", [200, 503, 503, 200]],
    ["internal", [500, 500, 500]],
    ["forbidden; on=get", [403, 403]],
    ["forbidden; on=list", [200, 200]],
    ["rate_limited; retryAfter=7; times=1", [429, 200]],
    ["no_such_fault", [200, 200]],
    ["unavailable; times=none", [200]],
    ["unavailable; tims=1", [200]]
  ] as const)("%s makes the answers %j", ([text, statuses]) =>
    Effect.gen(function* () {
      const replies = yield* Effect.forEach(statuses, () => fault(text))
      assert.deepStrictEqual(
        replies.map(({ status }) => status),
        [...statuses]
      )
      for (const reply of replies) {
        assert.strictEqual(reply.headers.get("retry-after"), reply.status === 429 ? "7" : null)
        if (reply.status !== 200) failure(reply, reply.status, { 403: 7, 429: 8, 500: 13, 503: 14 }[reply.status] ?? 0)
      }
    }).pipe(withSeed({ resources: fleet(2) }))
  )

  it.effect("counts for each path on its own, and leaves requests without the header alone", () =>
    Effect.gen(function* () {
      const text = "unavailable; times=1"
      const replies = [
        yield* fault(text),
        yield* fault(text, `${list}/vm-1`),
        yield* ask(`${list}/vm-0`),
        yield* fault(text)
      ]
      assert.deepStrictEqual(
        replies.map(({ status }) => status),
        [503, 503, 200, 200]
      )
    }).pipe(withSeed({ resources: fleet(2) }))
  )

  it.effect.each(["truncated", "mismatch"])("%s leaves an error's status as it is", (text) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* fault(text, `${list}/nothing`)).status, 404)
    }).pipe(withSeed({}))
  )
})
