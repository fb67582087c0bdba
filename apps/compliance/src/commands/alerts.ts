/**
 * `compliance alerts test`: sends a message by a channel, at once and past the outbox.
 */
import { randomUUID } from "node:crypto"
import { nearest, quote } from "@holdfast/manifest/Diagnostic"
import { safe } from "@holdfast/report/Terminal"
import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { send } from "../alerts/send.ts"
import { testAlert } from "../alerts/testAlert.ts"
import { load } from "../config/load.ts"
import * as Output from "../Output.ts"
import * as flags from "./flags.ts"

/** There is no such channel. */
export class ChannelError extends Schema.TaggedError<ChannelError>("@holdfast/compliance/ChannelError")(
  "ChannelError",
  { detail: Schema.String, remedy: Schema.String }
) {
  override get message() {
    return this.detail
  }
}

const channel = Flag.String("channel").pipe(
  Flag.withMetavar("name"),
  Flag.withDescription("The channel of the configuration to send by")
)

const test = Command.make(
  "test",
  { config: flags.config, channel },
  Effect.fn("compliance alerts test")(function* (asked) {
    const { alerts, jobs } = yield* load(asked.config)
    const names = alerts.channels.map(({ name }) => name)
    const found = alerts.channels.find(({ name }) => name === asked.channel)
    if (found === undefined) {
      const meant = nearest(asked.channel, names)
      const hint = meant === undefined ? "" : `: did you mean ${quote(meant)}?`
      const remedy =
        names.length === 0 ? "The configuration has no channels." : `There are ${names.map(quote).join(", ")}.`
      return yield* new ChannelError({ detail: `There is no channel ${quote(asked.channel)}${hint}`, remedy })
    }
    const now = yield* Clock.currentTimeMillis
    const job = jobs[0]?.name ?? "nightly"
    yield* send(alerts, found, testAlert({ id: randomUUID(), channel: found.name, job, link: alerts.link, now }))
    yield* Output.stdout(safe`${found.name}: sent\n`)
  })
).pipe(
  Command.withShortDescription("Send a message that says it is a test"),
  Command.withDescription(
    "Sends one message by a channel, at once, whatever the hour and the routes. Exit codes: 0 it was taken, 1 it was not."
  )
)

export const alerts = Command.make("alerts").pipe(
  Command.withShortDescription("Try the channels that alerts go by"),
  Command.withSubcommands([test])
)
