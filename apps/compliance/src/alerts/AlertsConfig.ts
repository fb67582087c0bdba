/**
 * Who is told of what, as the configuration says it. Secrets are named here, and read when a message is sent.
 */
import type { Severity } from "@holdfast/manifest/Expectations"

/** What can be told. */
export const events = [
  "run_failed",
  "run_missed",
  "could_not_tell",
  "drift_opened",
  "could_tell_again",
  "drift_resolved",
  "waiver_ends"
] as const
export type AlertEvent = (typeof events)[number]

/** Where a secret is: an environment variable, or a file whose last line break is no part of it. */
export type Secret = { readonly env: string } | { readonly file: string }

/** From when to when nothing is sent but what is critical, in minutes after midnight; `from` may be after `to`. */
export interface QuietHours {
  readonly from: number
  readonly to: number
  /** IANA. */
  readonly timeZone: string
}

/** A way to people, or to a program. */
export type Target =
  /** A webhook that takes `{"text": …}`, as Slack and Mattermost do; its address is its secret. */
  | { readonly kind: "slack"; readonly url: Secret }
  /** A webhook that takes the whole alert as JSON, signed with the secret. */
  | { readonly kind: "webhook"; readonly url: string; readonly secret: Secret }
  | { readonly kind: "email"; readonly to: ReadonlyArray<string> }

export interface Channel {
  readonly name: string
  readonly target: Target
  readonly quietHours: QuietHours | undefined
}

/** What a channel is told; what is missing limits nothing. */
export interface Route {
  readonly channels: ReadonlyArray<string>
  readonly jobs?: ReadonlyArray<string>
  readonly events?: ReadonlyArray<AlertEvent>
  /** Of drift: at least so bad. */
  readonly severity?: Severity
  /** Of drift: whose it is. A route with owners is told of nothing but their drift. */
  readonly owners?: ReadonlyArray<string>
}

/** The mail server that messages are handed to. */
export interface Smtp {
  readonly host: string
  readonly port: number
  /** `starttls` and `tls` are demanded, not tried; `none` is for this machine only. */
  readonly security: "starttls" | "tls" | "none"
  readonly user: string | undefined
  readonly password: Secret | undefined
  readonly from: string
}

export interface Alerts {
  readonly channels: ReadonlyArray<Channel>
  /** Missing in the configuration: every channel is told of everything. */
  readonly routes: ReadonlyArray<Route>
  readonly smtp: Smtp | undefined
  /** Where the dashboard is, for links; without a slash at its end. */
  readonly link: string | undefined
  /** After how many runs in a row that could not tell. */
  readonly couldNotTell: number
  /** How many days before a waiver ends, the most first. */
  readonly waiverDays: ReadonlyArray<number>
}

/** Nobody is told of anything. */
export const noAlerts: Alerts = {
  channels: [],
  routes: [],
  smtp: undefined,
  link: undefined,
  couldNotTell: 3,
  waiverDays: [14, 3]
}

/** A secret whose file, if it has one, is named as `from` names it. */
export const withFile = (secret: Secret, from: (path: string) => string): Secret =>
  "file" in secret ? { file: from(secret.file) } : secret

/** The same, with the files of its secrets named as `from` names them. */
export const withFiles = (alerts: Alerts, from: (path: string) => string): Alerts => {
  const named = (secret: Secret): Secret => withFile(secret, from)
  const { channels, smtp } = alerts
  return {
    ...alerts,
    smtp: smtp?.password === undefined ? smtp : { ...smtp, password: named(smtp.password) },
    channels: channels.map((channel) => {
      const { target } = channel
      if (target.kind === "slack") return { ...channel, target: { ...target, url: named(target.url) } }
      if (target.kind === "webhook") return { ...channel, target: { ...target, secret: named(target.secret) } }
      return channel
    })
  }
}
