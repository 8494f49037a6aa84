// bench/results/paper.md: the replay as a page for somebody who reviews the paper. Every figure is computed; what was
// published stands beside it.

import { pairShares } from '#core/evaluate/pair-shares.ts'
import { blindRoute, type RouteShares } from '#core/evaluate/route-costs.ts'
import { markdownTable } from '../markdown-table.ts'
import { costOf, type Judged } from './judge-simulated.ts'
import { COSTS, IMAGES, type PublishedOutcomes, SENT_SHARE } from './published-pair.ts'
import type { Reading } from './replay.ts'
import { CLAIMS, ROUTED, type Strategy } from './strategies.ts'

export interface Replayed {
  readonly outcomes: PublishedOutcomes
  readonly readings: readonly Reading[]
  readonly measured: (auc: number) => Judged
  readonly seed: number
  readonly strategies: readonly Strategy[]
  /** Strategies, then what a router needs; fewer where they could not be drawn. */
  readonly plots: readonly string[]
}

const percent = (share: number, digits = 2) => (share * 100).toFixed(digits)

/** For "only the edge is right", on 1345 photographs of ImageNet with real models: imagenet.md beside the page. */
export const MEASURED = [
  { router: 'forest on image features, 0.25 → v2', auc: 0.529, isAfterLocal: false },
  { router: 'forest on image features, 0.5 → v2', auc: 0.496, isAfterLocal: false },
  { router: "the local model's confidence, 0.25 → v2", auc: 0.783, isAfterLocal: true },
  { router: "the local model's confidence, 0.5 → v2", auc: 0.828, isAfterLocal: true },
] as const

const afterLocal: RouteShares = { sent: SENT_SHARE, sentAfterLocal: SENT_SHARE, usesFeatures: false }

export function replayPage(replayed: Replayed): string {
  const { strategies: rows, plots } = replayed
  return `${[
    '# The paper, replayed',
    `\`npm run bench paper\` (seed ${replayed.seed}; standard error of a top-1 here about 0.1 points). Ren, Gao, Yu, Yuan 2020 state three shares for MobileNet v1 and Inception v4 ` +
      '(both right 67.2 %, only the heavy one 12.96 %, only the light one 3.5 %), what each model costs on a Raspberry Pi 3 B+ and a Jetson TX2, and the result: 83.23 % top-1 at ' +
      `561.7 ms and 0.45 J. From these alone ${IMAGES.toLocaleString('en')} outcomes and all strategies are computed again. ` +
      `Its energy terms imply that ${percent(SENT_SHARE, 1)} % of the images were sent. Solved for, since they are not stated: ${COSTS.featuresMs.toFixed(0)} ms for the features ` +
      `(0.048 J at the power of an inference) and ${COSTS.uploadMs.toFixed(0)} ms to send an image (what is left of 561.7 ms).`,
    '## Strategies (Figures 19 to 22)',
    strategyTable(rows),
    "\"Published\" is the paper's value. The routed row needs a router as good as the next table says. The edge's energy is nobody's here, as in the paper.",
    ...plots.slice(0, 1).map((file) => `![](${file})`),
    '## Where the energy goes (Table 6)',
    breakdown(rows),
    '## The claims',
    claims(rows),
    'All but the accuracy hold without any router: they compare with a heavy model on a device that nobody would run it on.',
    '## How good the router must be',
    ...replayed.readings.map(readingOf),
    ...plots.slice(1).map((file) => `![](${file})`),
    '## What measured routers would reach here',
    measuredTable(replayed),
    '## What follows',
    conclusions(replayed),
  ].join('\n\n')}\n`
}

function strategyTable(rows: readonly Strategy[]): string {
  const published = ({ published: { top1, ms, j } }: Strategy) =>
    top1 === undefined ? 'not told' : [(top1 * 100).toFixed(2), ms ?? '–', j ?? '–'].join(', ')
  return markdownTable(
    [
      'strategy',
      'sent %',
      'top-1 %',
      'share of oracle %',
      'latency ms',
      'device J',
      'published: top-1, ms, J',
    ],
    rows.map((row) => [
      row.name,
      percent(row.sent, 1),
      percent(row.top1),
      percent(row.top1 / rows.at(-1)!.top1),
      row.ms.toFixed(1),
      row.j.toFixed(3),
      published(row),
    ]),
  )
}

const joules = (value: number) => value.toFixed(3)

function breakdown(rows: readonly Strategy[]): string {
  const { featuresJ, localJ, uploadJ } = CLAIMS.parts
  const cells = (parts: Strategy['parts'], total: number) =>
    [parts.featuresJ, parts.localJ, parts.uploadJ, total].map(joules)
  return markdownTable(
    ['strategy', 'features and forest J', 'local inference J', 'upload J', 'together J'],
    [
      ...rows.map((row) => [row.name, ...cells(row.parts, row.j)]),
      ['routed, as published', ...cells(CLAIMS.parts, featuresJ + localJ + uploadJ)],
    ],
  )
}

function claims(rows: readonly Strategy[]): string {
  const named = (name: string) => rows.find((row) => row.name === name)!
  const [heavy, routed, oracle] = [
    named('heavy model on the Pi'),
    named('routed before inference'),
    named('oracle'),
  ]
  const sent = named('everything to the edge')
  const light = named('light model alone')
  const against = (row: Strategy, of: 'j' | 'ms') => percent(1 - row[of] / heavy[of], 1)
  return markdownTable(
    ['claim', 'published', 'routed, computed again', 'light model alone', 'everything to the edge'],
    [
      [
        'energy below the heavy model on the Pi, %',
        percent(CLAIMS.energyReduction, 1),
        ...[routed, light, sent].map((row) => against(row, 'j')),
      ],
      [
        'latency below it, %',
        percent(CLAIMS.latencyReduction, 1),
        ...[routed, light, sent].map((row) => against(row, 'ms')),
      ],
      [
        'top-1 above it, relative, %',
        percent(CLAIMS.accuracyGainRelative),
        ...[routed, light, sent].map((row) => percent(row.top1 / heavy.top1 - 1)),
      ],
      [
        'share of the oracle, %',
        percent(CLAIMS.shareOfOracle),
        ...[routed, light, sent].map((row) => percent(row.top1 / oracle.top1)),
      ],
    ],
  )
}

function readingOf({ target, points, needed }: Reading): string {
  const table = markdownTable(
    [
      'AUC for its target',
      'AUC for "only the edge is right"',
      'DGC',
      'right decisions %',
      'precision',
      'recall',
      `top-1 %, ${percent(SENT_SHARE, 1)} % sent`,
    ],
    [...points, ...(needed ? [needed] : [])]
      .sort((a, b) => a.aucOfTarget - b.aucOfTarget)
      .map((judged) => {
        const cells = [
          judged.aucOfTarget.toFixed(4),
          judged.aucOfNeed.toFixed(3),
          judged.dgc.toFixed(3),
          percent(judged.rightDecisions, 1),
          judged.precision.toFixed(3),
          judged.recall.toFixed(3),
          percent(judged.top1),
        ]
        return judged === needed ? cells.map((cell) => `**${cell}**`) : cells
      }),
  )
  const verdict = needed
    ? `83.23 % takes a router with AUC ${needed.aucOfTarget.toFixed(4)}, right in ${percent(needed.rightDecisions, 1)} % of its decisions (bold).`
    : `Out of reach: even a perfect one has ${percent(points.at(-1)!.top1)} %, since beyond the images that need the edge it sends others by lot, up to the published share, and some of them only the light model gets right.`
  return `If it is to find the images of which ${target}. ${verdict}\n\n${table}`
}

function measuredTable({ measured }: Replayed): string {
  return markdownTable(
    ['router', 'AUC', 'top-1 %', 'latency ms', 'device J'],
    MEASURED.map(({ router, auc, isAfterLocal }) => {
      const { latencyMs, deviceJ } = costOf(isAfterLocal ? afterLocal : ROUTED)
      return [router, String(auc), percent(measured(auc).top1), latencyMs.toFixed(1), deviceJ.toFixed(3)]
    }),
  )
}

function conclusions({ outcomes }: Replayed): string {
  const { bothRight, onlyEdgeRight } = pairShares(outcomes.localRight, outcomes.edgeRight)
  const all = costOf(blindRoute(1))
  const paying = COSTS.featuresJ / (1 - SENT_SHARE) + COSTS.localJ
  return [
    `- The 93.2 % less energy and 91.6 % less latency compare with the heavy model on the Pi. Against the light model there, routing saves ${percent(1 - costOf(ROUTED).deviceJ / COSTS.localJ, 0)} % of the energy and takes ${percent(costOf(ROUTED).latencyMs / COSTS.localMs - 1, 0)} % longer.`,
    `- By the same figures sending every image costs the device ${all.deviceJ.toFixed(3)} J and ${all.latencyMs.toFixed(0)} ms, less than half of routing's energy, for ${percent(bothRight + onlyEdgeRight)} %. Routing before inference is cheaper only where sending an image costs more than ${paying.toFixed(2)} J (${(paying / COSTS.uploadJ).toFixed(1)} times what the paper implies), or where the edge cannot take all, is paid for, or is often away.`,
    "- What routing can add over sending everything is accuracy, at most the share that only the light model gets right (3.5 points), and only with a router that knows both models' errors almost perfectly.",
    "- No image-based router measured on photographs (ours, or those in `challengers.md`) comes near: AUC 0.47 to 0.54, where 0.5 is chance. The local model's own confidence reaches 0.72 to 0.84; it needs local inference first, so it saves nothing on what it sends.",
    '- The model of a router here is binormal: other shapes of scores with the same AUC differ by some tenths of a point. Whether the published figure was measured on images that the pre-classifier had seen, its text does not say.',
  ].join('\n')
}
