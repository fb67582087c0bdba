import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Classify from "../src/internal/classify.ts"
import { TransportError, type TransportResponse } from "../src/Transport.ts"

const context = {
  method: "GET",
  url: "https://backup.example.test/backup/v1/resources/vm-1",
  clientRequestId: "11111111-1111-4111-8111-111111111111",
  attempts: 1
} as const

const now = Date.parse("2026-06-01T00:00:00Z")

interface Given extends Partial<Omit<TransportResponse, "body">> {
  readonly body?: unknown
  readonly quotes?: boolean
}

const classify = ({ body = "", headers = {}, quotes = true, status = 200 }: Given) =>
  Classify.classifyResponse(
    context,
    { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) },
    now,
    { quotes }
  )

/** The error that an answer means. */
const errorOf = (given: Given) => {
  const result = classify(given)
  assert.isTrue(Result.isFailure(result), "an error")
  return (result as Result.Failure<unknown, { readonly _tag: string; readonly detail: string }>).failure
}

const field = (given: Given, name: string): unknown => (errorOf(given) as unknown as Record<string, unknown>)[name]

const long = "y".repeat(300)

describe("the detail of an error whose body is", () => {
  it.each<readonly [name: string, given: Given, detail: string]>([
    ["empty", { body: "" }, "an empty body"],
    ["blank", { body: " \n " }, "an empty body"],
    ["short", { body: " upstream down\n" }, '"upstream down"'],
    ["of 200 characters", { body: "y".repeat(200) }, `"${"y".repeat(200)}"`],
    ["of 201 characters", { body: "y".repeat(201) }, `"${"y".repeat(200)}…"`],
    ["a page with a title", { body: "<html><title lang=en> Bad gate \n</title>" }, 'an HTML page titled "Bad gate"'],
    ["a page with a long title", { body: `<title>${long}</title>` }, `an HTML page titled "${"y".repeat(200)}"`],
    ["a page with an empty title", { body: "<html><title></title>" }, 'an HTML page titled ""'],
    ["a page without a title", { body: "<!DOCTYPE html><p>no" }, "an HTML page"],
    ["a page without a doctype", { body: "\n<HTML><p>no" }, "an HTML page"],
    ["a text that speaks of pages", { body: "no <html> here" }, '"no <html> here"'],
    ["not to be shown", { body: "secret", quotes: false }, "a body of 6 characters"],
    ["an OAuth error", { body: { error: "invalid_grant" } }, "invalid_grant"],
    [
      "an OAuth error in words",
      { body: { error: "invalid_grant", error_description: "expired" }, quotes: false },
      "invalid_grant: expired"
    ],
    ["an OAuth error with odd words", { body: { error: "invalid_grant", error_description: 1 } }, "invalid_grant"],
    ["an object with an odd error", { body: { error: 5 } }, '"{"error":5}"'],
    ["null", { body: null }, '"null"'],
    ["a number", { body: 5 }, '"5"'],
    ["a text in JSON", { body: '"error"' }, '""error""']
  ])("%s", (_, given, detail) => {
    assert.strictEqual(errorOf({ status: 502, ...given }).detail, detail)
  })

  it("the service's own is its message, of at most 1,000 characters", () => {
    assert.strictEqual(errorOf({ status: 503, body: { code: 14, message: "busy" } }).detail, "busy")
    assert.strictEqual(errorOf({ status: 503, body: { code: 14, message: "" } }).detail, "no message")
    assert.strictEqual(errorOf({ status: 503, body: { code: 14 } }).detail, "no message")
    assert.strictEqual(errorOf({ status: 503, body: { code: 14, message: "m".repeat(1_001) } }).detail.length, 1_000)
  })
})

describe("an answer", () => {
  it.each<readonly [status: number, body: unknown, tag: string]>([
    [400, "", "InvalidRequest"],
    [401, "", "Unauthenticated"],
    [403, "", "PermissionDenied"],
    [404, "", "UnexpectedStatus"],
    [429, "", "RateLimited"],
    [500, "", "ServerError"],
    [502, "", "ServiceUnavailable"],
    [503, "", "ServiceUnavailable"],
    [504, "", "ServiceUnavailable"],
    [418, "", "UnexpectedStatus"],
    [404, { code: 5 }, "ResourceNotFound"],
    [200, { code: 5, message: "gone" }, "UnexpectedStatus"],
    [503, { code: 5 }, "ServiceUnavailable"],
    [500, { code: 1 }, "ServiceUnavailable"],
    [500, { code: 2 }, "ServerError"],
    [500, { code: 3 }, "InvalidRequest"],
    [500, { code: 4 }, "DeadlineExceeded"],
    [500, { code: 7 }, "PermissionDenied"],
    [500, { code: 8 }, "RateLimited"],
    [500, { code: 9 }, "InvalidRequest"],
    [500, { code: 11 }, "InvalidRequest"],
    [500, { code: 13 }, "ServerError"],
    [500, { code: 14 }, "ServiceUnavailable"],
    [500, { code: 15 }, "ServerError"],
    [500, { code: 16 }, "Unauthenticated"],
    [500, { code: 12 }, "UnexpectedStatus"],
    [500, { code: 17 }, "ServerError"],
    [500, { code: 0 }, "ServerError"],
    [500, { code: -1 }, "ServerError"],
    [200, { code: 14, message: "busy" }, "ServiceUnavailable"]
  ])("of status %i with %j is %s", (status, body, tag) => {
    assert.strictEqual(errorOf({ status, body })._tag, tag)
  })

  it.each<readonly [name: string, location: string | undefined, status: number, detail: string]>([
    ["elsewhere", "https://user:secret@portal.test/login?x=1", 302, "a redirect to portal.test, which is not followed"],
    ["on the same host", "/login", 300, "a redirect to backup.example.test, which is not followed"],
    ["to no address", "http://", 302, "an empty body"],
    ["without a target", undefined, 399, "an empty body"],
    ["of no redirect", "/login", 299, "an empty body"],
    ["of an error", "/login", 410, "an empty body"],
    ["of a bare 400", "/login", 400, "an empty body"]
  ])("that leads %s says so", (_, location, status, detail) => {
    assert.strictEqual(errorOf({ status, headers: { location } }).detail, detail)
  })

  it("names the service's request id, or the header's, cut short", () => {
    const info = { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId: "from-body" }
    const details = [{ other: 1 }, info]
    const headers = { "x-request-id": "h".repeat(300) }
    assert.strictEqual(field({ status: 503, headers, body: { code: 14, details } }, "requestId"), "from-body")
    assert.strictEqual(field({ status: 503, headers }, "requestId"), "h".repeat(200))
    assert.isFalse("requestId" in errorOf({ status: 503 }))
    assert.strictEqual(field({ status: 200, headers, body: "x" }, "requestId"), "h".repeat(200))
  })

  it("names at most ten violations, each in few words", () => {
    const violations = Array.from({ length: 11 }, () => ({ field: long, description: long }))
    const body = { code: 3, details: [{ fieldViolations: violations }] }
    const short = { field: "y".repeat(200), description: "y".repeat(200) }
    assert.deepStrictEqual(
      field({ status: 400, body }, "fieldViolations"),
      Array.from({ length: 10 }, () => short)
    )
    const bare = { code: 3, details: [{ fieldViolations: [{}] }, { other: 1 }] }
    assert.deepStrictEqual(field({ status: 400, body: bare }, "fieldViolations"), [{ field: "", description: "" }])
    assert.deepStrictEqual(field({ status: 400 }, "fieldViolations"), [])
    assert.deepStrictEqual(field({ status: 400, body: { code: 3 } }, "fieldViolations"), [])
  })
})

describe("the time to wait", () => {
  it.each<readonly [value: string | undefined, date: string | undefined, millis: number | undefined]>([
    [undefined, undefined, undefined],
    ["2", undefined, 2_000],
    [" 2 ", undefined, 2_000],
    ["0.0001", undefined, 1],
    ["0", undefined, 0],
    ["12345678901", undefined, undefined],
    ["-5", undefined, undefined],
    ["2026-06-01", undefined, undefined],
    ["2027", undefined, 2_027_000],
    ["1/2/2027", undefined, undefined],
    ["soon", undefined, undefined],
    ["Mon, 01 Jun 2026 00:00:30 GMT", undefined, 30_000],
    ["Mon, 01 Jun 2026 00:00:30 GMT", "no date", 30_000],
    ["Mon, 01 Jun 2026 00:00:30 GMT", "Mon, 01 Jun 2026 00:00:20 GMT", 10_000],
    ["Mon, 01 Jun 2026 00:00:00 GMT", undefined, undefined],
    ["Sun, 31 May 2026 00:00:00 GMT", undefined, undefined]
  ])("of Retry-After %s and Date %s", (value, date, millis) => {
    assert.strictEqual(field({ status: 429, headers: { "retry-after": value, date } }, "retryAfterMillis"), millis)
  })

  it.each<readonly [details: ReadonlyArray<object>, millis: number | undefined]>([
    [[{ retryDelay: "1.5s" }], 1_500],
    [[{ retryDelay: "12s" }], 12_000],
    [[{ retryDelay: "-1s" }], undefined],
    [[{ other: 1 }, { retryDelay: "0.000000001s" }], 1],
    [[{ retryDelay: "1.5s " }], undefined],
    [[{ retryDelay: "2" }], undefined],
    [[{}], undefined]
  ])("of the details %j", (details, millis) => {
    assert.strictEqual(field({ status: 429, body: { code: 8, details } }, "retryAfterMillis"), millis)
  })
})

describe("a good answer", () => {
  it.each([
    undefined,
    "",
    " ",
    "application/json",
    " Application/JSON ",
    "application/json; charset=utf-8",
    "application/json ;charset=utf-8",
    "application/problem+json"
  ])("of type %s is JSON", (type) => {
    assert.deepStrictEqual(classify({ body: "{}", headers: { "content-type": type } }), Result.succeed({}))
  })

  it.each<readonly [body: string, type: string | undefined, reason: string, detail: string]>([
    ["{}", "text/html", "not_an_api", '"{}" of type text/html instead of JSON'],
    ["{}", "x application/json", "not_an_api", '"{}" of type x application/json instead of JSON'],
    ["{}", "application/jsonx", "not_an_api", '"{}" of type application/jsonx instead of JSON'],
    ["{}", `text/${long}`, "not_an_api", `"{}" of type text/${"y".repeat(55)} instead of JSON`],
    ["", undefined, "not_an_api", "an empty body instead of JSON"],
    [" \n", undefined, "not_an_api", "an empty body instead of JSON"],
    ['{"a":', undefined, "truncated", '"{"a":" instead of JSON'],
    [" <p>", undefined, "not_an_api", '"<p>" instead of JSON'],
    ["nothing", undefined, "not_json", '"nothing" instead of JSON'],
    ['{"a":1,"a":2}', undefined, "not_json", 'JSON with the key "a" twice in one object']
  ])("%j of type %s is malformed", (body, type, reason, detail) => {
    const given = { body, headers: { "content-type": type } }
    assert.strictEqual(errorOf(given)._tag, "MalformedResponse")
    assert.strictEqual(field(given, "reason"), reason)
    assert.strictEqual(field(given, "detail"), detail)
  })
})

describe("no whole answer", () => {
  const of = (reason: TransportError["reason"], rest: Partial<TransportError> = {}) =>
    Classify.classifyTransportError(context, new TransportError({ reason, detail: "why", ...rest }))

  it.each([
    ["encoded", "encoded"],
    ["truncated", "truncated"],
    ["too_large", "too_large"],
    ["not_utf8", "not_json"]
  ] as const)("because of %s is a malformed one: %s", (reason, expected) => {
    assert.deepInclude({ ...of(reason) }, { _tag: "MalformedResponse", reason: expected, detail: "why" })
  })

  it("is a failed connection otherwise, which may have been an old one", () => {
    assert.deepInclude(
      { ...of("reset", { reused: true }) },
      { _tag: "ConnectionFailed", reason: "reset", reused: true }
    )
    assert.isFalse("reused" in of("reset"))
  })
})
