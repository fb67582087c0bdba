/**
 * The fleet of the demo: its machines, and what befalls them in the month before `present` and while the demo runs. Pure: the same for
 * the same seed and the same present.
 */
import * as Seed from "@holdfast/emulator/Seed"

export const hour = 3_600_000
export const day = 24 * hour

export const folders = {
  production: "b1gproduction0000001",
  staging: "b1gstaging0000000001",
  live: "b1glive0000000000001"
} as const

/** What reports call it. */
export const fleetName = "the demo's fleet"

/** A machine, as long as it exists. Times are milliseconds since 1970. */
export interface Machine {
  readonly name: string
  readonly id: string
  readonly folder: keyof typeof folders
  readonly labels: Readonly<Record<string, string>>
  readonly backupEvery: number
  readonly createdAt: number
  readonly deletedAt: number
}

/** What is wrong with a machine for a time. */
export const troubles = ["stale", "offline", "disabled", "failed", "unregistered", "unreadable"] as const
export type Trouble = (typeof troubles)[number]

interface Incident {
  readonly machine: string
  readonly trouble: Trouble
  readonly from: number
  readonly to: number
}

const forever = Number.MAX_SAFE_INTEGER

/** How long its parts take, of the live machines. */
const liveCycle = 90_000

/** A number from 0 to 1 for a text, the same for the same text. */
const chance = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}

export const idOf = (name: string): string => `epd${name.replaceAll("-", "")}`.padEnd(20, "0")

const names = (prefix: string, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)

/** The databases, which are declared one by one. */
export const databases = ["orders-db", "billing-db", "users-db", "search-db", "ledger-db", "reports-db"]

/** The fleet, as it is at any time. */
export class Fleet {
  readonly seed: number
  readonly present: number
  readonly machines: ReadonlyArray<Machine>
  readonly incidents: ReadonlyArray<Incident>

  constructor(seed: number, present: number) {
    this.seed = seed
    this.present = present
    const machine = (folder: Machine["folder"], team: string, tier: string) => (name: string) => ({
      name,
      id: idOf(name),
      folder,
      labels: { env: folder, team, tier },
      backupEvery: tier === "db" ? 3 * hour : day,
      createdAt: present - 200 * day,
      deletedAt: forever
    })
    this.machines = [
      ...names("web", 12).map(machine("production", "web", "app")),
      ...names("checkout", 6).map(machine("production", "payments", "app")),
      ...names("worker", 8).map(machine("production", "data", "app")),
      ...databases.map(machine("production", "data", "db")),
      ...["vpn", "mail", "archive"].map(machine("production", "platform", "app")),
      { ...machine("production", "platform", "app")("legacy"), deletedAt: present - 9 * day },
      // Nobody told the manifest of it.
      { ...machine("production", "nobody", "app")("tmp-import"), createdAt: present - 4 * day },
      ...names("staging", 9).map(machine("staging", "web", "app")),
      ...names("live", 8).map(machine("live", "platform", "app"))
    ]
    this.incidents = [...this.#told(), ...this.#drawn()]
  }

  /** What is told of it in its documentation. */
  #told(): ReadonlyArray<Incident> {
    const told = (machine: string, trouble: Trouble, from: number, to: number) => ({
      machine,
      trouble,
      from: this.present - from * day,
      to: to === 0 ? forever : this.present - to * day
    })
    return [
      told("billing-db", "stale", 18, 15.2),
      told("reports-db", "disabled", 20, 0),
      told("orders-db", "stale", 0.9, 0),
      told("vpn", "unregistered", 3, 0),
      told("ledger-db", "unreadable", 7.2, 6.4),
      told("mail", "offline", 26, 11),
      told("checkout-2", "failed", 2.5, 0)
    ]
  }

  /** What befalls machines by chance. */
  #drawn(): ReadonlyArray<Incident> {
    return this.machines
      .filter(({ folder, name }) => folder !== "live" && !databases.includes(name))
      .flatMap(({ name }) =>
        [1, 2].flatMap((nth): ReadonlyArray<Incident> => {
          const draw = (what: string) => chance(`${this.seed}/${name}/${nth}/${what}`)
          if (draw("whether") > 0.3) return []
          const from = this.present - (2 + draw("from") * 29) * day
          const to = from + (0.4 + draw("length") * 2.6) * day
          const trouble = troubles[Math.floor(draw("trouble") * 4)] ?? "stale"
          return [{ machine: name, trouble, from, to }]
        })
      )
  }

  /** What is wrong with a machine at a time. */
  troublesOf({ folder, name }: Machine, at: number): ReadonlyArray<Trouble> {
    if (folder === "live") return this.#liveTroubles(name, at)
    return this.incidents.flatMap(({ from, machine, to, trouble }) =>
      machine === name && from <= at && at < to ? [trouble] : []
    )
  }

  /** Machines that are lost and repaired while somebody watches. */
  #liveTroubles(name: string, at: number): ReadonlyArray<Trouble> {
    const shifted = at + chance(name) * liveCycle
    const draw = chance(`${this.seed}/${name}/${Math.floor(shifted / liveCycle)}`)
    if (draw > 0.45 || shifted % liveCycle > liveCycle * 0.6) return []
    return [draw < 0.15 ? "offline" : draw < 0.25 ? "disabled" : draw < 0.4 ? "failed" : "unregistered"]
  }

  /** The last backup before `at`, and the one after. */
  backupsOf(machine: Machine, at: number): { readonly last: number; readonly next: number } {
    const every = machine.backupEvery
    // Nightly ones are made in the three hours before the nightly check.
    const phase = every < day ? chance(machine.name) * every : 21.2 * hour + chance(machine.name) * 2 * hour
    let last = Math.floor((at - phase) / every) * every + phase
    const next = last + every
    const isMade = (time: number) => this.troublesOf(machine, time).every((trouble) => trouble === "unreadable")
    while (machine.folder !== "live" && last > machine.createdAt && !isMade(last)) last -= every
    return { last, next }
  }

  /** What the cloud answers at a time. */
  seedAt(at: number): Seed.Seed {
    const machines = this.machines.filter(({ createdAt, deletedAt }) => createdAt <= at && at < deletedAt)
    const time = (millis: number) => new Date(millis).toISOString()
    return Seed.make({
      faults: this.faultsAt(at),
      instances: machines.map(({ createdAt, folder, id, labels, name }) => ({
        ...{ id, name, folderId: folders[folder], labels, status: "RUNNING" },
        createdAt: time(createdAt)
      })),
      resources: machines.flatMap((machine) => {
        const wrong = this.troublesOf(machine, at)
        const { last, next } = this.backupsOf(machine, at)
        const resource = {
          computeInstanceId: machine.id,
          folderId: folders[machine.folder],
          createdAt: time(machine.createdAt),
          online: !wrong.includes("offline"),
          enabled: !wrong.includes("disabled"),
          status: wrong.includes("failed") ? "FAILED" : "IDLE",
          lastBackupTime: time(last),
          nextBackupTime: time(next),
          isActive: true,
          initStatus: "REGISTRED",
          type: "COMPUTE",
          faults: wrong.includes("unreadable") ? [{ fault: "forbidden" as const }] : []
        }
        return wrong.includes("unregistered") ? [] : [resource]
      })
    })
  }

  /** What goes wrong with the service itself: a night of an outage, and one when Compute gave its list to nobody. */
  faultsAt(at: number): NonNullable<(typeof Seed.Seed.Encoded)["faults"]> {
    if (this.#isNight(11, at)) return [{ fault: "unavailable" }]
    if (this.#isNight(22, at)) return [{ fault: "forbidden", on: "instances" }]
    return []
  }

  /** Whether the service itself, that of the checks, was down. */
  isDown(at: number): boolean {
    return this.#isNight(6, at)
  }

  /** Whether it is the night, in UTC, that began so many days ago. */
  #isNight(ago: number, at: number): boolean {
    const midnight = Math.floor(this.present / day) * day - ago * day
    return at > midnight - 2 * hour && at < midnight + 5 * hour
  }
}
