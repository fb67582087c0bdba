import { assert, describe, it } from "@effect/vitest"
import { type Server, subnetOf } from "../src/config/readServer.ts"
import { clientAddress, countedBy, isOwnHost, isWithin } from "../src/server/addresses.ts"
import { open } from "./support/dashboard.ts"

describe("addresses", () => {
  const within = (...texts: ReadonlyArray<string>) => isWithin(texts.map((text) => subnetOf(text) ?? assert.fail(text)))

  it.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.0.0.5", "10.0.0.5", true],
    ["fd00::1", "fd00::/8", true],
    ["fe80::1", "fd00::/8", false],
    ["not an address", "10.0.0.0/8", false],
    ["", "10.0.0.0/8", false]
  ])("%s is in %s: %s", (address, network, is) => {
    assert.strictEqual(within(network)(address), is)
  })

  it.each([
    ["1.2.3.4", "9.9.9.9", "1.2.3.4"],
    ["10.0.0.1", "9.9.9.9", "9.9.9.9"],
    ["::ffff:10.0.0.1", "9.9.9.9", "9.9.9.9"],
    ["10.0.0.1", "6.6.6.6, 9.9.9.9", "9.9.9.9"],
    ["10.0.0.1", "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"],
    ["10.0.0.1", "9.9.9.9, nonsense", "10.0.0.1"],
    ["10.0.0.1", undefined, "10.0.0.1"]
  ])("of %s, for which %s is said, the client is %s", (peer, forwarded, client) => {
    assert.strictEqual(clientAddress(peer, forwarded, within("10.0.0.0/8")), client)
  })

  it("are counted by the network that a host is given", () => {
    assert.strictEqual(countedBy("10.0.0.1"), "10.0.0.1")
    assert.strictEqual(countedBy("2001:db8:1:2:3:4:5:6"), countedBy("2001:db8:1:2::9"))
    assert.notStrictEqual(countedBy("2001:db8:1:2::9"), countedBy("2001:db8:1:3::9"))
    assert.strictEqual(countedBy("::1"), "0:0:0:0::/64")
    assert.strictEqual(countedBy("2001::3:4:5:6:7"), "2001:0:0:3::/64")
    assert.strictEqual(countedBy("1:2:3::"), "1:2:3:0::/64")
  })

  it("of this server are those that it listens on, and its own name", () => {
    const server: Server = { ...open, host: "backups.internal", url: "https://backups.example:8443" }
    for (const host of ["backups.internal:8080", "backups.example:8443", "BACKUPS.example", "10.0.0.1:8080"]) {
      assert.isTrue(isOwnHost(server, host), host)
    }
    for (const host of [
      undefined,
      "evil.example",
      "backups.example.evil.example",
      "a b",
      "[::1",
      "x/backups.example"
    ]) {
      assert.isFalse(isOwnHost(server, host), host)
    }
  })
})
