/**
 * Flags that say where the services are and whom to trust. The core reads the same from the environment, where these flags are
 * put over it.
 */
import { type Service, serviceNames, variableOf } from "@holdfast/core/Endpoints"
import type { Flag } from "./CommandLine.ts"
import { text, toggle, twin } from "./flags.ts"

/** A text that the core would read from the environment. */
const setting = (name: string, metavar: string, description: string): Flag<string | undefined> =>
  text(name, description, undefined, { metavar })

const address = (service: Service) =>
  setting(`${service}-url`, "url", `Base URL of the ${service} service [${variableOf(service)}]`)

/** All of them. */
export const flags = {
  caFile: setting("ca-file", "file", `Certificates (PEM) to trust beside the machine's own [${twin("ca-file")}]`),
  plaintext: toggle("plaintext", "Allow plain http to hosts other than this one: the token travels in the clear"),
  backupUrl: address("backup"),
  computeUrl: address("compute"),
  iamUrl: address("iam"),
  authUrl: address("auth"),
  metadataUrl: address("metadata")
}

export type Addresses = { readonly plaintext: boolean; readonly caFile: string | undefined } & {
  readonly [S in Service as `${S}Url`]: string | undefined
}

/** The flags that were given, as the environment variables that they stand for. */
export const addressVariables = (addresses: Addresses): Readonly<Record<string, string>> => ({
  // Also where it is not: --no-plaintext wins over the environment.
  HOLDFAST_PLAINTEXT: String(addresses.plaintext),
  ...(addresses.caFile === undefined ? {} : { [twin("ca-file")]: addresses.caFile }),
  ...Object.fromEntries(
    serviceNames.flatMap((service) => {
      const url = addresses[`${service}Url`]
      return url === undefined ? [] : [[variableOf(service), url]]
    })
  )
})
