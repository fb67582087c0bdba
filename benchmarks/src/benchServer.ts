/**
 * The server of the benchmarks, in a process of its own: it answers as Cloud Backup does, from bytes made beforehand, and does
 * little else, so that it is not what is measured. Prints its address.
 */
import { createServer } from "node:net"

/** A resource as the service sends one: 14 fields. */
const resource = (id: string) =>
  JSON.stringify({
    computeInstanceId: id,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-06-01T00:00:00.123456Z",
    online: true,
    enabled: true,
    status: "IDLE",
    statusDetails: "",
    statusProgress: "0",
    isActive: true,
    initStatus: "REGISTRED",
    type: "COMPUTE",
    lastBackupTime: "2026-06-01T00:00:00Z",
    nextBackupTime: "2026-06-02T00:00:00Z",
    resourceId: "0b1e9b8c-8e0a-4f6e-9d0d-0f0f0f0f0f0f"
  })

const [before, after] = resource("|").split("|") as [string, string]
const disabled = after.replace('"enabled":true', '"enabled":false')

const answer = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: r1\r\ncontent-length: ${body.length}\r\n\r\n${body}`

const pageSize = 1_000
const total = Number(process.env.HOLDFAST_BENCH_FOLDER ?? 100_000)

/** One of so many has drifted; none where it is 0. Pages are then made when they are asked for: a large folder is too much to keep. */
const driftEvery = Number(process.env.HOLDFAST_BENCH_DRIFT ?? 0)

/** The page that begins at `start`. */
const page = (start: number): string => {
  const end = Math.min(start + pageSize, total)
  const resources = Array.from({ length: end - start }, (_, index) => {
    const number = start + index
    return `${before}vm-${number}${driftEvery > 0 && number % driftEvery === 0 ? disabled : after}`
  })
  const next = end < total ? `,"nextPageToken":"${end}"` : ""
  return answer(`{"resources":[${resources.join(",")}]${next}}`)
}

const pages = new Map<number, string>()
if (driftEvery === 0) for (let start = 0; start < total; start += pageSize) pages.set(start, page(start))

/** A state as Terraform keeps it, which says the same of a resource. */
const state = answer(
  JSON.stringify({
    version: 4,
    terraform_version: "1.11.4",
    serial: 1,
    lineage: "9a9e9c8c-8e0a-4f6e-9d0d-0f0f0f0f0f0f",
    outputs: { enabled: { value: true, type: "bool" } },
    resources: []
  })
)

/** The answer to the request whose first line begins `head`. */
const respond = (head: string): string => {
  const path = head.slice(4, head.indexOf(" ", 4))
  if (path.startsWith("/state/")) return state
  const query = path.indexOf("?")
  if (query < 0) return answer(`{"resource":${before}${path.slice(path.lastIndexOf("/") + 1)}${after}}`)
  if (path.endsWith("?includeTenantInfo=true")) {
    const id = path.slice(path.lastIndexOf("/") + 1, query)
    return answer(`{"resource":${before}${id}${after.slice(0, -1)},"tenantInfo":{"folderId":"b1g"}}}`)
  }
  const start = Number(new URLSearchParams(path.slice(query)).get("pageToken") ?? 0)
  return pages.get(start) ?? page(start)
}

const server = createServer((socket) => {
  let rest = ""
  socket.setNoDelay(true)
  socket.on("error", () => socket.destroy())
  socket.on("data", (chunk) => {
    rest += chunk.toString("latin1")
    let out = ""
    for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
      out += respond(rest)
      rest = rest.slice(end + 4)
    }
    if (out !== "") socket.write(out, "latin1")
  })
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address === "object" && address !== null) process.stdout.write(`http://127.0.0.1:${address.port}\n`)
})

// Whoever has started this server is gone.
process.stdin.on("end", () => process.exit()).resume()
