import { assert, describe, it } from "@effect/vitest"
import { proxyFor } from "../src/internal/proxies.ts"

const proxies = { httpProxy: "http://plain:3128", httpsProxy: "http://secure:3128" }

describe("the proxy of a request", () => {
  // As curl 8 decides by its manual.
  it.each<readonly [noProxy: string, url: string, isProxied: boolean]>([
    ["", "https://backup.example.test", true],
    ["*", "https://backup.example.test", false],
    ["*", "https://192.0.2.1", false],
    ["example.test", "https://backup.example.test", false],
    ["example.test", "https://example.test", false],
    [".example.test", "https://backup.example.test", false],
    [".example.test", "https://example.test", false],
    ["*.example.test", "https://backup.example.test", false],
    ["xample.test", "https://backup.example.test", true],
    ["backup.example.test", "https://other.example.test", true],
    ["other.test, example.test", "https://backup.example.test", false],
    ["other.test example.test", "https://backup.example.test", false],
    [",,other.test,,example.test,", "https://backup.example.test", false],
    ["EXAMPLE.test", "https://BACKUP.example.TEST", false],
    ["example.test.", "https://backup.example.test", false],
    ["example.test", "https://backup.example.test.", false],
    ["example.test:443", "https://backup.example.test", false],
    ["example.test:8443", "https://backup.example.test", true],
    ["example.test:8443", "https://backup.example.test:8443", false],
    ["example.test:80", "http://backup.example.test", false],
    ["10.0.0.0/8", "https://10.1.2.3", false],
    ["10.0.0.0/8", "https://11.1.2.3", true],
    ["10.1.2.3/32", "https://10.1.2.3", false],
    ["0.0.0.0/0", "https://10.1.2.3", false],
    ["192.0.2.7", "https://192.0.2.7", false],
    ["2.7", "https://192.0.2.7", true],
    ["192.0.2.0/33", "https://192.0.2.7", true],
    ["192.0.2.0/x", "https://192.0.2.7", true],
    ["example.test/8", "https://example.test", true],
    ["2001:db8::/32", "https://[2001:db8::1]", false],
    ["2001:db8::/32", "https://[2001:db9::1]", true],
    ["2001:db8::1", "https://[2001:db8::1]", false],
    ["[2001:db8::1]:443", "https://[2001:db8::1]", false],
    ["[2001:db8::1]:80", "https://[2001:db8::1]", true],
    // Whatever the list says: no other machine is meant.
    ["", "http://127.0.0.1:8080", false],
    ["", "http://localhost:8080", false],
    ["", "http://backup.localhost", false],
    ["", "http://[::1]:8080", false],
    ["", "http://169.254.169.254", false]
  ])("for NO_PROXY=%j and %s is asked: %s", (noProxy, url, isProxied) => {
    const expected = url.startsWith("https:") ? proxies.httpsProxy : proxies.httpProxy
    assert.strictEqual(proxyFor({ ...proxies, noProxy })(new URL(url)), isProxied ? expected : undefined)
  })

  it.each([
    ["http://example.test", { httpProxy: "", httpsProxy: "http://secure:3128" }],
    ["https://example.test", { httpProxy: "http://plain:3128", httpsProxy: "" }]
  ])("of %s is not the one for the other protocol", (url, settings) => {
    assert.isUndefined(proxyFor({ ...settings, noProxy: "" })(new URL(url)))
  })
})
