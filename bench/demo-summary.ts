// The summary tables of a report that `tandem evaluate` has written, for bench/results.
// Usage: node --import tsx bench/demo-summary.ts tandem-report/report.json bench/results/demo.md

import { readFile, writeFile } from 'node:fs/promises'
import { PairReport } from '#contract/results/pair-report.ts'
import { summaryOf } from './pair-summary.ts'

const [from, to] = process.argv.slice(2)
if (from === undefined || to === undefined) {
  console.error('Cannot write summary: expected report.json and the Markdown file to write')
  process.exit(2)
}
await writeFile(to, summaryOf(PairReport.parse(JSON.parse(await readFile(from, 'utf8')))))
