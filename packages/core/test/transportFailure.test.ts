import { assert, describe, it } from "@effect/vitest"
import { fromCause } from "../src/internal/transportFailure.ts"

const coded = (code: unknown, more: object = {}) => Object.assign(new Error("secret words"), { code, ...more })

const nested = (levels: number): Error =>
  levels === 0 ? coded("ECONNREFUSED") : new Error("outer", { cause: nested(levels - 1) })

describe("what was thrown while an answer was awaited", () => {
  it.each<readonly [name: string, cause: unknown, reason: string, note: string]>([
    ["a refused connection", coded("ECONNREFUSED"), "refused", " (ECONNREFUSED)"],
    ["no route", coded("EHOSTUNREACH"), "unreachable", " (EHOSTUNREACH)"],
    ["an unknown name", coded("ENOTFOUND"), "dns", " (ENOTFOUND)"],
    ["a silent name server", coded("EAI_AGAIN"), "resolver", " (EAI_AGAIN)"],
    ["a reset", coded("ECONNRESET"), "reset", " (ECONNRESET)"],
    ["an expired certificate", coded("CERT_HAS_EXPIRED"), "tls", " (CERT_HAS_EXPIRED)"],
    ["too many files", coded("EMFILE"), "exhausted", " (EMFILE)"],
    ["a proxy's refusal", coded("UND_ERR_PRX_CONN"), "proxy", " (UND_ERR_PRX_CONN)"],
    ["a code that nobody knows", coded("EWHATEVER"), "other", " (EWHATEVER)"],
    ["a code that is no text", coded(7), "other", ""],
    ["an error without a code", new Error("secret words"), "other", ""],
    ["a text", "secret words", "other", ""],
    ["nothing", undefined, "other", ""],
    ["null", null, "other", ""],
    ["a cause", nested(1), "refused", " (ECONNREFUSED)"],
    ["a cause of a cause", nested(8), "refused", " (ECONNREFUSED)"],
    ["a cause too deep to be looked for", nested(9), "other", ""],
    [
      "the first of several",
      new AggregateError([coded("ETIMEDOUT"), coded("ECONNREFUSED")]),
      "unreachable",
      " (ETIMEDOUT)"
    ],
    ["several of nothing", new AggregateError([]), "other", ""],
    ["several beside a cause", new AggregateError([{}], "", { cause: coded("EPIPE") }), "reset", " (EPIPE)"],
    [
      "the proxy's own failure before what it wraps",
      coded("UND_ERR_PRX_TLS", { cause: coded("ECONNREFUSED") }),
      "proxy",
      " (UND_ERR_PRX_TLS)"
    ]
  ])("%s", (_, cause, reason, note) => {
    const error = fromCause(cause, false)
    assert.strictEqual(error.reason, reason)
    assert.strictEqual(/( \(\w+\))?$/.exec(error.detail)?.[0], note)
    assert.notInclude(error.detail, "secret")
  })

  it("cuts a body short where its head had come", () => {
    assert.strictEqual(fromCause(coded("UND_ERR_SOCKET"), true).reason, "truncated")
    assert.strictEqual(fromCause(coded("UND_ERR_SOCKET"), false).reason, "reset")
    assert.strictEqual(fromCause(coded("ECONNRESET"), true).reason, "reset")
  })
})
