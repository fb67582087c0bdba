/**
 * Faults of what an answer says: each changes its bytes.
 */
import { gzipSync } from "node:zlib"
import type { Fault, FaultKind } from "./Fault.ts"
import { textOf, type Wire } from "./Wire.ts"

type Change = (wire: Wire, fault: Fault) => Wire

const json = { "content-type": "application/json" }

const good = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Wire => ({
  status: 200,
  headers: { ...json, ...headers },
  body
})

const page = (status: number, title: string): Wire => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
})

/** `wire` with another text as its body; its headers, the request id among them, stay. */
const withText = (wire: Wire, change: (text: string) => string): Wire => ({ ...wire, body: change(textOf(wire)) })

/** Puts `fields`, as JSON text, before the first field of the JSON object, or of each item of the list, in the answer. */
const withFields = (wire: Wire, fields: string): Wire =>
  withText(wire, (text) => text.replace(/\{("computeInstanceId"|"id")/g, `{${fields},$1`))

/** Unpacks to 128 MiB of blanks around an empty object. */
const bomb = () => gzipSync(Buffer.concat([Buffer.alloc(128 * 1024 * 1024, " "), Buffer.from("{}")]))
let packedBomb: Uint8Array | undefined

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`

export const contentFaults: Partial<Readonly<Record<FaultKind, Change>>> = {
  truncated: (wire) => withText(wire, (text) => text.slice(0, Math.ceil(text.length / 2))),
  invalid_json: (wire) => withText(wire, (text) => text.replace(":", "=")),
  invalid_utf8: (wire) => {
    const text = Buffer.from(textOf(wire))
    const end = text.lastIndexOf('"')
    return { ...wire, body: Buffer.concat([text.subarray(0, end), Buffer.from([0xff, 0xfe]), text.subarray(end)]) }
  },
  duplicate_keys: (wire) =>
    withText(wire, (text) => text.replace(/("computeInstanceId"|"id"):/, '"enabled":true,"enabled":false,$1:')),
  proto_key: (wire) => withFields(wire, '"__proto__":{"enabled":true,"online":true}'),
  gzip_garbage: (wire) => ({ ...wire, headers: { ...wire.headers, "content-encoding": "gzip" } }),
  gzip_bomb: (wire) => {
    packedBomb ??= bomb()
    return { ...wire, headers: { ...wire.headers, "content-encoding": "gzip" }, body: packedBomb }
  },
  encodings: (wire) => {
    let body: Uint8Array = Buffer.from(textOf(wire))
    for (let round = 0; round < 5; round++) body = gzipSync(body)
    return { ...wire, headers: { ...wire.headers, "content-encoding": "gzip, gzip, gzip, gzip, gzip" }, body }
  },
  wrong_type: (wire) => ({ ...wire, headers: { ...wire.headers, "content-type": "text/html; charset=utf-8" } }),
  empty: (wire) => ({ ...wire, body: "" }),
  html: () => page(200, "Sign in to the network"),
  bad_gateway: () => page(502, "502 Bad Gateway"),
  proxy_auth: () => page(407, "Proxy Authentication Required"),
  empty_object: () => good("{}"),
  empty_resource: (wire) => {
    const body: unknown = JSON.parse(textOf(wire))
    const list = Object.keys(body as object).find((key) => Array.isArray((body as Record<string, unknown>)[key]))
    return good(list === undefined ? '{"resource":{}}' : JSON.stringify({ [list]: [{}] }))
  },
  mismatch: (wire) =>
    withText(wire, (text) => text.replace(/"computeInstanceId":"[^"]*"/, '"computeInstanceId":"another"')),
  fields: (wire, { fields = {} }) => {
    const text = Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    const without = Object.keys(fields).reduce(
      (rest, name) =>
        withText(rest, (body) => body.replace(new RegExp(`,?"${name}":("[^"]*"|\\{[^{}]*\\}|[\\w.+-]+)`, "g"), "")),
      wire
    )
    return withFields(without, text.join(","))
  },
  answer: (_, { body = "", headers = json, status = 200 }) => ({ status, headers, body }),
  huge_headers: (wire) => ({ ...wire, headers: { ...wire.headers, "x-filler": "x".repeat(1024 * 1024) } }),
  many_fields: (wire) => withFields(wire, Array.from({ length: 100_000 }, (_, index) => `"f${index}":1`).join(",")),
  many_values: (wire) => withFields(wire, `"values":[${"[],".repeat(299_999)}[]]`),
  deep_json: (wire) => withFields(wire, `"deep":${nested(10_000)}`)
}
