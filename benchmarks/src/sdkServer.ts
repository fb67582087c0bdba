/**
 * The resource service over gRPC and TLS, for the vendor's SDK. Prints its address and the file of its certificate.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Server, ServerCredentials } from "@grpc/grpc-js"
import { Resource } from "@yandex-cloud/nodejs-sdk/backup-v1/resource"
import * as ResourceService from "@yandex-cloud/nodejs-sdk/backup-v1/resource_service"
import { newCertificate } from "./certificate.ts"
import { newDirectory } from "./scenario.ts"

const { certificate, key } = await newCertificate("localhost")
const path = join(newDirectory(), "certificate.pem")
writeFileSync(path, certificate)

const resource = Resource.fromPartial({
  createdAt: new Date("2026-01-01T00:00:00Z"),
  updatedAt: new Date("2026-06-01T00:00:00.123Z"),
  online: true,
  enabled: true,
  status: 1,
  isActive: true,
  initStatus: 2,
  type: 1,
  lastBackupTime: new Date("2026-06-01T00:00:00Z"),
  nextBackupTime: new Date("2026-06-02T00:00:00Z"),
  resourceId: "0b1e9b8c-8e0a-4f6e-9d0d-0f0f0f0f0f0f"
})

const server = new Server()
const { get } = ResourceService.ResourceServiceService
server.addService(
  { get },
  {
    get: (
      call: { readonly request: { readonly computeInstanceId: string } },
      callback: (error: null, answer: unknown) => void
    ) => callback(null, { resource: { ...resource, computeInstanceId: call.request.computeInstanceId } })
  }
)
const credentials = ServerCredentials.createSsl(null, [
  { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) }
])
server.bindAsync("127.0.0.1:0", credentials, (error, port) => {
  if (error !== null) throw error
  process.stdout.write(`localhost:${port} ${path}\n`)
})

// Whoever has started this server is gone.
process.stdin.on("end", () => process.exit()).resume()
