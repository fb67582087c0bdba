/**
 * The tree of a YAML document: every node knows its place.
 */

export interface Scalar {
  readonly kind: "scalar"
  readonly text: string
  /** Written without quotes, and not tagged as text, so that `true` may be a boolean. */
  readonly plain: boolean
  readonly offset: number
}

export interface List {
  readonly kind: "list"
  readonly items: ReadonlyArray<Node>
  readonly offset: number
}

export interface Entry {
  readonly key: Scalar
  readonly value: Node
}

export interface Mapping {
  readonly kind: "mapping"
  /** In the order of the text, each key once. */
  readonly entries: ReadonlyArray<Entry>
  readonly offset: number
}

/** What stands in the place of a mistake that has been reported: readers pass over it in silence. */
export interface Invalid {
  readonly kind: "invalid"
  readonly offset: number
}

export type Node = Scalar | List | Mapping | Invalid
