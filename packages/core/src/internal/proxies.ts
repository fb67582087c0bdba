/**
 * Which requests go through a proxy, decided as curl does by `NO_PROXY`: names stand for their subdomains too, `host:port` for
 * that port, networks are given as `10.0.0.0/8`, and `*` is for all.
 */
import { BlockList, isIP } from "node:net"

/** The proxies of the environment, each empty where there is none, and the list of exceptions. */
export interface ProxySettings {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

/** This machine, and the metadata service of the VM: no proxy is asked for either. */
const localNetworks = (): BlockList => {
  const local = new BlockList()
  local.addSubnet("127.0.0.0", 8)
  local.addAddress("::1", "ipv6")
  local.addSubnet("169.254.0.0", 16)
  return local
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4")

interface Exceptions {
  readonly networks: BlockList
  readonly names: ReadonlyArray<{ readonly name: string; readonly port: string | undefined }>
}

/** An entry without its brackets, leading and trailing dot, and its port, which an IPv6 address has only after brackets. */
const parseEntry = (entry: string) => {
  const match = /^(?:\[([^\]]*)\]|([^:]*|[^:]*:[^:]*:.*))(?::(\d+))?$/.exec(entry)
  const name = (match?.[1] ?? match?.[2] ?? entry).replace(/^\*?\./, "").replace(/\.$/, "")
  return { name: name.toLowerCase(), port: match?.[3] }
}

const parse = (noProxy: string): Exceptions => {
  const networks = new BlockList()
  const names: Array<{ readonly name: string; readonly port: string | undefined }> = []
  for (const entry of noProxy.split(/[\s,]+/)) {
    if (entry === "") continue
    const [network = "", prefix] = entry.split("/")
    if (prefix === undefined) {
      names.push(parseEntry(entry))
      continue
    }
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
    const isNetwork = isIP(network) !== 0 && bits >= 0 && bits <= (isIP(network) === 4 ? 32 : 128)
    if (isNetwork) networks.addSubnet(network, bits, familyOf(network))
  }
  return { networks, names }
}

/** The proxy that a request to `url` goes through, or `undefined` where it goes directly. */
export const proxyFor = ({ httpProxy, httpsProxy, noProxy }: ProxySettings): ((url: URL) => string | undefined) => {
  if (httpProxy === "" && httpsProxy === "") return () => undefined
  const { names, networks } = parse(noProxy)
  const local = localNetworks()
  return (url) => {
    // A proxy for plain http is not one for https.
    const proxy = url.protocol === "https:" ? httpsProxy : httpProxy
    if (proxy === "") return undefined
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "")
    if (host === "localhost" || host.endsWith(".localhost")) return undefined
    const isAddress = isIP(host) !== 0
    if (isAddress && (local.check(host, familyOf(host)) || networks.check(host, familyOf(host)))) return undefined
    const port = url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80"
    const isExcepted = names.some(
      (entry) =>
        (entry.port === undefined || entry.port === port) &&
        (entry.name === "*" || host === entry.name || (!isAddress && host.endsWith(`.${entry.name}`)))
    )
    return isExcepted ? undefined : proxy
  }
}
