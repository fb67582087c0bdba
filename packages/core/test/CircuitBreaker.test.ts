import { assert, describe, it } from "@effect/vitest"
import * as CircuitBreaker from "../src/internal/CircuitBreaker.ts"
import * as RetryBudget from "../src/internal/RetryBudget.ts"

const failure = (number: number, wasProbe = false) => ({
  error: new Error(`failure ${number}`),
  key: `vm-${number}`,
  wasProbe,
  random: 1
})

/** A breaker that has seen so many failures of as many reads at the time 0. */
const failed = (count: number, hasAnswered = true) => {
  const breaker = CircuitBreaker.make<Error>()
  if (hasAnswered) breaker.succeed()
  for (let number = 1; number <= count; number++) breaker.fail(0, failure(number))
  return breaker
}

const messageOf = (verdict: CircuitBreaker.Verdict<Error>) => (verdict instanceof Error ? verdict.message : verdict)

describe("a circuit breaker", () => {
  it("opens at the tenth failure in a row, and not before", () => {
    assert.isFalse(failed(9).isOpen())
    assert.isTrue(failed(10).isOpen())
    assert.strictEqual(failed(9).ask(0, 1_000, false), "go")
  })

  it.each([
    [1, false],
    [2, false],
    [3, true]
  ])("of failures of %i reads is open: %s", (reads, isOpen) => {
    const breaker = CircuitBreaker.make<Error>()
    for (let number = 0; number < 40; number++) breaker.fail(0, failure(number % reads))
    assert.strictEqual(breaker.isOpen(), isOpen)
  })

  it("counts anew after an answer, its reads too", () => {
    const breaker = failed(9)
    breaker.succeed()
    for (let number = 1; number <= 9; number++) breaker.fail(0, failure(number))
    assert.isFalse(breaker.isOpen())
    breaker.succeed()
    for (let number = 1; number <= 20; number++) breaker.fail(0, failure(1))
    assert.isFalse(breaker.isOpen())
  })

  it("lets one through after a tenth of a second, and the others wait for it", () => {
    const breaker = failed(10)
    assert.strictEqual(breaker.ask(0, 15_000, false), 100)
    assert.strictEqual(breaker.ask(40, 15_000, true), 60)
    assert.strictEqual(breaker.ask(100, 15_000, true), "probe")
    breaker.probe(15_000)
    assert.strictEqual(breaker.ask(100, 15_000, false), 14_900)
    breaker.succeed()
    assert.strictEqual(breaker.ask(101, 15_000, false), "go")
  })

  it("doubles the time between probes up to a second, or a 24th of the patience", () => {
    for (const [patience, most] of [
      [15_000, 1_000],
      [120_000, 5_000]
    ] as const) {
      const breaker = failed(10)
      const waits: Array<number> = []
      let now = 0
      for (let number = 11; number <= 18; number++) {
        const wait = breaker.ask(now, patience, false)
        assert.isNumber(wait)
        now += Number(wait)
        waits.push(Math.round(Number(wait)))
        breaker.probe(patience)
        breaker.fail(now, failure(number, true))
      }
      assert.deepStrictEqual(
        waits,
        [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800].map((wait) => Math.min(wait, most))
      )
    }
  })

  it("lets no repeated request through at the very end of the patience", () => {
    const breaker = failed(10)
    breaker.probe(100)
    breaker.fail(0, failure(11))
    breaker.abandon()
    assert.strictEqual(messageOf(breaker.ask(100, 100, true)), "failure 11")
    assert.strictEqual(breaker.ask(100, 100, false), "probe")
  })

  it("spreads probes over the last quarter of their time", () => {
    const breaker = CircuitBreaker.make<Error>()
    breaker.succeed()
    for (let number = 1; number <= 10; number++) breaker.fail(0, { ...failure(number), random: 0 })
    assert.strictEqual(breaker.ask(0, 15_000, false), 75)
  })

  it("takes no straggler for the probe", () => {
    const breaker = failed(10)
    breaker.probe(15_000)
    breaker.fail(150, failure(11))
    assert.strictEqual(breaker.ask(150, 15_000, false), 14_850)
  })

  it("lets another one through where the probe was called off", () => {
    const breaker = failed(10)
    breaker.probe(15_000)
    breaker.abandon()
    assert.strictEqual(breaker.ask(100, 15_000, false), "probe")
  })

  it("refuses with the last failure when the patience is over, but for a first request that sees whether it is back", () => {
    const breaker = failed(10)
    breaker.probe(1_000)
    breaker.fail(900, failure(11, true))
    assert.strictEqual(messageOf(breaker.ask(999, 1_000, true)), 1)
    assert.strictEqual(messageOf(breaker.ask(1_000, 1_000, true)), "failure 11")
    assert.strictEqual(messageOf(breaker.ask(1_000, 1_000, false)), "failure 11")
    assert.strictEqual(messageOf(breaker.ask(1_100, 1_000, true)), "failure 11")
    assert.strictEqual(messageOf(breaker.ask(1_100, 1_000, false)), "probe")
  })

  it("waits three seconds at most for an endpoint that has never answered", () => {
    const breaker = failed(10, false)
    breaker.probe(15_000)
    assert.strictEqual(messageOf(breaker.ask(2_999, 15_000, false)), 1)
    assert.strictEqual(messageOf(breaker.ask(3_000, 15_000, false)), "failure 10")
    const hasty = failed(10, false)
    hasty.probe(500)
    assert.strictEqual(messageOf(hasty.ask(500, 500, false)), "failure 10")
  })
})

describe("a retry budget", () => {
  it("lasts for 35 repeated requests", () => {
    const budget = RetryBudget.make()
    let granted = 0
    while (budget.withdraw()) granted += 1
    assert.strictEqual(granted, 35)
    assert.isFalse(budget.withdraw())
  })

  it("gets back what a read that succeeds has cost, or one token where it cost nothing", () => {
    const budget = RetryBudget.make()
    while (budget.withdraw());
    budget.settle(2)
    assert.deepStrictEqual([budget.withdraw(), budget.withdraw(), budget.withdraw()], [true, true, false])
    // 10 are left of 500, so that 4 more make another request.
    for (let read = 0; read < 3; read++) budget.settle(0)
    assert.isFalse(budget.withdraw())
    budget.settle(0)
    assert.isTrue(budget.withdraw())
  })

  it("holds no more than it began with", () => {
    const budget = RetryBudget.make()
    for (let read = 0; read < 1_000; read++) budget.settle(3)
    let granted = 0
    while (budget.withdraw()) granted += 1
    assert.strictEqual(granted, 35)
  })
})
