/**
 * One run of one client in a process of its own: `client.ts CLIENT WORK URL COUNT`. It does the work twice, and prints
 * how long the second time took, in milliseconds: the first one is for the compiler.
 */
import { clients } from "./clients.ts"

const [name = "", work = "", url = "", count = ""] = process.argv.slice(2)
const client = clients[name]
if (client === undefined) throw new Error(`no client ${name}`)
const { close, collect, list, reads } = await client(url)
const works: Readonly<Record<string, ((count: number) => Promise<void>) | undefined>> = {
  reads: (count) => reads(count, 32),
  list,
  collect
}
const run = works[work]
if (run === undefined) throw new Error(`${name} does no ${work}`)
await run(Number(count))
const startedAt = performance.now()
await run(Number(count))
process.stdout.write(`${performance.now() - startedAt}\n`)
await close()
