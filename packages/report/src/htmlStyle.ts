/**
 * How the HTML report looks: in light and dark, on paper, and on a narrow screen. Each colour of a text has a contrast of 4.5 at least.
 */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f5f6f8;--ink:#1a2230;--dim:#555f6e;--line:#dce0e7;--link:#1d5bb8;
--bad:#b3261e;--badbg:#fdf0ee;--unsure:#855000;--unsurebg:#fdf5e3;--good:#17693b;--goodbg:#eaf6ef;
--critical:#8f1239;--high:#b3261e;--medium:#a65300;--low:#4a6285;--info:#6a7482;
--drifted:#c8372d;--missing:#8f1239;--pending:#8f6200;--waived:#7a6bb8;--in_sync:#2f8f5b;--not_compared:#5f6a7a}
@media screen and (prefers-color-scheme:dark){:root{--bg:#10141a;--panel:#181e27;--ink:#e4e8ee;--dim:#a2acba;--line:#2d3643;--link:#8fbaff;
--bad:#ff958b;--badbg:#2b1817;--unsure:#f0bb57;--unsurebg:#292110;--good:#74d39c;--goodbg:#12261b;
--critical:#ff7d9c;--high:#ff958b;--medium:#f2a65a;--low:#92b0dc;--info:#9aa5b4;
--drifted:#e5665b;--missing:#d9527a;--pending:#d9a53a;--waived:#9d8fdb;--in_sync:#45a974;--not_compared:#8b96a6}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-emoji:text;overflow-wrap:anywhere}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.5rem}
h1,h2,h3,h4,p,dl,ul,dd,fieldset{margin:0;padding:0}
ul{list-style:none}
a{color:var(--link);text-underline-offset:.18em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
code,.v dd{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
i{font-style:normal;color:var(--unsure);border-bottom:1px dotted}
.brand{padding-top:1.75rem;color:var(--dim);font-size:.875rem;display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between}
.brand b{color:var(--ink);letter-spacing:.01em}
h1{display:flex;gap:.85rem;align-items:flex-start;margin:1rem 0 1.25rem;font-size:1.625rem;line-height:1.25;font-weight:650;letter-spacing:-.012em;text-wrap:pretty}
h1 span{flex:none;width:2rem;height:2rem;border-radius:50%;display:grid;place-items:center;font-size:1.1rem;color:var(--bg)}
.bad h1 span{background:var(--bad)}.unsure h1 span{background:var(--unsure)}.good h1 span{background:var(--good)}
.notes li{margin:.5rem 0;padding:.6rem .9rem;border-left:4px solid var(--unsure);background:var(--unsurebg);border-radius:0 6px 6px 0}
.notes .error{border-color:var(--bad);background:var(--badbg)}
.notes .loud{font-weight:650}
svg{display:block;width:100%;height:12px;margin:1.5rem 0 .9rem;border-radius:6px}
.counts{display:flex;flex-wrap:wrap;gap:.4rem 1.75rem;padding-bottom:1.5rem;border-bottom:1px solid var(--line)}
.counts a{display:block;color:inherit;text-decoration:none}.counts a:hover span{text-decoration:underline}
.counts b{display:block;font-size:1.5rem;line-height:1.2;font-weight:600;font-variant-numeric:tabular-nums}
.counts span{color:var(--dim);font-size:.875rem;white-space:nowrap}
.counts span::before{content:"";display:inline-block;width:.6rem;height:.6rem;border-radius:2px;margin-right:.45rem;background:var(--c,var(--line))}
.counts .all span::before{display:none}.counts .zero b{color:var(--dim);font-weight:400}
.drifted{--c:var(--drifted);fill:var(--drifted)}.missing{--c:var(--missing);fill:var(--missing)}.pending{--c:var(--pending);fill:var(--pending)}
.waived{--c:var(--waived);fill:var(--waived)}.in_sync{--c:var(--in_sync);fill:var(--in_sync)}.not_compared{--c:var(--not_compared);stroke:var(--not_compared)}
.not_compared span::before{background:repeating-linear-gradient(45deg,var(--c) 0 2px,transparent 2px 4px)}
.unknown{--c:var(--not_compared)}.critical{--c:var(--critical)}.high{--c:var(--high)}.medium{--c:var(--medium)}.low{--c:var(--low)}.info{--c:var(--info)}
#find{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;padding:.9rem 0;border-bottom:1px solid var(--line)}
[hidden]{display:none!important}
#find input[type=search]{font:inherit;flex:1 1 16rem;min-width:0;padding:.45rem .75rem;color:inherit;background:var(--panel);border:1px solid var(--dim);border-radius:8px}
fieldset{border:0;display:flex;flex-wrap:wrap;gap:.4rem;font-size:.875rem;min-width:0}
fieldset label{white-space:nowrap;padding:.15rem .7rem .15rem .45rem;cursor:pointer;border:1px solid var(--line);border-radius:99px}
fieldset label:has(:checked){background:var(--panel)}fieldset label:hover{border-color:var(--dim)}
input{accent-color:var(--link);vertical-align:-.08em}
output{flex:1 0 100%;color:var(--dim);font-size:.875rem}
.why{margin-bottom:.75rem}.why h3{text-transform:none!important;letter-spacing:0!important}.off{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
section{margin-top:2.25rem}section section,section>h3{margin-top:1.4rem}.group{margin-top:1.75rem}
h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.008em;font-weight:650}
h3:not(.e){font-size:.8125rem;font-weight:650;text-transform:uppercase;letter-spacing:.06em;color:var(--c,var(--dim))}
h2 small,h3 small{font-weight:400;color:var(--dim);font-size:1rem;margin-left:.35rem;letter-spacing:0}h3:not(.e) small{font-size:inherit}
.lead{color:var(--dim);max-width:46rem}
.many{content-visibility:auto;contain-intrinsic-size:auto 6000px}.many.in{contain-intrinsic-size:auto 2500px}
.f{padding:.9rem 0 .9rem 1rem;border-left:3px solid var(--c,var(--line));margin:.6rem 0}
.f+.f{margin-top:1rem}
.e{font-size:1rem;font-weight:650;line-height:1.4}
.e small{font-weight:400;font-size:.875rem;color:var(--c,var(--dim));margin-left:.4rem}
.m{color:var(--dim);font-size:.875rem}.m code{color:var(--ink);user-select:all}
.c{margin-top:.55rem}
.v{display:flex;flex-wrap:wrap;gap:0 .6rem;align-items:baseline}
.v dt{color:var(--dim);font-size:.875rem}.v dt:first-child{color:var(--ink);font-weight:600}
.v .a{color:var(--bad)}.v .d{color:var(--good)}.v .d::after{content:"\\2192"/"";margin-left:.6rem;color:var(--dim)}
time,.cmd{white-space:nowrap}
.do{color:var(--dim)}.do::before{content:"\\2192\\a0"}
.t li,.names li{padding:.35rem 0;border-top:1px solid var(--line)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.5rem;margin-top:.75rem}
.facts dt{color:var(--dim)}
.scroll{overflow-x:auto;margin-top:.6rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem 1rem .4rem 0;border-top:1px solid var(--line)}
th{font-weight:500;color:var(--dim);white-space:nowrap}
td:last-child{min-width:12rem}
summary{cursor:pointer;color:var(--link)}
:target{background:var(--unsurebg)}
footer{margin-top:3rem;padding-bottom:3rem;color:var(--dim);font-size:.875rem}
@media (max-width:40rem){header,main,footer{padding:0 1rem}h1{font-size:1.3rem}.brand{padding-top:1rem}
.counts{display:grid;grid-template-columns:1fr 1fr 1fr}.counts span{white-space:normal}.facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin-bottom:.5rem}.f{padding-left:.75rem}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{:root{color-scheme:light}body{font-size:10pt}header,main,footer{max-width:none;padding:0}#find:not(.active),#find>:not(output){display:none}
.many{content-visibility:visible}details::details-content{content-visibility:visible;display:block}.f,tr,li{break-inside:avoid}.scroll{overflow:visible}table{overflow-wrap:anywhere}h2,h3,h4{break-after:avoid}
a{color:inherit}svg,h1 span{print-color-adjust:exact}}
`
  .trim()
  .replaceAll("\n", "")
