import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readConfig } from "../src/config/readConfig.ts"

const read = (section: string) =>
  readConfig(
    "compliance.yaml",
    `version: 1\njobs:\n  nightly: {cron: "0 3 * * *", manifests: [backup.yaml]}\n${section}`
  )

const server = (section: string) => {
  const result = read(section)
  return Result.isSuccess(result) ? result.success.server : assert.fail(JSON.stringify(result.failure))
}

/** What is said of a section, with where it is. */
const mistakes = (section: string): ReadonlyArray<string> => {
  const result = read(section)
  return Result.isSuccess(result)
    ? []
    : result.failure.map(
        ({ column, detail, line, summary, suggestion }) =>
          `${line}:${column} ${summary}${suggestion === undefined ? "" : ` (${suggestion}?)`}${detail === undefined ? "" : ` | ${detail}`}`
      )
}

describe("the section server", () => {
  it("is not needed: then the dashboard is open on loopback", () => {
    const nothing = { host: "127.0.0.1", port: 8080, url: undefined, tokens: [], proxy: undefined }
    assert.deepStrictEqual(server(""), nothing)
    assert.deepStrictEqual(server("server:"), nothing)
    assert.deepStrictEqual(server("server: {listen: 'localhost:0'}"), { ...nothing, host: "localhost", port: 0 })
  })

  it("is read", () => {
    const section = `server:
  listen: "[::]:9000"
  url: https://Backups.example:443/
  tokens:
    team: {env: HOLDFAST_TOKEN}
    ci job: {file: secrets/ci.txt}
  proxy:
    addresses: [10.0.0.5, fd00::/64]
    userHeader: X-Forwarded-Email
`
    assert.deepStrictEqual(server(section), {
      host: "::",
      port: 9000,
      url: "https://backups.example",
      tokens: [
        { name: "team", secret: { env: "HOLDFAST_TOKEN" } },
        { name: "ci job", secret: { file: "secrets/ci.txt" } }
      ],
      proxy: {
        addresses: [
          { address: "10.0.0.5", prefix: 32, family: "ipv4" },
          { address: "fd00::", prefix: 64, family: "ipv6" }
        ],
        userHeader: "x-forwarded-email"
      }
    })
  })

  it("takes a proxy that signs nobody in where there are tokens, and a name of this machine where there are none", () => {
    const { proxy } = server("server: {tokens: {team: {env: A}}, proxy: {addresses: 10.0.0.5}}")
    assert.deepStrictEqual(proxy, {
      addresses: [{ address: "10.0.0.5", prefix: 32, family: "ipv4" }],
      userHeader: undefined
    })
    for (const url of ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1"]) {
      assert.deepStrictEqual(mistakes(`server: {url: '${url}'}`), [])
    }
  })

  it.each([
    [
      "server: {listen: '0.0.0.0:8080'}",
      /^4:18 Others could reach "0.0.0.0", and nothing says who may see the dashboard \| Write `tokens: /
    ],
    ["server: {listen: '[::]:80'}", /^4:18 Others could reach "::"/],
    ["server: {listen: 'backups.internal:80'}", /^4:18 Others could reach "backups.internal"/],
    ["server: on", /^4:9 `server` is a mapping, and this is "on" \| It takes `listen`, `url`, `tokens`, `proxy`.$/],
    ["server: {lisen: x}", /^4:10 `server` has no field "lisen" \(listen\?\)/],
    ["server: {listen: 8080}", /^4:18 `listen` is an address and a port, and this is "8080" \(127.0.0.1:8080\?\)/],
    ["server: {listen: ':8080'}", /\(127.0.0.1:8080\?\)/],
    ["server: {listen: '127.0.0.1:99999'}", /is an address and a port/],
    ["server: {listen: '[127.0.0.1]:80'}", /is an address and a port/],
    ["server: {url: backups.example}", /^4:15 `url` is where people find the dashboard/],
    ["server: {url: 'https://backups.example/holdfast'}", /It has no path: the dashboard needs a host of its own/],
    ["server: {url: 'ftp://backups.example'}", /is where people find the dashboard/],
    ["server: {url: 'https://a:b@backups.example'}", /is where people find the dashboard/],
    ["server: {tokens: {}}", /^4:10 `tokens` names no token/],
    ["server: {tokens: {team: {}}}", /^4:25 The token "team" takes either `env` or `file`/],
    ["server: {tokens: {team: {env: A, file: b}}}", /The token "team" takes either `env` or `file`/],
    ["server: {tokens: {team: {evn: A}}}", /^4:26 The token "team" has no field "evn" \(env\?\)/],
    ["server: {tokens: {'a;b': {env: A}}}", /^4:19 "a;b" is not the name of a token/],
    ["server: {proxy: {addresses: [10.0.0.5]}}", /^4:17 `proxy` has no `userHeader`/],
    [
      "server: {url: 'https://backups.example'}",
      /^4:15 People come from elsewhere, .* nothing says who may \| Write `tokens: /
    ],
    ["server: {proxy: {userHeader: X-Forwarded-Email}}", /^4:17 `proxy` has no `addresses`/],
    ["server: {proxy: {addresses: [], userHeader: X-User}}", /`addresses` is an empty list/],
    [
      "server: {proxy: {addresses: [anybody], userHeader: X-User}}",
      /^4:30 "anybody" is neither an address nor a network/
    ],
    ["server: {proxy: {addresses: [0.0.0.0/0], userHeader: X-User}}", /is neither an address nor a network/],
    ["server: {proxy: {addresses: [10.0.0.0/33], userHeader: X-User}}", /is neither an address nor a network/],
    ["server: {proxy: {addresses: [10.0.0.1], userHeader: Cookie}}", /"Cookie" cannot be the header that says who/],
    ["server: {proxy: {addresses: [10.0.0.1], userHeader: 'X User'}}", /cannot be the header that says who/]
  ])("%s is a mistake", (section, words) => {
    const [first = "", ...others] = mistakes(section)
    assert.match(first, words)
    assert.deepStrictEqual(others, [])
  })

  it("never repeats what may be a secret, nor the line that it stands on", () => {
    const result = read("server: {tokens: {team: hunter2-hunter2}, listen: x}")
    assert.isTrue(Result.isFailure(result))
    assert.match(mistakes("server: {tokens: {team: hunter2-hunter2}}").join(), /^4:25 The token "team" is a secret/)
    assert.notInclude(JSON.stringify(result), "hunter2")
  })
})
