import { alternate, startServer } from "../measure.ts"
import { perSecond } from "../runs.ts"
import { type Result, ratioOf } from "../scenario.ts"
import { startSdkServer } from "../sdk.ts"

/** 20,000 resources read one by one, 32 at a time. */
export const reads = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer({ folder: 1 })
  const sdk = await startSdkServer()
  const run = (name: string, at: string, count: number) => () => perSecond(name, "reads", at, count)
  const figures = alternate(
    {
      "drift's check, by its packages": run("ours", url, 20_000),
      "plain undici.request": run("plain", url, 20_000),
      "plain undici dispatch": run("dispatch", url, 20_000),
      "Effect's HttpClient on undici": run("effect", url, 5_000),
      "the vendor's SDK (gRPC over TLS)": run("sdk", sdk.url, 5_000)
    },
    9
  )
  stop()
  sdk.stop()
  const ours = figures["drift's check, by its packages"]
  return [
    {
      scenario: "reads",
      unit: "per second",
      figures,
      ratios: [
        ratioOf("20,000 GETs ÷ plain undici.request", [ours, figures["plain undici.request"]], "at least", 0.8, 0.95),
        ratioOf("the same ÷ the vendor's SDK", [ours, figures["the vendor's SDK (gRPC over TLS)"]], "at least", 2, 4)
      ],
      notes: [
        "The slower two read 5,000. Over TLS, as the SDK goes, ours has more to do than here; the SDK can go no other way."
      ]
    }
  ]
}
