import { generateKeyPairSync } from "node:crypto"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as ServiceAccountKey from "@holdfast/core/ServiceAccountKey"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"
import { transport, withPolicy } from "./harness.ts"

const newPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" }
  })
export const pair = newPair()
export const otherPair = newPair()

export const keyFile = (privateKey = pair.privateKey) =>
  JSON.stringify({
    id: "ajekey",
    service_account_id: "ajeaccount",
    private_key: `PLEASE DO NOT REMOVE THIS LINE!\n${privateKey}`
  })

/** A fleet that only tokens issued for the key may read. */
export const seedWith = (parts: typeof Seed.Seed.Encoded = {}) =>
  Seed.make({
    tokens: [],
    serviceAccounts: [{ id: "ajeaccount", keys: [{ id: "ajekey", publicKey: pair.publicKey }] }],
    resources: Array.from({ length: 20 }, (_, index) => ({ computeInstanceId: `vm-${index}` })),
    ...parts
  })

/** The client with a key file's credentials at `url`, and the credentials. */
export const clientWithKeyAt = (url: string, privateKey?: string) =>
  CloudBackup.layerNoDeps.pipe(
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(ServiceAccountKey.parse(keyFile(privateKey), "key.json"), (key) =>
          Credentials.layerServiceAccountKey(key)
        )
      )
    ),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(transport)
  )

/** Test time starts in 2026; nothing sleeps in it, since an attempt is not repeated. */
export const withClient =
  (parts?: typeof Seed.Seed.Encoded, privateKey?: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.andThen(
      TestClock.setTime(Date.parse("2026-03-05T12:00:00Z")),
      Effect.provide(
        effect,
        Layer.unwrap(Effect.map(Emulator, ({ url }) => clientWithKeyAt(url, privateKey))).pipe(
          Layer.provideMerge(Emulator.layer(seedWith(parts)))
        )
      )
    ).pipe(withPolicy({ maxAttempts: 1 }))
