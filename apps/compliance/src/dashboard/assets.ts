/**
 * The style and the script of all pages: each has an address of its own contents, so that it may be kept for ever.
 */
import { createHash } from "node:crypto"
import { script } from "./script.ts"
import { style } from "./style.ts"

/** A file that pages load. */
export interface Asset {
  readonly path: `/${string}`
  readonly contentType: string
  readonly text: string
}

const asset = (name: string, contentType: string, text: string): Asset => {
  const [base, extension] = name.split(".")
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16)
  return { path: `/assets/${base}-${hash}.${extension}`, contentType, text }
}

export const assets = {
  style: asset("style.css", "text/css; charset=utf-8", style),
  script: asset("live.js", "text/javascript; charset=utf-8", script)
}

/** All of them. */
export const allAssets: ReadonlyArray<Asset> = Object.values(assets)

/**
 * What a browser may load and run on a page of the dashboard: what it comes with, from the server that it came from. A script of a
 * page, or an address that is no script by its type, is refused.
 */
export const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
