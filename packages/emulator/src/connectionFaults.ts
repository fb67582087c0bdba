/**
 * Faults of the connection: each takes the socket into its own hands and sends what no honest server would.
 */
import { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { Fault, FaultKind } from "./Fault.ts"
import { type Answer, fromResponse, textOf } from "./Wire.ts"

/** An answer about to be spoilt. */
interface Spoilt {
  readonly head: string
  readonly body: string
  readonly fault: Fault
  /** Resets the connection. */
  readonly reset: () => void
}

/** Sends what it has to, and returns how to stop where that takes a while. */
type Send = (socket: Socket, answer: Spoilt) => (() => void) | undefined

/** Sends `text`, then does `next`. */
const write = (socket: Socket, text: string, next: (error?: Error | null) => void = () => undefined): undefined =>
  void socket.write(text, next)

/** Sends `text`, then ends the connection in good order. */
const end = (socket: Socket, text: string): undefined => void socket.end(text)

const framed = (body: string, length = Buffer.byteLength(body)): string => `content-length: ${length}\r\n\r\n`

/** Half of a text, but never none or all of it. */
const half = (text: string): string => text.slice(0, Math.max(1, Math.floor(text.length / 2)))

/** Sends `text` a byte each `delay` milliseconds. */
const slowly = (socket: Socket, text: string, delay: number): (() => void) => {
  let sent = 0
  const timer = setInterval(() => {
    if (sent >= text.length || socket.destroyed) clearInterval(timer)
    else socket.write(text[sent++] ?? "")
  }, delay)
  return () => clearInterval(timer)
}

const sends: Partial<Readonly<Record<FaultKind, Send>>> = {
  reset_before_headers: (_, { reset }) => void reset(),
  reset_mid_headers: (socket, { head, reset }) => write(socket, half(head), reset),
  reset: (socket, { body, head, reset }) => write(socket, head + framed(body) + half(body), reset),
  slow_headers: (socket, { body, fault, head }) => slowly(socket, head + framed(body) + body, fault.delay),
  slow_body: (socket, { body, fault, head }) => {
    socket.write(head + framed(body))
    return slowly(socket, body, fault.delay)
  },
  stall: (socket, { body, head }) => write(socket, head + framed(body)),
  short_body: (socket, { body, head }) => end(socket, head + framed(body) + half(body)),
  cut_chunk: (socket, { body, head }) =>
    end(socket, `${head}transfer-encoding: chunked\r\n\r\n${Buffer.byteLength(body).toString(16)}\r\n${half(body)}`),
  long_body: (socket, { body, head }) => end(socket, head + framed(body, Math.floor(body.length / 2)) + body),
  endless_body: (socket, { head }) => {
    const block = `10000\r\n${" ".repeat(65_536)}\r\n`
    // A write that fails calls back, too: to a connection that is being closed they would go on for ever.
    const more = (error?: Error | null) => {
      if (!error && socket.writable) socket.write(block, more)
    }
    return write(socket, `${head}transfer-encoding: chunked\r\n\r\n`, more)
  }
}

/** The head of an answer, up to where its framing would follow. */
const headOf = (answer: ReturnType<typeof fromResponse>): string => {
  const { "content-length": _, ...headers } = answer.headers
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${answer.status} Answer\r\n${lines.join("")}`
}

/** Connections that have carried an answer. */
const served = new WeakSet<Socket>()

/** Closes a connection that has served before; one that has not serves now. */
const closeReused = (answer: Answer): Answer =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const { socket } = NodeHttpServerRequest.toServerResponse(request)
    if (socket === null) return answer
    if (!served.has(socket)) {
      served.add(socket)
      return answer
    }
    socket.destroy()
    return Effect.never
  })

/** `answer` as `fault` sends it, where that is a fault of the connection. `reset` resets a socket, also below TLS. */
export const sendBadly = (fault: Fault, answer: Answer, reset: (socket: Socket) => void): Answer | undefined => {
  if (fault.fault === "close_reused") return closeReused(answer)
  const send = sends[fault.fault]
  if (send === undefined) return undefined
  return Effect.flatMap(Effect.zip(HttpServerRequest.HttpServerRequest, answer), ([request, response]) =>
    Effect.callback<never>(() => {
      const raw = NodeHttpServerRequest.toServerResponse(request)
      const { socket } = raw
      if (!(raw instanceof ServerResponse) || socket === null) return
      const wire = fromResponse(response)
      const stop = send(socket, { head: headOf(wire), body: textOf(wire), fault, reset: () => reset(socket) })
      return Effect.sync(() => stop?.())
    })
  )
}
