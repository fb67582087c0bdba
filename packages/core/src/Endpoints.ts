/**
 * Where the cloud's services are. By default those of `yandex.cloud`; `YC_ENDPOINT` names the directory of another
 * installation; `HOLDFAST_BACKUP_URL`, `HOLDFAST_COMPUTE_URL`, `HOLDFAST_IAM_URL`, `HOLDFAST_AUTH_URL` and
 * `HOLDFAST_METADATA_URL` each set one service's base URL. Plain http is refused but to this machine and the metadata
 * address, unless `HOLDFAST_PLAINTEXT` is true.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Exchange } from "./internal/Exchange.ts"
import { isLoopback } from "./internal/loopback.ts"
import { inOneLine } from "./internal/protoJson.ts"
import { Meter } from "./internal/telemetry.ts"
import { variable } from "./internal/variable.ts"
import { CurrentRetryPolicy, retry } from "./RetryPolicy.ts"
import { Transport } from "./Transport.ts"

/** The base URL of each service, without a slash at its end. */
const services = {
  backup: "https://backup.api.cloud.yandex.net",
  compute: "https://compute.api.cloud.yandex.net",
  iam: "https://iam.api.cloud.yandex.net",
  auth: "https://auth.yandex.cloud",
  metadata: "http://169.254.169.254"
} as const

/** A service whose address can be set. */
export type Service = keyof typeof services

/** Every service whose address can be set. */
export const serviceNames = Object.keys(services) as ReadonlyArray<Service>

/** The environment variable that sets a service's base URL. */
export const variableOf = (service: Service): string => `HOLDFAST_${service.toUpperCase()}_URL`

/** An address that cannot be used. */
export class EndpointsError extends Schema.TaggedError<EndpointsError>("@holdfast/core/EndpointsError")(
  "EndpointsError",
  {
    /** The environment variable at fault. */
    source: Schema.String,
    detail: Schema.String,
    /** What a person should do. */
    remedy: Schema.String
  }
) {
  override get message() {
    return `${this.source}: ${this.detail}`
  }
}

/** A base URL that a token may be sent to: https, or plain http to this machine or where `plaintext` allows it. */
const parseBaseUrl = (source: string, text: string, plaintext: boolean): Effect.Effect<string, EndpointsError> => {
  const refuse = (detail: string, remedy: string) => Effect.fail(new EndpointsError({ source, detail, remedy }))
  const example = "Give a base URL such as https://backup.api.cloud.yandex.net or http://127.0.0.1:8080."
  if (!URL.canParse(text)) return refuse("this is not an absolute URL", example)
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return refuse(`the scheme ${url.protocol} cannot carry the API`, example)
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("the URL holds a user name or password", "Leave it out: requests carry an IAM token.")
  }
  // Not `url.search`: it is empty for a lone `?`, which `href` keeps.
  if (/[?#]/.test(text)) return refuse("the URL holds a query or a fragment", example)
  const isLocal = isLoopback(url.hostname) || url.origin === services.metadata
  if (url.protocol === "http:" && !isLocal && !plaintext) {
    return refuse(
      `plain http to ${url.host} would send the token in the clear`,
      "Use https, or allow it with --plaintext (HOLDFAST_PLAINTEXT=true)."
    )
  }
  return Effect.succeed(url.href.replace(/\/+$/, ""))
}

const Directory = Schema.Struct({
  endpoints: Schema.Array(Schema.Struct({ id: Schema.String, address: Schema.String }))
})

/** The ids of the directory (`GET /endpoints`) that name our services. */
const directoryIds: Readonly<Record<string, Service>> = { backup: "backup", compute: "compute", iam: "iam" }

const readDirectory = Effect.fn("Endpoints.readDirectory")(function* (address: string, plaintext: boolean) {
  const source = "YC_ENDPOINT"
  const remedy = "Give the host of an installation's endpoint directory, such as api.cloud.yandex.net:443."
  const refuse = (detail: string) => new EndpointsError({ source, detail, remedy })
  const base = yield* parseBaseUrl(source, address.includes("://") ? address : `https://${address}`, plaintext)
  const request = { method: "GET", url: `${base}/endpoints`, maxBodyBytes: 1024 * 1024 } as const
  const exchange = new Exchange(yield* Transport, request, new Meter(base))
  const policy = yield* CurrentRetryPolicy
  const { json } = yield* Effect.mapError(
    retry(policy, (timeoutMillis) => exchange.send(timeoutMillis)),
    (error) => refuse(error.message)
  )
  const directory = yield* Schema.decodeUnknownEffect(Directory)(json).pipe(
    Effect.mapError((error) => refuse(`the directory cannot be understood: ${inOneLine(error)}`))
  )
  const found: { -readonly [S in Service]?: string } = {}
  for (const { address, id } of directory.endpoints) {
    const service = directoryIds[id]
    if (service !== undefined) found[service] = yield* parseBaseUrl(source, `https://${address}`, plaintext)
  }
  if (found.backup === undefined || found.iam === undefined) {
    return yield* refuse("the directory lists no backup or no iam service")
  }
  return found
})

/** The base URL of each service. */
export class Endpoints extends Context.Service<Endpoints, { readonly [S in Service]: string }>()(
  "@holdfast/core/Endpoints"
) {
  /** From the environment, as this module's header says; the directory is asked only where `YC_ENDPOINT` is set. */
  static readonly layer: Layer.Layer<Endpoints, EndpointsError | Config.ConfigError, Transport> = Layer.effect(
    Endpoints,
    Effect.gen(function* () {
      const isSet = (yield* variable("HOLDFAST_PLAINTEXT")) !== undefined
      const plaintext = isSet && (yield* Config.Boolean("HOLDFAST_PLAINTEXT"))
      const given: { [S in Service]?: string } = {}
      for (const service of serviceNames) {
        const address = yield* variable(variableOf(service))
        if (address !== undefined) given[service] = yield* parseBaseUrl(variableOf(service), address, plaintext)
      }
      const directory = yield* variable("YC_ENDPOINT")
      const installation = directory === undefined ? {} : yield* readDirectory(directory, plaintext)
      return Endpoints.of({ ...services, ...installation, ...given })
    })
  )

  /** Every service at one base URL, as the emulator serves them. */
  static readonly layerAt = (url: string): Layer.Layer<Endpoints> =>
    Layer.succeed(Endpoints, { backup: url, compute: url, iam: url, auth: url, metadata: url })
}
