import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { parsed } from "../../../packages/report/test/parsedHtml.ts"
import { subnetOf } from "../src/config/readServer.ts"
import { type Answer, dashboard, running } from "./support/dashboard.ts"
import { tokenFiles } from "./support/tokens.ts"

const secret = "0123456789abcdef0123456789abcdef"
const other = "fedcba9876543210fedcba9876543210"

const token = tokenFiles()
const tokens = [token("alice", secret), token("ci", other)]
const nothing = () => Effect.void
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const form = (text: string, to = "/") => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: `token=${encodeURIComponent(text)}&to=${encodeURIComponent(to)}`
})

/** What a browser keeps of an answer. */
const cookieOf = ({ headers }: Answer): string => String(headers["set-cookie"]?.[0] ?? "")
const kept = (answer: Answer): { readonly cookie: string } => ({ cookie: cookieOf(answer).split(";")[0] ?? "" })

const isPage = ({ body }: Answer, heading: string): boolean => parsed(body).text.includes(heading)

describe("a dashboard on loopback", { timeout: 60_000 }, () => {
  const { ask } = running({}, nothing)

  it("is open to this machine by default, and there is nothing to sign in with", async () => {
    assert.strictEqual((await ask("/")).status, 200)
    assert.notInclude((await ask("/")).body, "Signed in")
    assert.strictEqual((await ask("/login", form(secret))).status, 404)
    assert.strictEqual((await ask("/login")).status, 404)
  })

  it.each([
    ["evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["evil.example:8080", 403],
    ["127.0.0.1", 200],
    ["127.0.0.1:9999", 200],
    ["localhost:1", 200],
    ["[::1]:8080", 200],
    ["user@localhost", 403]
  ])("known as %s answers with %i", async (host, status) => {
    assert.strictEqual((await ask("/", { headers: { host } })).status, status)
    assert.strictEqual((await ask("/api/v1/jobs", { headers: { host, accept: "*/*" } })).status, status)
  })

  it("answers no page of another site", async () => {
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example"]) {
      assert.strictEqual((await ask("/", { headers: { origin } })).status, 403, origin)
    }
  })
})

describe("a dashboard with tokens", { timeout: 60_000 }, () => {
  const { ask, url } = running({ server: { tokens } }, nothing)

  it("shows nothing to nobody", async () => {
    for (const path of ["/", "/findings", "/nothing", "/runs/x/report", "/events"]) {
      const answer = await ask(path)
      assert.strictEqual(answer.status, 401, path)
      assert.strictEqual(answer.headers["www-authenticate"], 'Bearer realm="holdfast"')
      assert.isTrue(isPage(answer, "Sign in"))
      assert.notInclude(answer.body, "data-version")
    }
    for (const path of ["/api/v1/jobs", "/api/v1/openapi.json", "/api/v1/nothing"]) {
      const answer = await ask(path, { headers: { accept: "*/*" } })
      assert.strictEqual(answer.status, 401, path)
      assert.deepInclude(JSON.parse(answer.body), { status: 401, title: "Nobody is signed in" })
    }
  })

  it.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])(
    "shows nothing to nobody by %s, however the path is written",
    async (method) => {
      for (const path of [
        ...[
          "//",
          "/./",
          "/%2e/",
          "/index.html",
          "/events",
          "/metrics",
          "/metrics/",
          "/METRICS",
          "/metrics?x",
          "/metrics;/login"
        ],
        ...[
          "/metrics#/login",
          "/login#/../metrics",
          "/login/../metrics",
          "/login/",
          "/LOGIN",
          "/login;x",
          "/healthz/../metrics"
        ],
        ...["/healthz%2f..%2fmetrics", "/%6detrics", "/%00", "/%zz", "/metrics\\", "/assets/", "/assets/../metrics"],
        ...[
          "/assets/..%2f..%2fpackage.json",
          "/api",
          "/api/v1/jobs/",
          "//api/v1/jobs",
          "/api//v1/jobs",
          "/API/v1/jobs"
        ],
        ...["/api/v1/%6aobs", "/%61pi/v1/jobs", "/api/v1/../v1/jobs", "/api/v1/jobs?", "http://127.0.0.1/metrics", "*"]
      ]) {
        const { body, headers, status } = await ask(path, { method, headers: { accept: "*/*" } })
        assert.include([400, 401, 405], status, path)
        assert.match(String(headers["content-security-policy"]), /^default-src 'none'/, path)
        if (method === "HEAD") assert.strictEqual(body, "", path)
        else assert.notInclude(body, '"items"', path)
      }
    }
  )

  it("lets in the holder of any token, and nobody else", async () => {
    for (const text of [secret, other]) {
      const answer = await ask("/", { headers: bearer(text) })
      assert.strictEqual(answer.status, 200)
      assert.isUndefined(answer.headers["set-cookie"])
    }
    assert.isTrue(isPage(await ask("/", { headers: bearer(other) }), "Signed in as ci"))
    for (const authorization of [
      `Bearer ${secret}x`,
      `Bearer ${secret.slice(1)}`,
      `Bearer ${"x".repeat(2000)}`,
      "Bearer \u00ff",
      "Basic YTpi",
      "Bearer",
      secret
    ]) {
      assert.strictEqual((await ask("/api/v1/jobs", { headers: { authorization, accept: "*/*" } })).status, 401)
    }
  })

  it("is known to programs with a token by any name, and to browsers by its own", async () => {
    const host = "holdfast.monitoring.svc:8080"
    const session = kept(await ask("/login", form(secret)))
    assert.strictEqual((await ask("/", { headers: { ...bearer(secret), host } })).status, 200)
    assert.strictEqual((await ask("/", { headers: { ...bearer("wrong"), host } })).status, 401)
    assert.strictEqual((await ask("/", { headers: { ...session, host } })).status, 403)
    assert.strictEqual((await ask("/login", { headers: { host } })).status, 403)
    // These are another's, and not there: nobody is kept from asking.
    for (const path of ["/healthz", "/readyz"]) assert.strictEqual((await ask(path, { headers: { host } })).status, 404)
  })

  it("keeps a browser signed in by a cookie that scripts and other sites cannot use", async () => {
    const answer = await ask("/login", form(secret, "/findings?state=open"))
    assert.deepStrictEqual([answer.status, answer.headers.location], [303, "/findings?state=open"])
    assert.match(cookieOf(answer), /^holdfast=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
    assert.notInclude(cookieOf(answer), secret)
    const page = await ask("/", { headers: kept(answer) })
    assert.strictEqual(page.status, 200)
    assert.isTrue(isPage(page, "Signed in as alice"))
    const out = await ask("/logout", { method: "POST", headers: kept(answer) })
    assert.deepStrictEqual([out.status, out.headers.location], [303, "/login"])
    assert.match(cookieOf(out), /^holdfast=; Max-Age=0;/)
  })

  it("takes no cookie that it has not made, and none that has ended", async () => {
    const good = kept(await ask("/login", form(secret))).cookie
    const [name = "", until = "", mac = ""] = good.replace("holdfast=", "").split(".")
    const ci = Buffer.from("ci").toString("base64url")
    for (const value of [
      `${name}.${Number(until) + 1}.${mac}`,
      `${ci}.${until}.${mac}`,
      `${name}.${until}.${mac.slice(0, -1)}`,
      `${name}.1.${mac}`,
      secret,
      ""
    ]) {
      assert.strictEqual((await ask("/", { headers: { cookie: `holdfast=${value}` } })).status, 401, value)
    }
  })

  it("leads nowhere else after signing in", async () => {
    for (const to of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/login",
      "javascript:x",
      "/\n/x",
      "x"
    ]) {
      assert.strictEqual((await ask("/login", form(secret, to))).headers.location, "/", to)
    }
  })

  it("signs nobody in from another site's page, or by a form of another shape", async () => {
    const asks = (headers: Readonly<Record<string, string>>, body = form(secret).body) =>
      ask("/login", { ...form(secret), headers: { ...form(secret).headers, ...headers }, body })
    assert.strictEqual((await asks({ origin: "https://evil.example" })).status, 403)
    assert.strictEqual((await asks({ "sec-fetch-site": "cross-site" })).status, 403)
    assert.strictEqual((await asks({ "sec-fetch-site": "same-origin", origin: url() })).status, 303)
    assert.strictEqual((await asks({}, "x=1")).status, 400)
    assert.strictEqual((await asks({}, `token=${"x".repeat(20_000)}`)).status, 400)
    assert.strictEqual((await asks({ "content-type": "application/json" }, `{"token":"${secret}"}`)).status, 400)
    assert.strictEqual((await ask("/login", { method: "PUT" })).status, 405)
  })

  it("tells whoever comes from elsewhere that they may be signed in", async () => {
    const answer = await ask("/findings?state=open", { headers: { "sec-fetch-site": "cross-site" } })
    assert.isTrue(isPage(answer, "You came from another site"))
    assert.include(answer.body, 'href="/findings?state=open"')
  })
})

describe("wrong tokens", { timeout: 60_000 }, () => {
  const { ask } = running({ server: { tokens } }, nothing)

  it("are tried ten times, and then no token is looked at for a while; a session goes on", async () => {
    const session = kept(await ask("/login", form(secret)))
    for (let index = 0; index < 10; index += 1) {
      const answer = index % 2 === 0 ? await ask("/login", form("wrong")) : await ask("/", { headers: bearer("wrong") })
      assert.strictEqual(answer.status, 401)
      if (index % 2 === 0) assert.isTrue(isPage(answer, "The token is wrong."))
    }
    for (const answer of [await ask("/login", form(secret)), await ask("/", { headers: bearer(secret) })]) {
      assert.strictEqual(answer.status, 429)
      assert.match(answer.headers["retry-after"] ?? "", /^(59|60)$/)
      assert.isTrue(isPage(answer, "Too many"))
    }
    assert.strictEqual((await ask("/", { headers: session })).status, 200)
    assert.strictEqual((await ask("/")).status, 401)
  })
})

describe("a dashboard behind a proxy that signs people in", { timeout: 60_000 }, () => {
  const proxy = { addresses: [subnetOf("127.0.0.0/8") ?? assert.fail()], userHeader: "x-forwarded-email" }
  const trusted = running({ server: { proxy, url: "https://backups.example" } }, nothing)
  const elsewhere = { ...proxy, addresses: [subnetOf("10.0.0.0/8") ?? assert.fail()] }
  const distrusting = running({ server: { proxy: elsewhere, tokens } }, nothing)
  const user = { "x-forwarded-email": "alice@example.com", host: "backups.example" }

  it("lets in whom the proxy names", async () => {
    const answer = await trusted.ask("/", { headers: user })
    assert.strictEqual(answer.status, 200)
    assert.isTrue(isPage(answer, "Signed in as alice@example.com"))
    assert.notInclude(answer.body, "Sign out")
    assert.strictEqual(
      (await trusted.ask("/", { headers: { ...user, origin: "https://backups.example" } })).status,
      200
    )
    assert.strictEqual((await trusted.ask("/", { headers: { ...user, origin: "http://backups.example" } })).status, 200)
    assert.strictEqual((await trusted.ask("/", { headers: { ...user, host: "others.example" } })).status, 403)
  })

  it("lets in nobody whom it does not name, or names doubtfully", async () => {
    for (const email of ["", " ", "a@example.com, b@example.com"]) {
      assert.strictEqual((await trusted.ask("/", { headers: { ...user, "x-forwarded-email": email } })).status, 403)
    }
    assert.strictEqual((await trusted.ask("/")).status, 403)
    assert.strictEqual((await trusted.ask("/", { headers: bearer(secret) })).status, 403)
  })

  it("says to nobody that what another has seen is what is there", async () => {
    for (const path of ["/waivers", "/api/v1/runs"]) {
      const headers = { ...user, accept: "*/*" }
      const { etag = "" } = (await trusted.ask(path, { headers })).headers
      const again = (email: string) =>
        trusted.ask(path, { headers: { ...headers, "x-forwarded-email": email, "if-none-match": etag } })
      assert.strictEqual((await again("alice@example.com")).status, 304, path)
      const { headers: sent, status } = await again("bob@example.com")
      assert.strictEqual(status, 200, path)
      assert.strictEqual(sent["cache-control"], "private, no-cache")
    }
  })

  it("takes nobody else's word", async () => {
    const headers = { ...user, host: "127.0.0.1" }
    assert.strictEqual((await distrusting.ask("/", { headers })).status, 401)
    assert.strictEqual(
      (await distrusting.ask("/", { headers: { ...headers, "x-forwarded-for": "10.0.0.1" } })).status,
      401
    )
    assert.strictEqual((await distrusting.ask("/", { headers: bearer(secret) })).status, 200)
  })
})

describe("a dashboard behind a proxy that signs nobody in", { timeout: 60_000 }, () => {
  const addresses = [subnetOf("127.0.0.0/8") ?? assert.fail()]
  const { ask } = running({ server: { tokens, proxy: { addresses, userHeader: undefined } } }, nothing)

  it("believes it from where requests come, and nothing else: who guesses keeps nobody else out", async () => {
    const from = (address: string, text: string) =>
      ask("/", { headers: { ...bearer(text), "x-forwarded-for": address, "x-forwarded-email": "a@example.com" } })
    for (let index = 0; index < 10; index += 1) {
      assert.strictEqual((await from(`9.9.9.9, 203.0.113.1`, "wrong")).status, 401)
    }
    assert.strictEqual((await from("203.0.113.1", secret)).status, 429)
    assert.strictEqual((await from("203.0.113.1, 203.0.113.2", secret)).status, 200)
    assert.strictEqual((await ask("/", { headers: { "x-forwarded-email": "a@example.com" } })).status, 401)
  })
})

describe("a dashboard behind TLS", { timeout: 60_000 }, () => {
  const { ask } = running({ server: { tokens, url: "https://backups.example" } }, nothing)

  it("gives a cookie that travels by TLS alone", async () => {
    const sent = form(secret)
    const headers = { ...sent.headers, host: "backups.example", origin: "https://backups.example" }
    const answer = await ask("/login", { ...sent, headers })
    assert.match(cookieOf(answer), /^__Host-holdfast=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    assert.strictEqual((await ask("/", { headers: { host: "backups.example", ...kept(answer) } })).status, 200)
  })
})

describe("a dashboard of an emulated fleet", { timeout: 60_000 }, () => {
  const { ask } = running({ emulator: "fleet.yaml" }, nothing)

  it("says so on every page", async () => {
    for (const path of ["/", "/findings", "/waivers", "/nothing"]) {
      assert.isTrue(isPage(await ask(path), "Emulated by fleet.yaml: this says nothing of the cloud"))
    }
  })
})

describe("a server that cannot be", () => {
  it("says so where its port is taken", async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(dashboard({ server: { port } }))))
    server.close()
    assert.strictEqual(exit._tag, "Failure")
    assert.include(JSON.stringify(exit), "EADDRINUSE")
  })
})
