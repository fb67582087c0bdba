/**
 * Who a request comes from, by its address; and which names of this server a browser may use.
 */
import { BlockList, isIP } from "node:net"
import type { Server, Subnet } from "../config/readServer.ts"

/** An address as it is compared: an IPv4 address that IPv6 wraps is one. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "")

/** Whether an address is in one of the networks. */
export const isWithin = (networks: ReadonlyArray<Subnet>): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const { address, family, prefix } of networks) list.addSubnet(address, prefix, family)
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6")
  }
}

/**
 * Whose address it is: that of the peer, or, where the peer is a trusted proxy, the last one in `forwarded` that is not. What stands
 * before that, anybody may have written.
 */
export const clientAddress = (
  peer: string,
  forwarded: string | undefined,
  isTrusted: (address: string) => boolean
): string => {
  let client = plainAddress(peer)
  for (const part of (forwarded ?? "").split(",").toReversed()) {
    if (!isTrusted(client)) return client
    const next = plainAddress(part.trim())
    if (isIP(next) === 0) return client
    client = next
  }
  return client
}

/** What failed logins are counted by: an address, or the network that one IPv6 host is given. */
export const countedBy = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [head = [], tail = []] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0")
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`
}

/** The host of a `Host` header without its port, in lower case; `undefined` of what is none. */
const hostOf = (header: string): string | undefined =>
  /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i
    .exec(header)?.[1]
    ?.toLowerCase()
    .replace(/^\[|\]$/g, "")

/**
 * Whether a browser may know this server by this name. A page of another site can have its own name lead here, and then read what it
 * likes as if it were its own: such a name is refused. Nobody can do that with an address.
 */
export const isOwnHost = ({ host, url }: Server, header: string | undefined): boolean => {
  const name = header === undefined ? undefined : hostOf(header)
  if (name === undefined) return false
  if (isIP(name) !== 0 || name === "localhost" || name === host.toLowerCase()) return true
  return url !== undefined && name === new URL(url).hostname.replace(/^\[|\]$/g, "")
}

/** Whether the page that sent a request came from this server. */
export const isOwnOrigin = ({ url }: Server, origin: string, hostHeader: string | undefined): boolean =>
  origin === url || (/^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, "") === hostHeader)
