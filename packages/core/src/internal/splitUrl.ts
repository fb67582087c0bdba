/**
 * The two parts of a URL that a request needs. Every URL of ours is put together from a base that has been parsed before and
 * an id that has been checked: parsing it again for each request would take as long as reading the answer.
 */

/** `https://host:port` of an absolute URL, and the rest of it, which begins with a slash. */
export const splitUrl = (url: string): { readonly origin: string; readonly path: string } => {
  const slash = url.indexOf("/", url.indexOf("://") + 3)
  return slash < 0 ? { origin: url, path: "/" } : { origin: url.slice(0, slash), path: url.slice(slash) }
}

/** A URL without its query: page tokens and filters say nothing to a reader. */
export const withoutQuery = (url: string): string => {
  const query = url.indexOf("?")
  return query < 0 ? url : url.slice(0, query)
}
