/**
 * The mail server of `alerts`, and the addresses that alerts lead to.
 */
import { quote } from "@holdfast/manifest/Diagnostic"
import type { TreeReader } from "@holdfast/manifest/TreeReader"
import { describe, readLiteral } from "@holdfast/manifest/Value"
import type { Entry, Node } from "@holdfast/manifest/YamlNode"
import type { Smtp } from "../alerts/AlertsConfig.ts"
import { smtpNames } from "./fieldNames.ts"
import { readSecret } from "./readSecret.ts"
import { readWhole } from "./values.ts"

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** An address on the web: https, or plain http to this machine; without a slash at its end. */
export const readAddress = (tree: TreeReader, value: Node, what: string): string | undefined => {
  const text = tree.text(value, what)
  if (text === undefined) return undefined
  const refuse = (summary: string, detail: string) => {
    // Without the line itself: an address may hold a password.
    tree.diagnostics.push({ severity: "error", ...tree.place(value.offset), summary: `${what} ${summary}`, detail })
    return undefined
  }
  const example = "Write an address such as https://hooks.example.com/holdfast."
  if (!URL.canParse(text)) return refuse("is no absolute URL", example)
  const { hash, hostname, href, password, protocol, username } = new URL(text)
  if (protocol !== "https:" && protocol !== "http:") return refuse("is no address on the web", example)
  if (username !== "" || password !== "") return refuse("holds a user name or a password", "Take it out.")
  if (hash !== "") return refuse("holds a fragment", example)
  if (protocol === "http:" && !loopback.test(hostname)) {
    return refuse("is plain http, which is for this machine only", "Write https.")
  }
  return href.replace(/\/+$/, "")
}

/** One address of a mailbox, without a name. */
export const readMailbox = (tree: TreeReader, value: Node, what: string): string | undefined => {
  const text = tree.text(value, what)
  if (text === undefined) return undefined
  // What is quoted, or leads over several hosts, is nobody's address today, and is read by servers in more than one way.
  if (text.length <= 254 && /^[\w.!#$%&'*+/=?^{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text))
    return text
  tree.report(value.offset, {
    summary: `${describe(value)} is no e-mail address`,
    detail: "Write it alone: ops@example.com."
  })
  return undefined
}

const detail = "Write `smtp: {host: smtp.example.com, from: holdfast@example.com}`."

const securities = ["starttls", "tls", "none"] as const

/** Reads `smtp`. */
export const readSmtp = (tree: TreeReader, entry: Entry | undefined): Smtp | undefined => {
  if (entry === undefined) return undefined
  const { value: node } = entry
  if (node.kind !== "mapping") {
    tree.mappingOf(node, "`smtp`", detail)
    return undefined
  }
  const fields = new Map(tree.entriesOf(node, smtpNames, "`smtp`").map((field) => [field.key.text, field.value]))
  const read = <A>(name: (typeof smtpNames)[number], of: (value: Node, what: string) => A | undefined) => {
    const value = fields.get(name)
    return value === undefined ? undefined : of(value, `\`${name}\``)
  }
  for (const name of ["host", "from"] as const) {
    if (fields.has(name) || tree.isMisspelt(node, name, smtpNames)) continue
    tree.report(node.offset, { summary: `\`smtp\` has no \`${name}\``, detail })
  }
  const host = read("host", (value, what) => readHost(tree, value, what))
  const from = read("from", (value, what) => readMailbox(tree, value, what))
  const security = read("security", (value) => readLiteral(value, securities, tree.report)) ?? "starttls"
  const port = read("port", (value, what) => readWhole(tree, value, what, 1, 65_535)) ?? ports[security]
  const user = read("user", (value, what) => tree.text(value, what))
  const password = read("password", (value, what) => readSecret(tree, value, what))
  if (fields.has("user") !== fields.has("password")) {
    const [there, missing] = fields.has("user") ? ["user", "password"] : ["password", "user"]
    tree.report(node.offset, { summary: `\`smtp\` has a \`${there}\`, and no \`${missing}\`` })
  }
  if (host !== undefined && security === "none" && !loopback.test(host)) {
    tree.report(fields.get("security")?.offset, {
      summary: "Mail in the clear is for this machine only",
      detail: "Write `security: starttls` or `security: tls`."
    })
  }
  return host === undefined || from === undefined ? undefined : { host, port, security, user, password, from }
}

const ports = { starttls: 587, tls: 465, none: 25 } as const

const readHost = (tree: TreeReader, value: Node, what: string): string | undefined => {
  const text = tree.text(value, what)
  if (text === undefined) return undefined
  if (text.length <= 253 && (loopback.test(text) || /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)))
    return text
  tree.report(value.offset, {
    summary: `${what} is the name of a host, and this is ${quote(text)}`,
    detail: "Write it alone, and its port as `port`."
  })
  return undefined
}
