/**
 * What every request of ours carries, whatever sends it.
 */
import * as Redacted from "effect/Redacted"
import manifest from "../../package.json" with { type: "json" }
import type { TransportRequest } from "../Transport.ts"

/** How this client names itself to the service. */
const userAgent = `holdfast/${manifest.version}`

/** The headers of a request, but for `Authorization`, and its body. */
export const wireOf = (request: TransportRequest) => {
  const headers: { [name: string]: string } = {
    accept: "application/json",
    // A body that is packed could unpack to any size.
    "accept-encoding": "identity",
    "user-agent": userAgent,
    "x-client-request-id": request.clientRequestId,
    ...request.headers
  }
  if (request.json !== undefined) {
    headers["content-type"] = "application/json"
    return { headers, body: JSON.stringify(Redacted.value(request.json)) }
  }
  if (request.form !== undefined) {
    headers["content-type"] = "application/x-www-form-urlencoded"
    return { headers, body: new URLSearchParams(Redacted.value(request.form)).toString() }
  }
  return { headers, body: undefined }
}
