/**
 * A process that writes: `writer.ts ADDRESS TRANSACTIONS NAME`. Each transaction reads, then adds ten rows and counts itself.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { connect } from "./connect.ts"

const [address = "", transactions = "0", name = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const sql = yield* SqlClient
  const transaction = (index: number) =>
    sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`SELECT n FROM counter`
        yield* sql`UPDATE counter SET n = n + 1`
        yield* Effect.forEach(
          Array.from({ length: 10 }, (_, row) => `${name}/${index}/${row}`),
          (id) => sql`INSERT INTO entry ${sql.insert({ id })}`
        )
      })
    )
  for (let index = 0; index < Number(transactions); index++) {
    yield* transaction(index)
    process.stdout.write(".")
  }
})

await Effect.runPromise(Effect.provide(program, connect(address)))
