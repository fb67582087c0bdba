/** A process that opens the database at its first argument, and closes it. */
import { Effect } from "effect"
import { connect } from "./connect.ts"

await Effect.runPromise(Effect.provide(Effect.void, connect(process.argv[2] ?? "")))
