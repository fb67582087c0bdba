/**
 * Where compiled code is kept: in a directory of the user's own, since whoever can write to it can run code. Where there is none,
 * or where it is not wanted, the program starts as it would without.
 */
export const cacheDirectory = (): string | undefined => {
  const { HOME, NODE_DISABLE_COMPILE_CACHE, USERPROFILE, XDG_CACHE_HOME } = process.env
  const home = HOME || USERPROFILE
  const caches = XDG_CACHE_HOME || (home ? `${home}/.cache` : undefined)
  return caches === undefined || NODE_DISABLE_COMPILE_CACHE ? undefined : `${caches}/holdfast`
}
