/**
 * What the commands need of Node: files, paths, and the standard streams.
 *
 * Effect's CLI also asks for a terminal to prompt at and for a way to start processes. No command does either, and each takes
 * several milliseconds to load: they are here in name only.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Terminal from "effect/Terminal"

const unused = Effect.die("no command prompts or starts processes")

const layerUnused = Layer.mergeAll(
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: unused,
      rows: unused,
      size: unused,
      readInput: unused,
      readLine: unused,
      display: () => unused
    })
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => unused)
  )
)

export const layer = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeStdio.layer, layerUnused)
