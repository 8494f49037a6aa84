// The page of a report: all of its figures without a script, nothing from a network, and no stranger's markup.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderReport } from '#admin/report/render-report.ts'
import { type PairReport, PairReport as Schema } from '#contract/results/pair-report.ts'
import { sampleReport, selection } from './sample-report.ts'

const assets = { uplotJs: 'var uPlot = "</script>"', uplotCss: '.uplot {}' }
const page = (changes: Partial<PairReport> = {}) => renderReport({ ...sampleReport, ...changes }, assets)
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((m) => m[1] ?? m[0])
/** What is read, tags and scripts apart. */
const words = (text: string) =>
  text
    .replaceAll(/<(style|script)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\u00a0\s]+/g, ' ')

/** Figures that are none. */
const ODD = /NaN|undefined|null|Infinity|\[object/g
const shows = (text: string, wanted: string) => words(text).includes(wanted)

const whole = page()

test('the sample is a report', () => {
  expect(Schema.parse(sampleReport)).toEqual(sampleReport)
})

describe('the page', () => {
  test('follows the flow, the findings first and the share of the oracle last', () => {
    expect(all(whole, /<section id="(\w+)"/g)).toEqual([
      'findings',
      'pair',
      'features',
      'learners',
      'strategies',
      'routers',
      'energy',
      'breakdown',
      'verdicts',
      'method',
      'oracle',
    ])
  })

  test('names only sections that it has', () => {
    const ids = new Set(all(whole, /\bid="(\w+)"/g))
    expect(all(whole, /href="#(\w+)"/g).filter((id) => !ids.has(id))).toEqual([])
  })

  test('has a table under every drawing', () => {
    const figures = all(whole, /<figure>(.*?)<\/figure>/gs)
    expect(figures).toHaveLength(17)
    expect(figures.filter((f) => !/<details( class="screen")?>.*<table>.*<\/details>/s.test(f))).toEqual([])
  })

  test.each<[string, string]>([
    ['a finding', 'The forest does not help on these images.'],
    ['a share of the pair', '20.00 % 12.96 %'],
    ['what was pruned', 'brightness_rms (−0.91)'],
    ['the paper’s pruning', 'hue2, hue3, hue4, hue5, hue6 (0.99)'],
    ['a rank', '12.34'],
    ['what a feature is worth', '0.0123'],
    ['a grid', 'K = 11'],
    ['a top-1 with its interval', '76.9 % [74.9 %, 78.9 %]'],
    ['the paper’s top-1', '83.23 %'],
    ['the paper’s latency', '6680'],
    ['a DGC with its interval', '0.450 [0.400, 0.500]'],
    ['a point of a curve', '74.5 % 87.0 %'],
    ['equal energy', '+1.9 [ −1.1 , +4.9 ]'.replaceAll(' ', '').replace('+1.9', '+1.9 ').replace(',', ', ')],
    ['the energy of a step', '0.345 J'],
    ['duplicates', '7 with the pixels of an earlier one'],
    ['a verdict', 'The forest is not better than chance.'],
    ['a policy that is not met', 'Not met: Offloads as the forest was asked to.'],
    ['where a cost comes from', 'made up for this sample'],
    ['the paper’s share of the oracle', '99.45 %'],
  ])('shows %s without a script', (_, text) => {
    expect(shows(whole, text), text).toBe(true)
  })

  test('has no figure that is none', () => {
    expect(all(words(whole), ODD)).toEqual([])
  })

  test.each<[string, Partial<PairReport>, string, string]>([
    [
      'the paper’s features',
      { featureChoice: 'paper', featureSelections: [], selectionOfAll: null, featureCounts: [] },
      'features',
      'chosen on other images',
    ],
    ['no learners', { learners: [] }, 'method', 'chosen anew inside every fold'],
    [
      'no routers',
      { routers: [], strategies: sampleReport.strategies.slice(0, 2) },
      'strategies',
      'edge only',
    ],
    [
      'no findings and an empty selection',
      { findings: [], selectionOfAll: { ...selection, pruned: [], ablation: [], importance: [] } },
      'features',
      'Table 5',
    ],
  ])('is whole with %s', (_, changes, section, text) => {
    const made = page(changes)
    expect(made.includes(`<section id="${section}"`)).toBe(true)
    expect(shows(made, text), text).toBe(true)
    expect(all(words(made), ODD)).toEqual([])
  })
})

describe('what the page may do', () => {
  test('fetches nothing: no address but the paper’s, and a policy that forbids the rest', () => {
    expect(all(whole, /\b(?:src|href)="([^"#][^"]*)"/g)).toEqual([
      'https://doi.org/10.11897/SP.J.1016.2020.00440',
    ])
    expect(whole.includes(`default-src 'none'`)).toBe(true)
    expect(all(whole, /@import|url\(/g)).toEqual([])
  })

  test('runs its two scripts, named by digest, and no other', async () => {
    const dist = path.resolve(import.meta.dirname, '../../../node_modules/uplot/dist')
    const uplotJs = await readFile(path.join(dist, 'uPlot.iife.min.js'), 'utf8')
    for (const made of [whole, renderReport(sampleReport, { ...assets, uplotJs })]) {
      const scripts = all(made, /<script>(.*?)<\/script>/gs)
      const digests = scripts.map((s) => `'sha256-${createHash('sha256').update(s).digest('base64')}'`)
      expect(scripts).toHaveLength(2)
      expect(/script-src (.*?)\s*"/.exec(made.replaceAll('&#39;', "'"))?.[1]?.trim()).toBe(digests.join(' '))
    }
  })

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</title><b>',
    '&lt;b&gt;',
  ])('shows the name %s as it is and as nothing else', (name) => {
    const made = page({ localModel: name, edgeModel: name, dataset: name, findings: [name] })
    expect(all(made, /<script\b/g)).toHaveLength(2)
    expect(all(made, /<img|<b>(?!\d)|onload='alert|"><img/g)).toEqual([])
    const shown = name.replace(
      /[&<>"']/g,
      (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!,
    )
    expect(/<h1>(.*) <span/.exec(made)?.[1]).toBe(shown)
  })

  test('has the same tags whatever the names are', () => {
    const tags = (text: string) => all(text, /<\/?[a-z]+/g).join()
    const expected = tags(whole)
    const name = fc.string({ unit: 'binary', minLength: 1 })
    fc.assert(
      fc.property(name, name, (a, b) => {
        const costs = { ...sampleReport.costs, uploadSource: a }
        expect(tags(page({ localModel: a, edgeModel: b, dataset: b, costs }))).toBe(expected)
      }),
      { numRuns: 25 },
    )
  })

  test('gives the curves their points in an attribute that parses', () => {
    const plots = all(whole, /data-plot="([^"]*)"/g).map((text) => JSON.parse(text.replaceAll('&quot;', '"')))
    expect(plots).toHaveLength(2)
    const [deferral, energy] = plots
    expect(deferral.series.map((s: { label: string }) => s.label)).toEqual([
      'oracle',
      'random',
      'forest',
      'confidence',
    ])
    for (const { xs, series } of [deferral, energy])
      for (const s of series) expect(s.values).toHaveLength(xs.length)
    const oracle = deferral.series[0]
    expect(oracle.points.map(([x, y]: number[]) => [x, Number(y!.toFixed(6))])).toEqual([
      [0, 0.67],
      [0.2, 0.87],
      [0.95, 0.87],
      [1, 0.82],
    ])
  })
})
