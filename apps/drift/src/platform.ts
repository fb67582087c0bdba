/**
 * What the commands need of Node: files, paths, and the standard streams.
 */
import { readFileSync } from "node:fs"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"

/**
 * Files that are read at once. A manifest and a key are all there is to read, and Node's pool of threads would be asked four times
 * for each. What cannot be read is read again by the pool, which says why.
 */
const layerFiles = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (files) => ({
    ...files,
    readFile: (path) =>
      Effect.suspend(() => {
        try {
          return Effect.succeed(readFileSync(path))
        } catch {
          return files.readFile(path)
        }
      })
  }))
).pipe(Layer.provide(NodeFileSystem.layer))

export const layer = Layer.mergeAll(layerFiles, NodePath.layer, NodeStdio.layer)

/** The services of `layer`. */
export type Environment = Layer.Success<typeof layer>
