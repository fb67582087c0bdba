/**
 * The codes of all kinds of drift. A code is stable: it never changes its meaning. What each means stands in `docs/rules`.
 */
export const ruleCodes = [
  ...([
    "HF001",
    "HF002",
    "HF003",
    "HF004",
    "HF005",
    "HF006",
    "HF007",
    "HF008",
    "HF009",
    "HF010",
    "HF011",
    "HF012"
  ] as const),
  ...([
    "HF013",
    "HF014",
    "HF015",
    "HF016",
    "HF017",
    "HF018",
    "HF019",
    "HF020",
    "HF021",
    "HF022",
    "HF023",
    "HF024"
  ] as const)
] as const
export type RuleCode = (typeof ruleCodes)[number]
