/** What `f` makes of each, one by one: no second list of a whole fleet. */
export function* mapped<A, B>(items: Iterable<A>, f: (item: A) => B): Iterable<B> {
  for (const item of items) yield f(item)
}
