/**
 * Variables of the environment, by the context's `ConfigProvider`.
 *
 * What is text needs no schema, and `Config` makes one for each variable: some twenty are asked for before the first request.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** The text of a variable without the spaces around it; `undefined` where nothing is left: CI passes empty ones for missing ones. */
export const variable = (name: string): Effect.Effect<string | undefined, Config.ConfigError> =>
  Effect.flatMap(ConfigProvider.ConfigProvider, (provider) =>
    Effect.mapBoth(provider.load([name]), {
      onFailure: (error) => new Config.ConfigError(error),
      onSuccess: (node) => node?.value?.trim() || undefined
    })
  )

/** The same, of a variable that holds a secret. */
export const secretVariable = (name: string): Effect.Effect<Redacted.Redacted | undefined, Config.ConfigError> =>
  Effect.map(variable(name), (text) => (text === undefined ? undefined : Redacted.make(text)))
