/**
 * How the dashboard looks: as the HTML report does, with what that has no need of.
 */
import { style as report } from "@holdfast/report/htmlStyle"

const own = `
#live{max-width:66rem;margin:0 auto;padding:0 1.5rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--bg);padding:.5rem 1rem;z-index:1}
.brand a{color:inherit;text-decoration:none}.brand a:hover{text-decoration:underline}
.who form{display:inline;margin-left:.5rem}
button{font:inherit;font-size:.9rem;padding:.4rem .9rem;color:var(--ink);background:var(--panel);border:1px solid var(--dim);border-radius:8px;cursor:pointer}
button:hover{border-color:var(--ink)}button.link{padding:0;border:0;background:none;color:var(--link);text-decoration:underline;font-size:inherit}
nav[aria-label=Pages]{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;padding:.75rem 0;border-bottom:1px solid var(--line)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}nav [aria-current]{color:var(--ink);font-weight:650;text-decoration:none}
input[type=search],input[type=password],select{font:inherit;font-size:.9rem;min-width:0;max-width:100%;padding:.35rem .6rem;color:inherit;background:var(--bg);border:1px solid var(--dim);border-radius:8px}
.jump{display:flex;gap:.4rem}.jump input{width:14rem}
#live:not(:empty){margin-top:1rem;padding:.6rem 1.5rem;background:var(--unsurebg);border-left:4px solid var(--unsure)}
main:focus{outline:0}
.trail{margin-top:1rem;color:var(--dim);font-size:.875rem}
h1:not(.head h1){margin-top:1.25rem}
h1 strong{font-weight:inherit}.head{margin-bottom:1rem}.head:has(.counts) h1{margin-bottom:0}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin-top:1.25rem}
.figure{background:var(--bg);padding:.9rem 1.1rem}
.figure dt{color:var(--dim);font-size:.875rem}.figure b{display:block;font-size:1.75rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}
.figure b a{color:inherit;text-decoration-thickness:1px}.figure span{color:var(--dim);font-size:.875rem}
.mark b{font-weight:650}.mark.good b{color:var(--good)}.mark.unsure b{color:var(--unsure)}.mark.bad b{color:var(--bad)}
td small{color:var(--dim);white-space:nowrap}td{font-variant-numeric:tabular-nums}
svg.trend{height:96px;border-radius:6px;margin:.9rem 0 .3rem}svg.strip{height:24px;margin:.6rem 0}
.gap{fill:var(--panel)}path.gap{stroke:var(--dim);stroke-width:2;fill:none}
.axis{display:flex;justify-content:space-between;color:var(--dim);font-size:.8125rem}
.legend{padding:.4rem 0;border:0}
#rows section>h3,#rows .e small,.of>h3,.of .e small{color:var(--dim)}
.of>h3,#states>h3{text-transform:none;letter-spacing:0;font-size:.95rem}
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;padding:.9rem 0}
.filter label span{display:block;color:var(--dim);font-size:.8125rem}.filter select,.filter input{width:11rem}
.pager{display:flex;gap:1.5rem;padding:1rem 0}.pager span{color:var(--dim)}
.login{margin:1.25rem 0;display:flex;flex-wrap:wrap;gap:.75rem;align-items:end}.login label span{display:block;color:var(--dim);font-size:.875rem}.login input[type=password]{width:20rem}
.asof{margin-top:2.5rem;color:var(--dim);font-size:.875rem}
.notes form{display:inline}
@media (max-width:40rem){td:has(.mark){min-width:11rem}#live{padding:0 1rem}.jump{flex:1 0 100%}.jump input{flex:1}.filter label{flex:1 1 9rem}.filter select,.filter input,.login input[type=password]{width:100%}.login label{flex:1 0 100%}}
@media print{header nav,.filter,.pager,.skip,#live{display:none}}
`

export const style: string = report + own.trim().replaceAll("\n", "")
