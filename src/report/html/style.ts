/** The one style sheet of the reports: light and dark, wide and narrow, screen and paper. */

export const css = `:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #16202c; --soft: #566373; --line: #dde2e8; --tint: #eef1f5;
  --accent: #1a5fb4; --kept: #17713c; --kept-tint: #e2f4e8; --missed: #b3261e; --missed-tint: #fdebe9;
  --unknown: #85590b; --unknown-tint: #fdf3dc; --none: #566373; --none-tint: #eef1f5;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151b; --card: #182029; --ink: #e6ebf1; --soft: #9dabba; --line: #2c3844; --tint: #212b36;
    --accent: #7db4f5; --kept: #6fd397; --kept-tint: #15301f; --missed: #ff9d94; --missed-tint: #3d1a18;
    --unknown: #efc061; --unknown-tint: #35290f; --none: #9dabba; --none-tint: #212b36;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, header.top, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
header.top { padding-top: 2.5rem; }
.over { color: var(--soft); font-size: .85rem; letter-spacing: .04em; margin: 0 0 .35rem; }
h1 { font-size: clamp(1.45rem, 1.1rem + 1.7vw, 2.2rem); line-height: 1.22; margin: 0 0 1rem; font-weight: 650; text-wrap: balance; max-width: 46ch; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .35rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 0; font-weight: 650; }
p { margin: .4rem 0; max-width: 78ch; }
.soft { color: var(--soft); }
code, pre { font-family: var(--mono); font-size: .86em; }
code { overflow-wrap: anywhere; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; overflow-x: auto; margin: .4rem 0; }
ul, ol { padding-left: 1.25rem; margin: .4rem 0; }
li { margin: .2rem 0; max-width: 90ch; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: 0; margin: 1rem 0 0; font-size: .92rem; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 0; }
.badge, .counts li { display: inline-flex; align-items: baseline; gap: .4em; padding: .12rem .6rem; border-radius: 1rem; font-size: .86rem; font-weight: 600; white-space: nowrap; border: 1px solid currentColor; margin: 0; }
.kept { color: var(--kept); background: var(--kept-tint); }
.missed { color: var(--missed); background: var(--missed-tint); }
.unknown { color: var(--unknown); background: var(--unknown-tint); }
.not-promised { color: var(--none); background: var(--none-tint); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.15rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
caption { text-align: left; padding: .6rem .9rem; color: var(--soft); font-size: .88rem; }
th, td { text-align: left; vertical-align: top; padding: .55rem .9rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: .82rem; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tbody th { min-width: 9rem; } tbody th code { display: block; min-width: 13rem; }
td { overflow-wrap: anywhere; min-width: 5rem; }
td.value { min-width: 10rem; max-width: 20rem; }
td.text { min-width: 18rem; }
td .badge { white-space: nowrap; overflow-wrap: normal; }
tr:target, section:target > h2 { background: var(--tint); }
tr.differs > * { background: var(--tint); }
.source { color: var(--soft); font-size: .84rem; margin: .25rem 0 0; overflow-wrap: anywhere; }
.remedy { border-left: 3px solid var(--accent); padding-left: .6rem; }
.whole { white-space: nowrap; overflow-wrap: normal; }
tr.sum > * { border-top: 2px solid var(--line); font-weight: 650; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; list-style: none; padding: 0; margin: 1.1rem 0 0; }
.figures li { display: flex; flex-direction: column; gap: .1rem; margin: 0; padding: .75rem 1rem; font-size: .86rem; }
.figure { font-size: 1.45rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; background: none; }
.figure.not-promised { color: var(--ink); }
.loss { font-size: .84rem; margin: .6rem 0 0; padding: .4rem .6rem; border-radius: 7px; }
.region { margin: .75rem 0; }
.zones { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin: .6rem 0; }
.zone { border-top: 4px solid var(--accent); }
.zone ul { list-style: none; padding: 0; margin: .5rem 0 0; }
.zone li { display: flex; flex-direction: column; border: 1px solid var(--line); border-radius: 7px; padding: .4rem .6rem; margin: .4rem 0; background: var(--tint); font-size: .9rem; }
.zone li span { color: var(--soft); font-size: .82rem; }
.zone li code { font-weight: 600; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .6rem 0; }
details > summary { cursor: pointer; padding: .75rem 1.15rem; display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; }
details > summary::before { content: "▸"; color: var(--soft); }
details[open] > summary::before { content: "▾"; }
details > summary::-webkit-details-marker { display: none; }
details > .body { padding: 0 1.15rem 1rem; }
details .scroll { border-radius: 6px; }
details.more { border: 0; margin: .3rem 0 0; background: none; }
details.more > summary { padding: 0; color: var(--accent); font-size: .88rem; gap: .3rem; }
details details { background: transparent; }
.bar { display: block; height: .55rem; margin-top: .5rem; background: var(--tint); border-radius: 3px; min-width: 6rem; }
.bar > span { display: block; height: 100%; background: var(--accent); border-radius: 3px; min-width: 2px; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.sides h3 { margin-bottom: .5rem; }
.sides .figures { grid-template-columns: 1fr 1fr; gap: .6rem; margin: .8rem 0; } .sides .figures li { background: var(--tint); border-radius: 7px; padding: .55rem .75rem; }
.sides .figure { font-size: 1.2rem; }
footer { color: var(--soft); font-size: .85rem; padding-top: 2rem; padding-bottom: 3rem; }
@media (max-width: 44rem) {
  .stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .stack tr { display: block; padding: .6rem 0; border-top: 1px solid var(--line); }
  .stack tbody tr:first-child { border-top: 0; }
  .stack td, .stack tbody th, .stack tbody th code { display: block; border: 0; padding: .15rem .9rem; max-width: none; min-width: 0; }
  .stack tbody th code { padding: 0; }
  .stack td.number { text-align: left; } .stack td.empty { display: none; }
  .figures { grid-template-columns: 1fr 1fr; }
  .stack td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); font-size: .84rem; }
}
@media print {
  body { background: #fff; } nav, .skip { display: none; }
  details, .card, .scroll { break-inside: avoid; } details::details-content { content-visibility: visible; height: auto; }
}
`;
