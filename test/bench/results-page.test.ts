// docs/results.md says what bench/results says, and the page tells what falls short as such.

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { resultsPage } from '../../bench/page/results-page.ts'
import { ALL } from '../../bench/registry.ts'
import type { BenchResult } from '../../bench/report/write-json.ts'
import { CHAPTERS, currentPage, RESULTS_PAGE } from '../../bench/write-results.ts'

const BAR = {
  what: 'quickness',
  goal: 'at most 2',
  source: { bench: 'quick', line: 'a' },
  because: 'Of this.',
}

function result(ratio: number, verdict: 'ok' | 'OVER' | 'skipped'): BenchResult {
  return {
    ...{
      bench: 'quick',
      command: 'npm run bench -- quick',
      at: '2026-01-02T03:04:05Z',
      tookS: 1,
      commit: 'abc',
    },
    machine: { cores: 2, cpu: 'x', memoryGb: 1, node: '20', os: 'Linux' },
    load: { before: 0.1, after: 0.2 },
    lines: [
      {
        name: 'a',
        ratio,
        bar: 2,
        spread: { least: ratio, most: ratio },
        unit: 'ratio',
        how: `${ratio} x`,
        verdict,
      },
    ],
  }
}

const page = (...results: BenchResult[]) => resultsPage([{ title: 'T', bars: [BAR] }], results)

test('docs/results.md is current: node --import tsx bench/write-results.ts', async () => {
  expect(await readFile(RESULTS_PAGE, 'utf8')).toBe(await currentPage())
})

test('every bar names a bench that there is, or says where its figure is from', () => {
  for (const { what, source, noted } of CHAPTERS.flatMap(({ bars }) => bars)) {
    expect(source ?? noted, what).toBeDefined()
    if (source) expect(Object.keys(ALL), what).toContain(source.bench)
  }
})

test('a bar that is kept is a ratio to its goal', () => {
  const text = page(result(1, 'ok'))
  expect(text).toContain(
    '| 1 x | 0.50 (0.50 to 0.50) | kept | `npm run bench -- quick` | 2026-01-02, load 0.1 to 0.2, abc |',
  )
  expect(text).not.toContain('Of this.')
})

test('a bar that is missed says why', () => {
  expect(page(result(3, 'OVER'))).toContain('- **quickness** (3 x; goal: at most 2). Of this.')
})

test('what was skipped or never run is open, not kept', () => {
  expect(page(result(0, 'skipped'))).toContain('| open |')
  expect(page()).toContain('| not run yet |')
})
