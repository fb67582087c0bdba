/**
 * The vendor's SDK, against a local server of its own protocol.
 */
import { readFileSync } from "node:fs"
import { Session } from "@yandex-cloud/nodejs-sdk"
import * as ResourceService from "@yandex-cloud/nodejs-sdk/backup-v1/resource_service"
import { start } from "./measure.ts"
import { program } from "./scenario.ts"

/** Starts the server: its address, and the file of the certificate that it shows, in one text. */
export const startSdkServer = () => start(program("sdkServer"))

/** A client of the server at `url`. */
export const sdkClient = (url: string, iamToken: string) => {
  const [address = "", certificate = ""] = url.split(" ")
  const session = new Session({ iamToken, ssl: { rootCerts: readFileSync(certificate) } })
  const client = session.client(ResourceService.ResourceServiceClient, address)
  return {
    readResource: async (computeInstanceId: string) => {
      const { resource } = await client.get(ResourceService.GetResourceRequest.fromPartial({ computeInstanceId }))
      if (resource === undefined) throw new Error("an answer without a resource")
      return resource
    }
  }
}
