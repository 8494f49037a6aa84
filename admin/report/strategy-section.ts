// What each way of routing reaches and costs (paper, Figures 19 to 22), beside what the paper states for its own.

import type { PairReport } from '#contract/results/pair-report.ts'
import type { StrategyFigures } from '#contract/results/strategy-figures.ts'
import {
  axisAround,
  bars,
  DASH,
  decimal,
  dots,
  figure,
  legend,
  type Mark,
  orDash,
  percent,
  significant,
  within,
} from './figures.ts'
import { type Content, type Html, html, NOTHING } from './html.ts'
import { PUBLISHED } from './published.ts'

type Published = Partial<Record<StrategyFigures['name'], keyof typeof PUBLISHED.top1>>

/** What the paper calls edge-based is a forest before inference; its heavy model alone runs on the Pi itself. */
const PAPER_NAMES: Published = {
  'local-only': 'local',
  forest: 'routed',
  'edge-only': 'heavyAlone',
  oracle: 'oracle',
}

const COLOURS: Partial<Record<StrategyFigures['name'], string>> = {
  'local-only': 'local',
  'edge-only': 'edge',
}

export const colourOf = ({ name }: Pick<StrategyFigures, 'name'>): string => COLOURS[name] ?? name

/** `random` stands beside each router, at as large an offload. */
export const nameOf = ({ name, matches }: Pick<StrategyFigures, 'name' | 'matches'>): string =>
  matches === undefined ? name.replace('-only', ' only') : `random as ${matches}`

type Quantity = 'top1' | 'latencyMs' | 'deviceEnergyJ'

function publishedOf({ name }: StrategyFigures, what: Quantity): number | undefined {
  const key = PAPER_NAMES[name]
  return key === undefined ? undefined : PUBLISHED[what][key as keyof (typeof PUBLISHED)[Quantity]]
}

const published = (s: StrategyFigures, what: Quantity, show: (v: number) => string): Content => {
  const value = publishedOf(s, what)
  return value === undefined ? DASH : show(value)
}

/** Beside our own, in brackets. */
const bracketed = (s: StrategyFigures, what: Quantity, show: (v: number) => string): Content => {
  const value = publishedOf(s, what)
  return value === undefined ? NOTHING : html` <span class="range">(${show(value)})</span>`
}

/** Rows of chance only clutter a chart of costs: they cost what they cost. */
const withoutChance = (report: PairReport) => report.strategies.filter((s) => s.matches === undefined)

export function strategySection(report: PairReport): Html {
  return html`<section id="strategies">
<h2>Strategies</h2>
<p class="source">Paper: Figures 19 to 22. Every router decides on images that it has not seen, by a threshold from images that it has.</p>
${top1(report)}${costs(report)}${decisions(report)}
</section>`
}

function top1(report: PairReport): Html {
  const { strategies } = report
  const shown = withoutChance(report)
  const all = strategies.flatMap((s) => [s.top1.low, s.top1.high, publishedOf(s, 'top1') ?? s.top1.value])
  const { low, high } = axisAround(all, 0.05)
  const chanceOf = (s: StrategyFigures) => strategies.find((other) => other.matches === s.name)
  const marks = (s: StrategyFigures): Mark[] => {
    const [chance, paper] = [chanceOf(s), publishedOf(s, 'top1')]
    return [
      ...(chance === undefined ? [] : [{ at: chance.top1, colour: 'random' }]),
      ...(paper === undefined ? [] : [{ at: paper, colour: 'paper' }]),
      { at: s.top1, colour: colourOf(s) },
    ]
  }
  return figure({
    title: 'Right answers (top-1), with 95 % bootstrap intervals',
    drawing: dots(
      shown.map((s) => ({
        label: nameOf(s),
        marks: marks(s),
        text: html`${percent(s.top1.value)}${bracketed(s, 'top1', percent)}`,
      })),
      { low, high, show: (v) => percent(v, 0) },
    ),
    caption: html`Grey: random, sending as large a share. Diamonds and brackets: published, on 50,000 images of ILSVRC 2012 with other models. The paper’s routed 83.23 % needs a pre-classifier that
is right on nearly every image: compare the shares of the pair, the oracle and the AUC of the forest before comparing this line.`,
    table: {
      head: ['Strategy', 'Offload', 'Top-1 [95 %]', 'Published top-1'],
      rows: strategies.map((s) => [
        nameOf(s),
        percent(s.offloadShare),
        within(s.top1, percent),
        published(s, 'top1', (v) => percent(v, 2)),
      ]),
    },
  })
}

function costs(report: PairReport): Html {
  const shown = withoutChance(report)
  const table = (
    head: string,
    mine: (s: StrategyFigures) => Content,
    theirs: (s: StrategyFigures) => Content,
  ) => ({
    head: ['Strategy', head, 'Published'],
    rows: report.strategies.map((s) => [nameOf(s), mine(s), theirs(s)]),
  })
  const chart = (value: (s: StrategyFigures) => number, unit: string, what: Quantity) =>
    bars(
      shown.map((s) => ({
        label: nameOf(s),
        parts: [{ value: value(s), colour: colourOf(s) }],
        text: html`${significant(value(s))} ${unit}${bracketed(s, what, String)}`,
      })),
    )
  return html`${figure({
    title: 'Latency, mean of an image',
    drawing: chart((s) => s.latencyMeanMs, 'ms', 'latencyMs'),
    caption:
      'In brackets, published: MobileNet v1 on a Raspberry Pi 3 B+, and for the heavy model alone Inception v4 on that Pi, not at the edge. Milliseconds of other devices do not compare; their ratios may.',
    table: table(
      'ms',
      (s) => significant(s.latencyMeanMs),
      (s) => published(s, 'latencyMs', String),
    ),
  })}${figure({
    title: 'Energy at the local device, mean of an image',
    drawing: chart((s) => s.deviceEnergyJ, 'J', 'deviceEnergyJ'),
    caption: html`What the edge spends is not in it. In brackets, published: a Raspberry Pi 3 B+ behind a power meter; the heavy model alone again on the Pi. Upload here: ${report.costs.uploadSource}.`,
    table: table(
      'J',
      (s) => significant(s.deviceEnergyJ),
      (s) => published(s, 'deviceEnergyJ', String),
    ),
  })}`
}

function decisions(report: PairReport): Html {
  const shown = withoutChance(report).filter((s) => s.f1 !== null)
  const measures = [
    ['precision', 'precision'],
    ['recall', 'recall'],
    ['F1', 'f1'],
  ] as const
  return figure({
    title: 'The decision to send an image: precision, recall, F1',
    drawing: html`${legend(measures)}${dots(
      shown.map((s) => ({
        label: nameOf(s),
        marks: measures.map(([, key]) => ({ at: s[key] ?? 0, colour: key })),
        text: `F1 ${decimal(s.f1 ?? 0)}`,
      })),
      { low: 0, high: 1, show: (v) => decimal(v, 1) },
    )}`,
    caption:
      'Right is to send an image that the edge model gets right and the local one wrong. Precision of random is the share of such images; everything above it was earned.',
    table: {
      head: ['Strategy', 'Offload', 'Precision', 'Recall', 'F1'],
      rows: report.strategies.map((s) => [
        nameOf(s),
        percent(s.offloadShare),
        orDash(s.precision, (v) => decimal(v, 3)),
        orDash(s.recall, (v) => decimal(v, 3)),
        orDash(s.f1, (v) => decimal(v, 3)),
      ]),
    },
  })
}
