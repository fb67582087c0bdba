/**
 * The order of what a period report lists: by the units of texts, so that it is the same on every machine.
 */

/** Which of two items comes first, by the first of `keys` in which they differ. */
export const byKeys =
  <A>(...keys: ReadonlyArray<(item: A) => string | number>) =>
  (a: A, b: A): number => {
    for (const key of keys) {
      const [of, other] = [key(a), key(b)]
      if (of !== other) return of < other ? -1 : 1
    }
    return 0
  }

/** The item of a key, made where there is none yet. */
export const entryOf = <A>(map: Map<string, A>, key: string, make: () => A): A => {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** A key that no two lists of texts share. */
export const keyOf = (...texts: ReadonlyArray<string | null>): string => JSON.stringify(texts)

/** Milliseconds since 1970 as RFC 3339. */
export const timeText = (millis: number): string => new Date(millis).toISOString()
