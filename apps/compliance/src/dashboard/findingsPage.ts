/**
 * Findings: what is and was wrong, by what is asked for.
 */
import { severities } from "@holdfast/check/CheckReport"
import type { Page as Part } from "@holdfast/history/History"
import { type Finding, findingKinds } from "@holdfast/history/Run"
import { ruleNotes } from "@holdfast/report/htmlEvidence"
import { html } from "@holdfast/report/htmlMarkup"
import { links } from "./links.ts"
import { filterForm, findingEntry, pager } from "./parts.ts"
import { headline, type Page } from "./shell.ts"

/** What a list of findings is made of. */
export interface FindingList {
  readonly findings: Part<Finding>
  /** All jobs that there are. */
  readonly jobs: ReadonlyArray<string>
  /** No run has told anything yet, so that no finding says nothing. */
  readonly isUntold: boolean
  readonly filter: {
    readonly job?: string | undefined
    readonly kind?: string | undefined
    readonly state?: string | undefined
    readonly severity?: string | undefined
    readonly waived?: string | undefined
    readonly owner?: string | undefined
    readonly instance?: string | undefined
    readonly after?: string | undefined
    readonly limit?: number | undefined
  }
}

export const findingsPage = ({ filter, findings, isUntold, jobs }: FindingList, now: number): Page => {
  const { after, ...chosen } = filter
  const isAll = Object.values(chosen).every((value) => value === undefined)
  return {
    title: "Findings",
    path: [],
    here: links.findings({ state: "open" }),
    main: html`${
      isUntold ? headline("unsure", "Nothing is known yet: no run has told anything") : html`<h1>Findings</h1>`
    }<p class="lead">Each from the run that saw it first to the one that saw it gone. The newest are first.</p>${filterForm(
      links.findings(),
      [
        {
          name: "state",
          label: "State",
          value: chosen.state,
          options: [
            ["open", "open"],
            ["ended", "ended"]
          ]
        },
        {
          name: "severity",
          label: "Severity",
          value: chosen.severity,
          options: severities.map((each) => [each, each])
        },
        {
          name: "kind",
          label: "Kind",
          value: chosen.kind,
          options: findingKinds.map((each) => [each, each.replaceAll("_", " ")])
        },
        { name: "job", label: "Job", value: chosen.job, options: jobs.map((each) => [each, each]) },
        {
          name: "waived",
          label: "Waived",
          value: chosen.waived,
          options: [
            ["true", "waived"],
            ["false", "not waived"]
          ]
        },
        { name: "owner", label: "Owner", value: chosen.owner, options: undefined },
        { name: "instance", label: "Instance", value: chosen.instance, options: undefined }
      ]
    )}<section id="list"><h2 class="off">The findings</h2>${
      findings.items.length > 0
        ? findings.items.map((each) => findingEntry(each, now))
        : html`<p class="lead">${isUntold ? "There is nothing to show." : isAll && after === undefined ? "No run has found anything." : "No finding is as asked for."}</p>`
    }${pager(
      after === undefined,
      links.findings(chosen),
      findings.next === null ? undefined : links.findings({ ...chosen, after: findings.next })
    )}</section>${ruleNotes(new Set(findings.items.map(({ reason_code }) => reason_code)))}`
  }
}
