/**
 * The clients over a file of `drift snapshot`; loaded only where one is named.
 */
import * as Recorded from "@holdfast/check/recorded"
import { Snapshot } from "@holdfast/check/Snapshot"
import * as Effect from "effect/Effect"
import { readJson } from "./jsonFile.ts"

/** The clients over the snapshot at `path`, when it was taken, and of which emulator, if of one. */
export const recorded = (path: string) =>
  Effect.map(readJson(path, Snapshot, { what: "a snapshot", remedy: "Take one with drift snapshot." }), (snapshot) => ({
    layer: Recorded.layer(snapshot),
    timestamp: snapshot.timestamp,
    emulator: snapshot.emulator
  }))
