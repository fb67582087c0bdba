/**
 * The signature of a webhook: HMAC-SHA256 over the time and the body, so that neither can be changed, nor the message be sent again
 * later by somebody else.
 */
import { createHmac } from "node:crypto"

/** The headers of a request, besides its content type. */
export const signatureHeaders = (
  message: { readonly id: string; readonly event: string; readonly body: string },
  secret: string,
  /** In milliseconds since 1970. */
  now: number
): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(now / 1000))
  const signature = createHmac("sha256", secret).update(`${timestamp}.${message.body}`).digest("hex")
  return {
    "idempotency-key": message.id,
    "holdfast-event": message.event,
    "holdfast-timestamp": timestamp,
    "holdfast-signature": `v1=${signature}`
  }
}
