/**
 * From what Node, undici and TLS throw to the `TransportError` that it means.
 */
import { TransportError, type TransportResponse } from "../Transport.ts"

/** What can be seen of a connection; that the time is up is the transport's own to say. */
type Reason = Exclude<TransportError["reason"], "late">

const reasons: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ETIMEDOUT: "unreachable",
  UND_ERR_CONNECT_TIMEOUT: "unreachable",
  ENOTFOUND: "dns",
  EAI_AGAIN: "resolver",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  EMFILE: "exhausted",
  ENFILE: "exhausted",
  ENOBUFS: "exhausted",
  EADDRNOTAVAIL: "exhausted",
  UND_ERR_ABORTED: "proxy",
  UND_ERR_PRX_CONN: "proxy",
  UND_ERR_PRX_TLS: "proxy",
  UND_ERR_HEADERS_OVERFLOW: "too_large",
  HPE_HEADER_OVERFLOW: "too_large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "truncated"
}

const sentences: Readonly<Record<Reason, string>> = {
  refused: "nothing listens at that address",
  unreachable: "the address cannot be reached",
  dns: "the host name does not exist",
  resolver: "the name server does not answer",
  tls: "the server's certificate or protocol cannot be trusted",
  reset: "the connection was closed before the whole answer had come",
  exhausted: "this machine has no files, memory or ports left for another connection",
  proxy: "the proxy did not let the connection through",
  other: "no answer could be read",
  truncated: "the body ended before its end",
  too_large: "the answer is too large",
  not_utf8: "the body is not UTF-8 text",
  encoded: "the body is in an encoding that was not asked for"
}

/** The first system or TLS error code in a chain of causes, as Node and undici nest them. */
const codeOf = (cause: unknown, depth = 0): string | undefined => {
  if (typeof cause !== "object" || cause === null || depth > 8) return undefined
  // A failure on the way to the proxy says so itself; what it wraps would read as the service's.
  if ("code" in cause && typeof cause.code === "string") return cause.code
  if ("errors" in cause && Array.isArray(cause.errors)) {
    const code = codeOf(cause.errors[0], depth + 1)
    if (code !== undefined) return code
  }
  return "cause" in cause ? codeOf(cause.cause, depth + 1) : undefined
}

const tlsCode =
  /^(CERT_|CRL_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/

const reasonOf = (code: string | undefined): Reason =>
  code === undefined ? "other" : tlsCode.test(code) ? "tls" : (reasons[code] ?? "other")

/** The failure that `reason` names, with what is known beside it. */
export const failure = (reason: Reason, note?: string): TransportError =>
  new TransportError({ reason, detail: sentences[reason] + (note === undefined ? "" : ` (${note})`) })

/** The failure that `cause` means. `hasHead`: the head of the answer had come, so that a mere end cuts its body short. */
export const fromCause = (cause: unknown, hasHead: boolean): TransportError => {
  const code = codeOf(cause)
  // The peer has ended the connection in good order, and too early.
  if (code === "UND_ERR_SOCKET" && hasHead) return failure("truncated", code)
  return failure(reasonOf(code), code)
}

/** The failure of an answer that has not come whole within `limit` milliseconds. */
export const late = (limit: number): TransportError =>
  new TransportError({ reason: "late", detail: `no whole answer within ${Math.ceil(limit)} ms` })

/** The failure of a body of more than `limit` bytes. */
export const tooLarge = (limit: number): TransportError => failure("too_large", `more than ${limit} bytes`)

const utf8 = new TextDecoder("utf-8", { fatal: true })
const lenient = new TextDecoder()

/** The encoding of a body that has one: it could unpack to any size, and was not asked for. */
const encodingOf = (headers: Head["headers"]): string | undefined => {
  const encoding = headers["content-encoding"]?.trim() ?? ""
  return encoding === "" || /^identity$/i.test(encoding) ? undefined : encoding.slice(0, 60)
}

/** What of an answer comes before its body. */
export type Head = Pick<TransportResponse, "status" | "headers">

/** What is wrong with an answer already by its head. */
export const flawOfHead = ({ headers, status }: Head): TransportError | undefined => {
  const encoding = encodingOf(headers)
  return encoding === undefined || status !== 200 ? undefined : failure("encoded", encoding)
}

const joined = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const [first] = chunks
  if (first !== undefined && first.length === size) return first
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/**
 * The text of a body of `size` bytes, or `undefined` where it is not UTF-8. The body of an error only explains the status: one
 * that cannot be read must not hide it.
 */
export const textOf = (chunks: ReadonlyArray<Uint8Array>, size: number, head: Head): string | undefined => {
  if (head.status !== 200) return encodingOf(head.headers) === undefined ? lenient.decode(joined(chunks, size)) : ""
  try {
    return utf8.decode(joined(chunks, size))
  } catch {
    return undefined
  }
}
