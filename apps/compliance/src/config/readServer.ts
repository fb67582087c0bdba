/**
 * The section `server`: where the dashboard listens, and who may see it.
 */
import { isIP } from "node:net"
import { nearest, quote } from "@holdfast/manifest/Diagnostic"
import { type TreeReader, takes } from "@holdfast/manifest/TreeReader"
import { describe, isEmpty } from "@holdfast/manifest/Value"
import type { Entry, Mapping, Node } from "@holdfast/manifest/YamlNode"
import type { Secret } from "../alerts/AlertsConfig.ts"
import { proxyNames, serverNames } from "./fieldNames.ts"
import { hideSecrets, readSecret } from "./readSecret.ts"

/** Where the secret of an access token is: its name is what the dashboard calls its holder. */
export interface TokenSource {
  readonly name: string
  readonly secret: Secret
}

/** A network, or a single address where `prefix` is its whole length. */
export interface Subnet {
  readonly address: string
  readonly prefix: number
  readonly family: "ipv4" | "ipv6"
}

/** A reverse proxy: it says in `X-Forwarded-For` for whom it asks, and may sign people in. */
export interface TrustedProxy {
  readonly addresses: ReadonlyArray<Subnet>
  /** The header in which it says who they are, in lower case; `undefined` of one that signs nobody in. */
  readonly userHeader: string | undefined
}

export interface Server {
  readonly host: string
  readonly port: number
  /** The origin that people use, such as `https://backups.example`; `undefined`: the address that it listens on. */
  readonly url: string | undefined
  readonly tokens: ReadonlyArray<TokenSource>
  readonly proxy: TrustedProxy | undefined
}

const nothingSaid: Server = { host: "127.0.0.1", port: 8080, url: undefined, tokens: [], proxy: undefined }

/** Whether only programs of this machine can reach an address. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)

/** Reads `server`; where it is not there, what holds then. */
export const readServer = (tree: TreeReader, entry: Entry | undefined): Server => {
  if (entry === undefined || isEmpty(entry.value) || entry.value.kind === "invalid") return nothingSaid
  const { value } = entry
  if (value.kind !== "mapping") {
    tree.report(value.offset, {
      summary: `\`server\` is a mapping, and this is ${describe(value)}`,
      detail: takes(serverNames)
    })
    return nothingSaid
  }
  const fields = fieldsOf(tree, value, serverNames, "`server`")
  const listen = fields.get("listen")?.value
  const at = (listen === undefined ? undefined : readListen(tree, listen)) ?? nothingSaid
  const url = fields.get("url")?.value
  const tokens = fields.get("tokens")
  const proxy = fields.get("proxy")?.value
  const server = {
    host: at.host,
    port: at.port,
    url: url === undefined ? undefined : readUrl(tree, url),
    tokens: tokens === undefined ? [] : readTokens(tree, tokens),
    proxy: proxy === undefined ? undefined : readProxy(tree, proxy, tokens !== undefined)
  }
  hideSecrets(tree)
  if (listen !== undefined && !isLoopback(at.host) && tokens === undefined && proxy === undefined) {
    tree.report(listen.offset, {
      summary: `Others could reach ${quote(at.host)}, and nothing says who may see the dashboard`,
      detail:
        "Write `tokens: {team: {env: HOLDFAST_TOKEN}}` below `server`, or `proxy:` with the addresses of a proxy that signs people in, or listen on 127.0.0.1."
    })
  }
  const isElsewhere = server.url !== undefined && !isLoopback(new URL(server.url).hostname.replace(/^\[|\]$/g, ""))
  if (url !== undefined && isElsewhere && isLoopback(at.host) && tokens === undefined && proxy === undefined) {
    tree.report(url.offset, {
      summary: "People come from elsewhere, by something that passes on to this machine, and nothing says who may",
      detail:
        "Write `tokens: {team: {env: HOLDFAST_TOKEN}}` below `server`, or `proxy:` with the addresses of a proxy that signs people in."
    })
  }
  return server
}

const fieldsOf = (tree: TreeReader, node: Mapping, names: ReadonlyArray<string>, what: string) =>
  new Map(tree.entriesOf(node, names, what).map((one) => [one.key.text, one]))

const listenDetail = "Write an address and a port: 127.0.0.1:8080, [::1]:8080, 0.0.0.0:8080."

const readListen = (tree: TreeReader, value: Node): Pick<Server, "host" | "port"> | undefined => {
  const text = tree.text(value, "`listen`")
  if (text === undefined) return undefined
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  const isHost = bracketed === undefined ? plain !== undefined : isIP(bracketed) === 6
  if (host !== undefined && isHost && port <= 65_535) return { host, port }
  tree.report(value.offset, {
    summary: `\`listen\` is an address and a port, and this is ${quote(text)}`,
    detail: listenDetail,
    ...(/^:?\d{1,5}$/.test(text) ? { suggestion: `127.0.0.1:${text.replace(":", "")}` } : {})
  })
  return undefined
}

const readUrl = (tree: TreeReader, value: Node): string | undefined => {
  const text = tree.text(value, "`url`")
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === "/"
  if (isOrigin && url.search === "" && url.hash === "" && url.username === "") return url.origin
  tree.report(value.offset, {
    summary: `\`url\` is where people find the dashboard, and this is ${quote(text)}`,
    detail:
      "Write the beginning of its address: https://backups.example. It has no path: the dashboard needs a host of its own."
  })
  return undefined
}

const tokensDetail = "Write `tokens: {team: {env: HOLDFAST_TOKEN}}`, or `{file: token.txt}` in the place of `{env: …}`."

/** Names are shown on pages, and written into cookies. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,62}$/u

const readTokens = (tree: TreeReader, { key, value }: Entry): ReadonlyArray<TokenSource> => {
  const entries = tree.mappingOf(value, "`tokens`", tokensDetail)
  if (entries.length === 0 && (isEmpty(value) || value.kind === "mapping")) {
    tree.report(key.offset, { summary: "`tokens` names no token: nobody could sign in", detail: tokensDetail })
  }
  return entries.flatMap(({ key, value }) => {
    const name = key.text
    if (!namePattern.test(name)) {
      const detail = "Write 1 to 63 letters, digits, spaces, or any of . _ @ -"
      tree.report(key.offset, { summary: `${quote(name)} is not the name of a token`, detail })
      return []
    }
    const secret = readSecret(tree, value, `The token ${quote(name)}`)
    return secret === undefined ? [] : [{ name, secret }]
  })
}

const proxyDetail = "Write `proxy: {addresses: [10.0.0.5], userHeader: X-Forwarded-Email}`."

/** Headers that mean something else to somebody: none of them says who a person is. */
const otherHeaders: ReadonlySet<string> = new Set(["authorization", "cookie", "host", "origin", "x-forwarded-for"])

const readProxy = (tree: TreeReader, value: Node, hasTokens: boolean): TrustedProxy | undefined => {
  if (value.kind === "invalid") return undefined
  if (value.kind !== "mapping") {
    tree.report(value.offset, {
      summary: `\`proxy\` is a mapping, and this is ${describe(value)}`,
      detail: proxyDetail
    })
    return undefined
  }
  const fields = fieldsOf(tree, value, proxyNames, "`proxy`")
  if (!hasTokens && !fields.has("userHeader") && !tree.isMisspelt(value, "userHeader", proxyNames)) {
    tree.report(value.offset, {
      summary: "`proxy` has no `userHeader`, and there are no `tokens`: nobody could sign in",
      detail: "Write `userHeader: X-Forwarded-Email` below it if it signs people in, else `tokens` below `server`."
    })
  }
  if (!fields.has("addresses") && !tree.isMisspelt(value, "addresses", proxyNames)) {
    tree.report(value.offset, { summary: "`proxy` has no `addresses`", detail: proxyDetail })
  }
  const list = fields.get("addresses")?.value
  const header = fields.get("userHeader")?.value
  const addresses =
    list === undefined ? undefined : tree.oneOrMore(list, "`addresses`", (item) => readSubnet(tree, item))
  const userHeader = header === undefined ? undefined : readHeader(tree, header)
  if (addresses === undefined) return undefined
  return { addresses: addresses.flatMap((text) => subnetOf(text) ?? []), userHeader }
}

/** The network that a text names: an address, or one with the length of its prefix. */
export const subnetOf = (text: string): Subnet | undefined => {
  const [address = "", length, ...rest] = text.split("/")
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  const prefix = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  if (version === 0 || rest.length > 0 || !(prefix >= 1 && prefix <= longest)) return undefined
  return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" }
}

const readSubnet = (tree: TreeReader, item: Node): string | undefined => {
  const text = tree.text(item, "an entry of `addresses`")
  if (text === undefined || subnetOf(text) !== undefined) return text
  tree.report(item.offset, {
    summary: `${quote(text)} is neither an address nor a network`,
    detail: "Write 10.0.0.5, 10.0.0.0/24 or fd00::/64: where the proxy sends from, and nobody else."
  })
  return undefined
}

const readHeader = (tree: TreeReader, value: Node): string | undefined => {
  const text = tree.text(value, "`userHeader`")
  if (text === undefined) return undefined
  const name = text.toLowerCase()
  if (/^[a-z][a-z0-9-]*$/.test(name) && !otherHeaders.has(name)) return name
  const suggestion = nearest(text, ["X-Forwarded-Email", "X-Forwarded-User", "X-Auth-Request-Email"])
  tree.report(value.offset, {
    summary: `${quote(text)} cannot be the header that says who a person is`,
    detail: "Name the one that the proxy sets and never passes on from outside, such as X-Forwarded-Email.",
    ...(suggestion === undefined ? {} : { suggestion })
  })
  return undefined
}
