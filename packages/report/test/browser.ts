/**
 * A real browser for tests: the one that an npm package holds, or the one that `HOLDFAST_CHROMIUM` names.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import chromium from "@sparticuz/chromium"
import { type BrowserContextOptions, chromium as launcher, type Page } from "playwright-core"

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** A page as it was opened, and what has happened on it since. */
export interface Opened {
  readonly page: Page
  /** Errors, messages of the console, dialogs, and requests for anything but the page. */
  readonly happened: Array<string>
}

/** Starts the browser; `close` ends it and leaves nothing behind. */
export const start = async () => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-browser-"))
  // The package unpacks to the directory for temporary files, and takes what lies there for whole.
  const before = process.env.TMPDIR
  process.env.TMPDIR = directory
  const executablePath = process.env.HOLDFAST_CHROMIUM ?? (await chromium.executablePath())
  const browser = await launcher.launch({ executablePath, args: flags })
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  let files = 0

  /** Opens an address; `isExpected` are requests that the page may send. */
  const visit = async (
    url: string,
    options: BrowserContextOptions = {},
    isExpected: (requested: string) => boolean = (requested) => requested === url
  ): Promise<Opened> => {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const happened: Array<string> = []
    page.on("console", (message) => happened.push(`console: ${message.text()}`))
    page.on("pageerror", (error) => happened.push(`error: ${error.message}`))
    page.on("request", (request) => {
      if (!isExpected(request.url())) happened.push(`request: ${request.url()}`)
    })
    page.on("dialog", async (dialog) => {
      happened.push(`dialog: ${dialog.message()}`)
      await dialog.dismiss()
    })
    context.on("page", () => happened.push("another page"))
    await page.goto(url, { waitUntil: "load" })
    return { page, happened }
  }

  const open = async (text: string, options: BrowserContextOptions = {}): Promise<Opened> => {
    const path = join(directory, `${files++}.html`)
    writeFileSync(path, text)
    return await visit(pathToFileURL(path).href, options)
  }

  const close = async () => {
    await browser.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return { open, visit, close }
}
