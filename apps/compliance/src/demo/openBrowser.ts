/**
 * Shows a page in the browser of whoever sits here, where there is one.
 */
import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"

const commands: Readonly<Partial<Record<NodeJS.Platform, ReadonlyArray<string>>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"]
}

/** Asks the system to show `url`. That it cannot is no failure: the address has been said. */
export const openBrowser = (url: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const [command = "xdg-open", ...args] = commands[process.platform] ?? ["xdg-open"]
    spawn(command, [...args, url], { stdio: "ignore", detached: true })
      .on("error", () => undefined)
      .unref()
  })
