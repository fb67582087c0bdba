/**
 * One run of one client in a process of its own: `client.ts CLIENT WORK URL COUNT`. It does the work twice, and prints
 * how long the second time took, in milliseconds: the first one is for the compiler.
 */
import { clients } from "./clients.ts"

const [name = "", work = "", url = "", count = ""] = process.argv.slice(2)
const client = clients[name]
if (client === undefined) throw new Error(`no client ${name}`)
const { close, list, reads } = await client(url)
const run = () => (work === "list" ? list(Number(count)) : reads(Number(count), 32))
await (work === "list" ? list(Number(count)) : reads(Number(count), 32))
const startedAt = performance.now()
await run()
process.stdout.write(`${performance.now() - startedAt}\n`)
await close()
