/** Where telemetry goes in tests. */
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

/** A collector of OTLP that answers after a while, and what it was sent. */
export const collector = (delayMillis = 0) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly received: Map<string, Buffer>; readonly close: () => void }>(
      (resume) => {
        const received = new Map<string, Buffer>()
        const server = Http.createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const path = request.url ?? ""
            received.set(path, Buffer.concat([received.get(path) ?? Buffer.alloc(0), ...chunks]))
            setTimeout(() => response.end(), delayMillis).unref()
          })
        })
        server.listen(0, "127.0.0.1", () =>
          resume(
            Effect.succeed({
              url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
              received,
              close: () => {
                server.close()
                server.closeAllConnections()
              }
            })
          )
        )
      }
    ),
    ({ close }) => Effect.sync(close)
  )
