// Two plots of the replay: the paper's figures beside what follows from its own numbers, and how good a router must be for
// its headline, with where measured routers are.

import { drawPlot } from '../report/draw-plot.ts'
import { HEADLINE, type Reading } from './replay.ts'
import type { Strategy } from './strategies.ts'

const MEASURES = [
  {
    title: 'top-1 %',
    of: (s: Strategy) => s.top1 * 100,
    told: (s: Strategy) => s.published.top1 && s.published.top1 * 100,
  },
  { title: 'latency, ms', of: (s: Strategy) => s.ms, told: (s: Strategy) => s.published.ms },
  { title: 'device energy, J', of: (s: Strategy) => s.j, told: (s: Strategy) => s.published.j },
] as const

/** The paths of what could be drawn. */
export async function drawReplay(
  strategies: readonly Strategy[],
  readings: readonly Reading[],
  measured: readonly { readonly router: string; readonly auc: number; readonly top1: number }[],
): Promise<string[]> {
  const drawn = [await drawStrategies(strategies), await drawNeeded(readings, measured)]
  return drawn.filter((file) => file !== undefined)
}

const drawStrategies = (strategies: readonly Strategy[]) =>
  drawPlot('paper-strategies', {
    title: 'Figures 19 to 22, published and computed again',
    hconcat: MEASURES.map(({ title, of, told }) => ({
      width: 240,
      height: { step: 14 },
      data: {
        values: strategies.flatMap((s) => {
          const published = told(s)
          return [
            { strategy: s.name, kind: 'computed again', value: of(s) },
            ...(published === undefined ? [] : [{ strategy: s.name, kind: 'published', value: published }]),
          ]
        }),
      },
      mark: 'bar',
      encoding: {
        y: { field: 'strategy', type: 'nominal', title: null, sort: strategies.map(({ name }) => name) },
        yOffset: { field: 'kind' },
        x: {
          ...{ field: 'value', type: 'quantitative', title },
          scale: title.startsWith('top-1') ? { domain: [60, 90], clamp: true } : { type: 'symlog' },
        },
        color: { field: 'kind', type: 'nominal', title: null },
      },
    })),
  })

const drawNeeded = (
  readings: readonly Reading[],
  measured: readonly { readonly router: string; readonly auc: number; readonly top1: number }[],
) =>
  drawPlot('paper-needed', {
    title: 'Top-1 of a router before inference, by how well it ranks "only the edge is right"',
    width: 460,
    height: 300,
    layer: [
      {
        data: {
          values: readings.flatMap(({ target, points }) =>
            points.map((p) => ({ auc: p.aucOfNeed, top1: p.top1 * 100, series: `taught: ${target}` })),
          ),
        },
        mark: { type: 'line', point: true },
        encoding: {
          x: { field: 'auc', type: 'quantitative', title: 'AUC', scale: { domain: [0.45, 1] } },
          y: { field: 'top1', type: 'quantitative', title: 'top-1 %', scale: { zero: false } },
          color: { field: 'series', type: 'nominal', title: null },
        },
      },
      {
        data: { values: measured.map(({ router, auc, top1 }) => ({ auc, top1: top1 * 100, router })) },
        layer: [
          { mark: { type: 'point', shape: 'diamond', filled: true, size: 70, color: '#333' } },
          {
            mark: { type: 'text', align: 'left', dx: 7, dy: 8, fontSize: 9 },
            encoding: { text: { field: 'router' } },
          },
        ],
        encoding: {
          x: { field: 'auc', type: 'quantitative' },
          y: { field: 'top1', type: 'quantitative' },
        },
      },
      {
        data: { values: [{ top1: HEADLINE * 100, what: 'published' }] },
        layer: [
          { mark: { type: 'rule', strokeDash: [4, 3] } },
          {
            mark: { type: 'text', align: 'left', x: 4, dy: -6, fontSize: 10 },
            encoding: { text: { field: 'what' } },
          },
        ],
        encoding: { y: { field: 'top1', type: 'quantitative' } },
      },
    ],
  })
