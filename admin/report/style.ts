// How the page looks: a paper that is read from top to bottom, on a desk, on a phone, in the dark and printed. System
// fonts alone; colours have names, so that bars, dots and curves of one router share one.

const LIGHT = `
  color-scheme: light;
  --paper: #f8f7f3; --card: #ffffff; --ink: #1c2024; --muted: #5f6770; --line: #e2dfd7; --faint: #efede6;
  --accent: #17695a; --yes: #17695a; --no: #a8431c; --yes-soft: #e0f0ea; --no-soft: #fae8df;
  --c-both: #5b8c7b; --c-edge: #d98b2b; --c-local: #4a7fc1; --c-none: #b9b4a8;
  --c-features: #8a63c9; --c-upload: #d98b2b; --c-plain: #4f5963; --c-oracle: #1c2024; --c-random: #8d949c;
  --c-confidence: #1f6fc0; --c-margin: #7048c4; --c-entropy: #bd3b83; --c-logistic: #0d8489; --c-hybrid: #cc6416;
  --c-two-stage: #84700a; --c-forest: #bf3030; --c-always-local: #4a7fc1; --c-always-edge: #d98b2b;
  --c-auc: #1f6fc0; --c-f1: #cc6416; --c-precision: #0d8489; --c-recall: #bd3b83;
  --c-positive: #1f6fc0; --c-negative: #cc6416; --c-rest: transparent;`

const DARK = `
  color-scheme: dark;
  --paper: #14171a; --card: #1b1f23; --ink: #e5e3dd; --muted: #9ba3ab; --line: #30363c; --faint: #23282d;
  --accent: #74c9b2; --yes: #74c9b2; --no: #f0976c; --yes-soft: #1d3630; --no-soft: #402a1f;
  --c-both: #6fa893; --c-edge: #e5a24f; --c-local: #74a5e2; --c-none: #5b6067;
  --c-features: #ad8fe6; --c-upload: #e5a24f; --c-plain: #aab2ba; --c-oracle: #e5e3dd; --c-random: #858d95;
  --c-confidence: #64aaf0; --c-margin: #b093f5; --c-entropy: #ee7fb8; --c-logistic: #52c4c8; --c-hybrid: #f29a55;
  --c-two-stage: #d2bb4a; --c-forest: #f27d76; --c-always-local: #74a5e2; --c-always-edge: #e5a24f;
  --c-auc: #64aaf0; --c-f1: #f29a55; --c-precision: #52c4c8; --c-recall: #ee7fb8;
  --c-positive: #64aaf0; --c-negative: #f29a55; --c-rest: transparent;`

export const STYLE = `
:root {${LIGHT}
  --serif: Charter, 'Bitstream Charter', 'Iowan Old Style', 'Palatino Linotype', Cambria, Georgia, serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
@media (prefers-color-scheme: dark) { :root:not([data-print]) {${DARK}} }
* { box-sizing: border-box; }
html { background: var(--paper); scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); font: 17px/1.6 var(--serif); overflow-wrap: break-word; }
main, header, footer { max-width: 56rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 4rem; }
a { color: var(--accent); text-underline-offset: .15em; }
p { margin: 0 0 1em; max-width: 42rem; }
.eyebrow { font: 600 .78rem/1.4 var(--sans); letter-spacing: .09em; text-transform: uppercase; color: var(--accent); margin: 0 0 .6rem; }
h1 { font-size: clamp(1.8rem, 5.5vw, 2.7rem); line-height: 1.15; font-weight: 600; letter-spacing: -.01em; margin: 0 0 .6rem; }
h1 .to { color: var(--muted); font-weight: 400; }
h2 { font-size: 1.55rem; line-height: 1.25; font-weight: 600; margin: 0 0 .35rem; }
h3 { font-size: 1.13rem; line-height: 1.35; margin: 2.2rem 0 .5rem; font-weight: 600; }
.about { color: var(--muted); font: .92rem/1.5 var(--sans); }
nav { font: .85rem/1.9 var(--sans); margin: 2rem 0 0; border-block: 1px solid var(--line); padding: .55rem 0; }
nav a { color: var(--muted); text-decoration: none; margin-right: 1.1rem; white-space: nowrap; }
nav a:hover, nav a:focus-visible { color: var(--accent); text-decoration: underline; }
section { margin-top: 3.8rem; scroll-margin-top: 1rem; }
.source { font: .82rem/1.5 var(--sans); color: var(--muted); margin: 0 0 1.1rem; max-width: none; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .8rem; margin: 2rem 0 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .85rem 1rem .8rem; font-family: var(--sans); }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles span { display: block; font-size: .8rem; line-height: 1.4; color: var(--muted); }
ol.findings { margin: 1.2rem 0 0; padding: 0; list-style: none; counter-reset: finding; max-width: 46rem; }
ol.findings li { counter-increment: finding; position: relative; padding: .75rem 0 .75rem 2.6rem; border-top: 1px solid var(--line); }
ol.findings li::before { content: counter(finding); position: absolute; left: 0; top: .8rem; font: 600 .95rem/1.6 var(--sans); color: var(--accent); font-variant-numeric: tabular-nums; }
ol.findings li:first-child { font-size: 1.15rem; line-height: 1.5; }
figure, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.2rem; margin: 1.3rem 0; }
figcaption { font: .95rem/1.4 var(--sans); margin-bottom: .9rem; }
figcaption strong { font-weight: 600; }
.caption { font: .83rem/1.5 var(--sans); color: var(--muted); margin: .9rem 0 0; max-width: 46rem; }
details { margin-top: .8rem; font: .85rem/1.5 var(--sans); }
summary { cursor: pointer; color: var(--accent); width: fit-content; }
details[open] summary { margin-bottom: .6rem; }
.scroll { overflow-x: auto; margin: .4rem 0; }
table { border-collapse: collapse; font: .86rem/1.45 var(--sans); width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; color: var(--muted); border-bottom-color: var(--muted); white-space: normal; vertical-align: bottom; }
tbody th { font-weight: 500; }
th:first-child, .words { text-align: left; } td.words { white-space: normal; min-width: 12rem; }
tbody tr:last-child > * { border-bottom: 0; }
.range { color: var(--muted); font-size: .92em; } .none { color: var(--muted); }
.paper { color: var(--muted); }
.rows { font: .86rem/1.4 var(--sans); font-variant-numeric: tabular-nums; }
.row { display: grid; grid-template-columns: 12.5rem minmax(6rem, 1fr) 9.5rem; gap: .9rem; align-items: center; padding: .24rem 0; }
.label { overflow-wrap: anywhere; } .value { text-align: right; color: var(--muted); }
.bar { display: flex; height: .95rem; background: var(--faint); border-radius: .2rem; overflow: hidden; }
.bar i { display: block; height: 100%; }
.track { position: relative; height: 1.15rem; background: linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; }
.track i { position: absolute; }
.whisker { top: calc(50% - 2px); height: 4px; border-radius: 2px; opacity: .45; min-width: 1px; }
.dot { top: calc(50% - 5px); width: 10px; height: 10px; margin-left: -5px; border-radius: 50%; box-shadow: 0 0 0 2px var(--card); }
.mark-paper { top: calc(50% - 5px); width: 10px; height: 10px; margin-left: -5px; border: 2px solid var(--muted); transform: rotate(45deg); background: var(--card); }
.ref { top: -.24rem; bottom: -.24rem; width: 0; border-left: 1.5px dashed var(--muted); }
.axis { color: var(--muted); font-size: .78rem; padding: 0; } .ticks { position: relative; height: 1.3rem; }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.ticks span:nth-child(even) { display: none; }
.legend { font: .83rem/1.6 var(--sans); margin: 0 0 .7rem; color: var(--muted); max-width: none; }
.legend span { margin-right: 1.1rem; white-space: nowrap; }
.legend i { display: inline-block; width: .72rem; height: .72rem; border-radius: .15rem; margin-right: .38rem; vertical-align: -.04rem; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .4rem 0 1rem; padding: 0; list-style: none; }
.chips li { font: .83rem/1.5 var(--sans); background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: .12rem .7rem; }
.chips li.shared { background: var(--yes-soft); border-color: transparent; }
.badge { display: inline-block; font: 600 .76rem/1.5 var(--sans); padding: .12rem .6rem; border-radius: 1rem; margin: 0 .35rem .3rem 0; white-space: nowrap; }
.badge.yes { color: var(--yes); background: var(--yes-soft); } .badge.no { color: var(--no); background: var(--no-soft); }
.verdict { display: grid; grid-template-columns: 9rem 1fr; gap: .3rem 1.4rem; padding: 1.1rem 0; border-top: 1px solid var(--line); }
.verdict h3 { margin: 0; } .verdict p { margin: 0 0 .35rem; } .verdict small { font: .83rem/1.5 var(--sans); color: var(--muted); }
.swatch { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; margin-right: .45rem; }
.heat-frame { display: flex; gap: .6rem; max-width: 44rem; margin: 0 auto; }
.heat-names { display: grid; font: .62rem/1 var(--sans); color: var(--muted); text-align: right; align-items: center; }
.heat { display: grid; gap: 1px; flex: 1; }
.heat i.self { background: none; border: 1px solid var(--line); }
.heat i { aspect-ratio: 1; background: color-mix(in srgb, var(--h) calc(var(--r) * 100%), var(--faint)); border-radius: 1px; }
.heat i.strong { outline: 1.5px solid var(--ink); outline-offset: -1.5px; }
dl { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .45rem 1.4rem; font: .9rem/1.5 var(--sans); margin: 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.plot { min-height: 17rem; } .plot .u-legend { font-family: var(--sans); font-size: .82rem; text-align: left; margin: .4rem 0 0; }
.plot .uplot { font-family: var(--sans); max-width: 100%; }
.plot .u-legend.u-inline .u-series { margin-right: 1.1rem; } .plot .u-legend .u-series:first-child .u-marker { display: none; }
.plot .u-legend th, .plot .u-legend td { border: 0; padding: .1rem 0; font-weight: 400; } .plot .u-legend .u-marker { border-radius: .15rem; width: .72rem; height: .72rem; }
.plot .u-legend .u-value { min-width: 3.6rem; padding-left: .35rem; text-align: left; color: var(--muted); font-variant-numeric: tabular-nums; }
footer { margin-top: 5rem; padding-top: 1.2rem; padding-bottom: 4rem; font: .85rem/1.6 var(--sans); color: var(--muted); }
footer p { max-width: none; border-top: 1px solid var(--line); padding-top: 1rem; }
i, .dot, .whisker, .swatch, .badge, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media (max-width: 40rem) {
  body { font-size: 16px; } main, header, footer { padding-inline: 1.05rem; } header { padding-top: 2.2rem; }
  section { margin-top: 2.9rem; } figure, .card { padding: .9rem .85rem; }
  .row { grid-template-columns: 1fr auto; gap: .1rem .8rem; padding: .38rem 0; }
  .row .bar, .row .track, .row .ticks { grid-column: 1 / -1; grid-row: 2; } .row.axis .label, .row.axis .value { display: none; }
  .ticks span:first-child { transform: none; } .ticks span:last-child { transform: translateX(-100%); }
  .heat-names { display: none; }
  .verdict, dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } .verdict { gap: .4rem; }
}
@media print {
  @page { margin: 16mm 14mm; }
  html { background: none; } body { font-size: 10.5pt; } header { padding-top: 0; } nav, summary, details.screen { display: none; }
  main, header, footer { max-width: none; padding-inline: 0; } section { margin-top: 2rem; }
  figure, .card, .tiles li { break-inside: avoid; border-color: #ccc; } h2, h3, figcaption { break-after: avoid; }
  table { font-size: 8pt; } .scroll { overflow: visible; } tr, .verdict { break-inside: avoid; }
}
`
