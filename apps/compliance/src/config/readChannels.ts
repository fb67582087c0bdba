/**
 * The channels of `alerts`: each leads to one webhook, or to some addresses.
 */
import { characters, quote } from "@holdfast/manifest/Diagnostic"
import { type TreeReader, takes } from "@holdfast/manifest/TreeReader"
import { describe } from "@holdfast/manifest/Value"
import type { Entry, Mapping, Node } from "@holdfast/manifest/YamlNode"
import type { Channel, Target } from "../alerts/AlertsConfig.ts"
import { channelNames } from "./fieldNames.ts"
import { readQuietHours } from "./readQuietHours.ts"
import { readSecret } from "./readSecret.ts"
import { readAddress, readMailbox } from "./readSmtp.ts"

const detail = "Write `channels:` and below it, indented, `ops: {slack: {env: SLACK_WEBHOOK_URL}}`."

/** The longest name of a channel, in characters. */
const maxNameLength = 100

/** Reads `channels`; those that hold a mistake are left out. */
export const readChannels = (tree: TreeReader, entry: Entry | undefined, hasSmtp: boolean): ReadonlyArray<Channel> => {
  if (entry === undefined) return []
  return tree.mappingOf(entry.value, "`channels`", detail).flatMap(({ key, value }) => {
    if (key.text.trim() === "" || characters(key.text) > maxNameLength || /[\p{Cc}\p{Cs}]/u.test(key.text)) {
      const summary = `The name of a channel takes 1 to ${maxNameLength} characters, and no control characters`
      tree.report(key.offset, { summary })
    }
    if (value.kind === "mapping") return readChannel(tree, key, value, hasSmtp) ?? []
    if (value.kind !== "invalid") {
      const summary = `A channel is a mapping, and this is ${describe(value)}`
      tree.report(value.offset, { summary, detail: takes(channelNames) })
    }
    return []
  })
}

const kinds = ["slack", "webhook", "email"] as const

const readChannel = (tree: TreeReader, key: Entry["key"], node: Mapping, hasSmtp: boolean): Channel | undefined => {
  const entries = tree.entriesOf(node, channelNames, `the channel ${quote(key.text)}`)
  const fields = new Map(entries.map((field) => [field.key.text, field.value]))
  const quiet = fields.get("quietHours")
  const quietHours = quiet === undefined ? undefined : readQuietHours(tree, quiet)
  const [kind, other] = kinds.filter((each) => fields.has(each))
  if (kind === undefined) {
    if (kinds.some((each) => tree.isMisspelt(node, each, channelNames))) return undefined
    tree.report(key.offset, {
      summary: `The channel ${quote(key.text)} leads nowhere`,
      detail: "It takes one of `slack`, `webhook` and `email`."
    })
    return undefined
  }
  if (other !== undefined) {
    tree.report(key.offset, {
      summary: `The channel ${quote(key.text)} leads to two places: \`${kind}\` and \`${other}\``,
      detail: "Make two channels."
    })
    return undefined
  }
  const secret = fields.get("secret")
  if (secret !== undefined && kind !== "webhook") {
    tree.report(secret.offset, { summary: "Only a `webhook` is signed with a `secret`" })
  }
  const value = fields.get(kind)
  const target = value === undefined ? undefined : readTarget(tree, { key, kind, value, secret, hasSmtp })
  return target === undefined ? undefined : { name: key.text, target, quietHours }
}

interface Told {
  readonly key: Entry["key"]
  readonly kind: (typeof kinds)[number]
  readonly value: Node
  readonly secret: Node | undefined
  readonly hasSmtp: boolean
}

const readTarget = (tree: TreeReader, { hasSmtp, key, kind, secret, value }: Told): Target | undefined => {
  switch (kind) {
    case "slack": {
      const url = readSecret(tree, value, "`slack`")
      return url === undefined ? undefined : { kind, url }
    }
    case "webhook": {
      const url = readAddress(tree, value, "`webhook`")
      if (secret === undefined) {
        tree.report(key.offset, {
          summary: `The channel ${quote(key.text)} has no \`secret\``,
          detail: "Write `secret: {env: NAME}` or `secret: {file: path}`: what it sends is signed with it."
        })
        return undefined
      }
      const signedWith = readSecret(tree, secret, "`secret`")
      return url === undefined || signedWith === undefined ? undefined : { kind, url, secret: signedWith }
    }
    case "email": {
      const to = tree.oneOrMore(value, "`email`", (item) => readMailbox(tree, item, "`email`"))
      if (!hasSmtp) {
        tree.report(value.offset, {
          summary: "There is no `smtp` to send e-mail by",
          detail: "Write `smtp: {host: smtp.example.com, from: holdfast@example.com}` in `alerts`."
        })
      }
      return to === undefined ? undefined : { kind, to }
    }
  }
}
