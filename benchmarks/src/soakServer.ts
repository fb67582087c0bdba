/**
 * The server of the soak: an emulator in a process of its own, in constant trouble. Prints its address.
 */
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect, Layer } from "effect"

const seed = Seed.make({
  resources: Array.from({ length: 1_000 }, (_, index) => ({ computeInstanceId: `vm-${index}`, enabled: true })),
  faults: [
    { fault: "unavailable", probability: 0.05 },
    { fault: "rate_limited", probability: 0.02 },
    { fault: "reset_before_headers", probability: 0.03 },
    { fault: "reset", probability: 0.02 },
    { fault: "truncated", probability: 0.02 },
    { fault: "stall", probability: 0.001 },
    { fault: "html", probability: 0.005 },
    { fault: "latency", delay: "2ms", probability: 0.2 }
  ]
})

const announce = Effect.flatMap(Emulator, ({ url }) => Effect.sync(() => process.stdout.write(`${url}\n`)))

Effect.runFork(Layer.launch(Layer.effectDiscard(announce).pipe(Layer.provide(Emulator.layer(seed)))))
