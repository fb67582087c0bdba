/**
 * What the commands need of Node: files, paths, and the standard streams.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Layer from "effect/Layer"

export const layer = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeStdio.layer)

/** The services of `layer`. */
export type Environment = Layer.Success<typeof layer>
