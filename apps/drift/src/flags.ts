/**
 * Flags that commands share. Each has a `HOLDFAST_*` twin in the environment; the flag wins.
 */
import { relative } from "node:path"
import { type Service, serviceNames, variableOf } from "@holdfast/core/Endpoints"
import { parseDuration } from "@holdfast/manifest/Expectations"
import * as Config from "effect/Config"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"

/**
 * A path as people name it, from the absolute one that the command line makes of it: relative below this directory. `-`
 * and patterns come back as they were.
 */
export const asNamed = (absolute: string): string => {
  const inside = relative(process.cwd(), absolute)
  return inside === "" || inside.startsWith("..") ? absolute : inside
}

/** Manifest files; `backup.yaml` where none is named. */
export const files = Argument.Path("files").pipe(
  Argument.withDescription(
    'Manifests: paths, patterns in quotes ("env/*.yaml"), or - for standard input. Default: backup.yaml'
  ),
  Argument.variadic(),
  Argument.map((paths) => (paths.length === 0 ? ["backup.yaml"] : paths.map(asNamed)))
)

/** An on/off flag, off by default. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(
    Flag.withDescription(`${description} [${twin(name)}]`),
    Flag.withFallbackConfig(Config.Boolean(twin(name))),
    Flag.withDefault(false)
  )

/** The environment's twin of a flag. */
export const twin = (name: string): string => `HOLDFAST_${name.toUpperCase().replaceAll("-", "_")}`

export const format = Flag.Literals("format", ["pretty", "json"]).pipe(
  Flag.withDescription(`How the result is written [${twin("format")}]. Default: pretty`),
  Flag.withFallbackConfig(Config.Literals(["pretty", "json"], twin("format"))),
  Flag.withDefault("pretty")
)

/** Tri-state: given, denied, or left to the terminal. */
export const color = Flag.Boolean("color").pipe(
  Flag.withDescription(
    `Colour, or none (--no-color) [${twin("color")}]. Default: NO_COLOR, FORCE_COLOR, then whether it is a terminal`
  ),
  Flag.withFallbackConfig(Config.Boolean(twin("color"))),
  Flag.optional,
  Flag.map(Option.getOrUndefined)
)

export const quiet = toggle("quiet", "Print no report and no progress: only errors, and the exit code")

export const verbose = toggle("verbose", "Also list the resources that are in sync, each with its reason").pipe(
  Flag.withAlias("v")
)

export const output = Flag.Path("output").pipe(
  Flag.withMetavar("file"),
  Flag.withDescription(`Write the result to this file instead of standard output [${twin("output")}]`),
  Flag.withFallbackConfig(Config.String(twin("output"))),
  Flag.optional,
  Flag.map(Option.match({ onNone: () => undefined, onSome: asNamed }))
)

/** A duration in milliseconds. */
export const timeout = Flag.String("timeout").pipe(
  Flag.withMetavar("duration"),
  Flag.withDescription(`How long the whole run may take, such as 90s or 10m [${twin("timeout")}]. Default: 10m`),
  Flag.withFallbackConfig(Config.String(twin("timeout"))),
  Flag.withDefault("10m"),
  Flag.filterMap(
    (text) => Option.fromUndefinedOr(parseDuration(text)),
    (text) => `Expected a duration such as 90s or 10m, and this is "${text}"`
  )
)

export const concurrency = Flag.Int("concurrency").pipe(
  Flag.withMetavar("count"),
  Flag.withDescription(`How many resources are read at a time, 1 to 256 [${twin("concurrency")}]. Default: 16`),
  Flag.withFallbackConfig(Config.Int(twin("concurrency"))),
  Flag.withDefault(16),
  Flag.filter(
    (count) => count >= 1 && count <= 256,
    (count) => `Expected a whole number from 1 to 256, and this is ${count}`
  )
)

export const retryPolicy = Flag.Literals("retry-policy", ["standard", "patient", "none"]).pipe(
  Flag.withDescription(
    `How failed requests are repeated: standard for a gate, patient for nightly jobs, none [${twin("retry-policy")}]. Default: standard`
  ),
  Flag.withFallbackConfig(Config.Literals(["standard", "patient", "none"], twin("retry-policy"))),
  Flag.withDefault("standard")
)

export const emulate = Flag.Path("emulate").pipe(
  Flag.withMetavar("seed"),
  Flag.withDescription(
    `Read from an emulator in this process, seeded from this file, instead of the cloud [${twin("emulate")}]`
  ),
  Flag.withFallbackConfig(Config.String(twin("emulate"))),
  Flag.optional,
  Flag.map(Option.match({ onNone: () => undefined, onSome: asNamed }))
)

const address = (service: Service) =>
  Flag.String(`${service}-url`).pipe(
    Flag.withMetavar("url"),
    Flag.withDescription(`Base URL of the ${service} service [${variableOf(service)}]`),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  )

/** Where the services are and whom to trust: read by the core from the environment, where these flags are put over it. */
export const addresses = {
  caFile: Flag.String("ca-file").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription(`Certificates (PEM) to trust beside the machine's own [${twin("ca-file")}]`),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
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
  ...(addresses.plaintext ? { HOLDFAST_PLAINTEXT: "true" } : {}),
  ...(addresses.caFile === undefined ? {} : { [twin("ca-file")]: addresses.caFile }),
  ...Object.fromEntries(
    serviceNames.flatMap((service) => {
      const url = addresses[`${service}Url`]
      return url === undefined ? [] : [[variableOf(service), url]]
    })
  )
})
