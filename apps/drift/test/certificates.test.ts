import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as certificates from "../../../packages/emulator/test/certificates.ts"
import { directory, drift, manifestOf } from "./drift.ts"

/** A server that nobody should trust; what it is asked. */
const imposter = Effect.acquireRelease(
  Effect.callback<{ readonly server: Https.Server; readonly asked: Array<string> }>((resume) => {
    const asked: Array<string> = []
    const server = Https.createServer(certificates.unknown, (request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`)
      response.end("{}")
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, asked })))
  }),
  ({ server }) => Effect.sync(() => server.close().closeAllConnections())
)

describe("a certificate that nobody vouches for", () => {
  it.live.each([
    ["by itself", {}],
    ["where Node is told to trust anybody", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }]
  ] as const)("ends the run before the token is sent, %s", ([, env]) =>
    Effect.gen(function* () {
      const { asked, server } = yield* imposter
      const url = `https://localhost:${(server.address() as AddressInfo).port}`
      const cwd = directory({ "backup.yaml": manifestOf(2) })
      const { code, stdout } = yield* drift(["check", "--format", "json", "--retry-policy", "none"], {
        cwd,
        env: { HOLDFAST_BACKUP_URL: url, YC_IAM_TOKEN: "t1.canary", ...env }
      })
      assert.deepStrictEqual(asked, [])
      assert.strictEqual(code, 1)
      assert.include(stdout, "--ca-file")
    }).pipe(Effect.scoped)
  )
})
