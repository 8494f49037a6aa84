// bench/results/paper.md: the replay as a page for somebody who reviews the paper. Every figure is computed; what was
// published stands beside it.

import { pairShares } from '#core/evaluate/pair-shares.ts'
import { blindRoute, type RouteShares } from '#core/evaluate/route-costs.ts'
import { markdownTable } from '../markdown-table.ts'
import { costOf, type Judged } from './judge-simulated.ts'
import { COSTS, HEAVY_LOCAL, IMAGES, type PublishedOutcomes, SENT_SHARE } from './published-pair.ts'
import type { Reading } from './replay.ts'

export interface Replayed {
  readonly outcomes: PublishedOutcomes
  readonly readings: readonly Reading[]
  readonly measured: (auc: number) => Judged
  readonly seed: number
}

const percent = (share: number, digits = 2) => (share * 100).toFixed(digits)

/** For "only the edge is right", on 1345 photographs of ImageNet with real models: mobilenet_v1*.md beside the page. */
const MEASURED = [
  { router: 'forest on image features, 0.25 → v2', auc: 0.535, isAfterLocal: false },
  { router: 'forest on image features, 0.5 → v2', auc: 0.464, isAfterLocal: false },
  { router: "the local model's confidence, 0.25 → v2", auc: 0.761, isAfterLocal: true },
  { router: "the local model's confidence, 0.5 → v2", auc: 0.815, isAfterLocal: true },
] as const

const routed: RouteShares = { sent: SENT_SHARE, sentAfterLocal: 0, usesFeatures: true }
const afterLocal: RouteShares = { sent: SENT_SHARE, sentAfterLocal: SENT_SHARE, usesFeatures: false }

export function replayPage(replayed: Replayed): string {
  return `${[
    '# The paper, replayed',
    `\`npm run bench paper\` (seed ${replayed.seed}; standard error of a top-1 here about 0.1 points). Ren, Gao, Yu, Yuan 2020 state three shares for MobileNet v1 and Inception v4 ` +
      '(both right 67.2 %, only the heavy one 12.96 %, only the light one 3.5 %), what each model costs on a Raspberry Pi 3 B+ and a Jetson TX2, and the result: 83.23 % top-1 at ' +
      `561.7 ms and 0.45 J. From these alone ${IMAGES.toLocaleString('en')} outcomes and all strategies are computed again. ` +
      `Its energy terms imply that ${percent(SENT_SHARE, 1)} % of the images were sent. Solved for, since they are not stated: ${COSTS.featuresMs.toFixed(0)} ms for the features ` +
      `(0.048 J at the power of an inference) and ${COSTS.uploadMs.toFixed(0)} ms to send an image (what is left of 561.7 ms).`,
    '## Strategies (Figures 19 to 22)',
    strategies(replayed),
    "\"Published\" is the paper's value. The routed row needs a router as good as the next table says. The edge's energy is nobody's here, as in the paper.",
    '## How good the router must be',
    ...replayed.readings.map(readingOf),
    '## What measured routers would reach here',
    measuredTable(replayed),
    '## What follows',
    conclusions(replayed),
  ].join('\n\n')}\n`
}

function strategies({ outcomes, readings }: Replayed): string {
  const shares = pairShares(outcomes.localRight, outcomes.edgeRight)
  const local = shares.bothRight + shares.onlyLocalRight
  const edge = shares.bothRight + shares.onlyEdgeRight
  const lots = local + SENT_SHARE * (edge - local)
  const needed = readings.find((r) => r.needed)?.needed
  const row = (name: string, top1: number, route: RouteShares, published: string) => {
    const { latencyMs, deviceJ } = costOf(route)
    return [name, percent(route.sent, 1), percent(top1), latencyMs.toFixed(1), deviceJ.toFixed(3), published]
  }
  return markdownTable(
    ['strategy', 'sent %', 'top-1 %', 'latency ms', 'device J', 'published: top-1, ms, J'],
    [
      row('light model alone', local, blindRoute(0), '70.97, 519.63, 0.49'),
      [
        'heavy model on the Pi',
        '0.0',
        percent(edge),
        HEAVY_LOCAL.ms.toFixed(1),
        HEAVY_LOCAL.j.toFixed(3),
        '80.12, 6680, 6.66',
      ],
      row('everything to the edge', edge, blindRoute(1), 'not told'),
      row('lots, as many as the router', lots, blindRoute(SENT_SHARE), 'not told'),
      row('routed before inference', needed?.top1 ?? Number.NaN, routed, '83.23, 561.7, 0.45'),
      row('oracle', edge + shares.onlyLocalRight, blindRoute(shares.onlyEdgeRight), '83.71, –, –'),
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
      const { latencyMs, deviceJ } = costOf(isAfterLocal ? afterLocal : routed)
      return [router, String(auc), percent(measured(auc).top1), latencyMs.toFixed(1), deviceJ.toFixed(3)]
    }),
  )
}

function conclusions({ outcomes }: Replayed): string {
  const { bothRight, onlyEdgeRight } = pairShares(outcomes.localRight, outcomes.edgeRight)
  const all = costOf(blindRoute(1))
  const paying = COSTS.featuresJ / (1 - SENT_SHARE) + COSTS.localJ
  return [
    `- The 93.2 % less energy and 91.6 % less latency compare with the heavy model on the Pi. Against the light model there, routing saves ${percent(1 - costOf(routed).deviceJ / COSTS.localJ, 0)} % of the energy and takes ${percent(costOf(routed).latencyMs / COSTS.localMs - 1, 0)} % longer.`,
    `- By the same figures sending every image costs the device ${all.deviceJ.toFixed(3)} J and ${all.latencyMs.toFixed(0)} ms, less than half of routing's energy, for ${percent(bothRight + onlyEdgeRight)} %. Routing before inference is cheaper only where sending an image costs more than ${paying.toFixed(2)} J (${(paying / COSTS.uploadJ).toFixed(1)} times what the paper implies), or where the edge cannot take all, is paid for, or is often away.`,
    "- What routing can add over sending everything is accuracy, at most the share that only the light model gets right (3.5 points), and only with a router that knows both models' errors almost perfectly.",
    "- No image-based router measured on photographs (ours, or those in `challengers.md`) comes near: AUC 0.46 to 0.54, where 0.5 is chance. The local model's own confidence reaches 0.76 to 0.82; it needs local inference first, so it saves nothing on what it sends.",
    '- The model of a router here is binormal: other shapes of scores with the same AUC differ by some tenths of a point. Whether the published figure was measured on images that the pre-classifier had seen, its text does not say.',
  ].join('\n')
}
