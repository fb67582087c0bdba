/** Runs of the clients, each in a process of its own. */
import { node } from "./measure.ts"
import { program } from "./scenario.ts"

/** How many resources a client reads in a second. */
export const perSecond = (client: string, work: "reads" | "list" | "collect", url: string, count: number): number =>
  (count * 1_000) / Number(node([program("client"), client, work, url, String(count)]))
