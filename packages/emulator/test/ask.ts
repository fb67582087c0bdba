import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"
import { uuid } from "./harness.ts"

export const authorization = `Bearer ${Seed.defaultToken}`
export const list = "/backup/v1/resources"

/** A `google.rpc.Status`, as errors are answered. */
const Status = Schema.Struct({
  code: Schema.Int,
  message: Schema.String,
  details: Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
})

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body parsed. Each test knows its shape. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly json: any
}

/** Asks the emulator for `path`, with its token unless `init` has other headers. */
export const ask = (path: string, init?: RequestInit) =>
  Effect.flatMap(Emulator, ({ url }) =>
    Effect.promise(async (): Promise<Reply> => {
      const response = await fetch(`${url}${path}`, { headers: { authorization }, ...init })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        text,
        get json() {
          return JSON.parse(text)
        }
      }
    })
  )

/** Asserts that `reply` is the service's own error, and returns its fields at fault. */
export const failure = (reply: Reply, status: number, code: number): unknown => {
  assert.strictEqual(reply.status, status, reply.text)
  const body = Schema.decodeUnknownSync(Status)(reply.json)
  const requestId = reply.headers.get("x-request-id") ?? ""
  assert.strictEqual(body.code, code)
  assert.notStrictEqual(body.message, "")
  assert.match(requestId, uuid)
  assert.deepStrictEqual(body.details[0], { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId })
  return body.details.find((detail) => detail["@type"] === "type.googleapis.com/google.rpc.BadRequest")?.fieldViolations
}

export const withSeed = (seed: typeof Seed.Seed.Encoded) => Effect.provide(Emulator.layer(Seed.make(seed)))

export const fleet = (size: number, folderId = "b1g") =>
  Array.from({ length: size }, (_, index) => ({
    computeInstanceId: `vm-${index}`,
    folderId,
    type: index % 2 === 0 ? "COMPUTE" : "BMS"
  }))

export const ids = (reply: Reply): Array<string> =>
  reply.json.resources.map(({ computeInstanceId }: { computeInstanceId: string }) => computeInstanceId)
