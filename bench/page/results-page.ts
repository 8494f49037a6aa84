// docs/results.md from the bars and what bench/results/*.json says of them: one table a chapter, and below it what falls
// short, why, and what was tried. Pure: the same bars and results give the same page.

import { markdownTable } from '../markdown-table.ts'
import type { BenchResult, Measurement } from '../report/write-json.ts'
import type { Bar, Chapter, Noted } from './bar.ts'

const INTRO = `# Results

What was promised, and what was measured. "Of the goal" is measured over allowed: at most 1 keeps it. Rows whose last
column names a commit come from \`bench/results/*.json\`, which \`npm run bench\` writes; the others were noted by hand from the
page, run or test that they name. Ratios are to a peer or limit in the same run; absolute times are those of the machine,
two cores of an AMD EPYC that were shared unless the load says otherwise. Nothing here was measured on a Pi or a Jetson.
Written by \`node --import tsx bench/write-results.ts\`; the pages behind the figures are in \`bench/results/\`.`

type Row = Noted & { readonly spread?: string }

export function resultsPage(chapters: readonly Chapter[], results: readonly BenchResult[]): string {
  const rows = chapters.map((chapter) => ({
    chapter,
    rows: chapter.bars.map((bar) => ({ bar, row: rowOf(bar, results) })),
  }))
  const all = rows.flatMap((one) => one.rows)
  const count = (verdict: Noted['verdict']) => all.filter(({ row }) => row.verdict === verdict).length
  const short = all.filter(({ row, bar }) => row.verdict === 'missed' && bar.because)
  const open = all.filter(({ row }) => row.verdict === 'open')
  return `${[
    INTRO,
    `Of ${all.length} bars ${count('kept')} are kept, ${count('missed')} missed, ${count('open')} not measured yet or only told.`,
    ...rows.flatMap(({ chapter, rows: its }) => [
      `## ${chapter.title}`,
      markdownTable(
        ['', 'goal', 'measured', 'of the goal', '', 'how', 'when, load'],
        its.map(({ bar, row }) => cellsOf(bar, row)),
      ),
    ]),
    '## What falls short, and why',
    short
      .map(({ bar, row }) => `- **${bar.what}** (${row.measured}; goal: ${bar.goal}). ${bar.because}`)
      .join('\n') || 'Nothing.',
    '## Not measured yet, or without a verdict',
    open
      .map(({ bar, row }) => `- **${bar.what}**: ${row.measured}. ${bar.because ?? ''}`.trimEnd())
      .join('\n') || 'Nothing.',
  ].join('\n\n')}\n`
}

/** Tables have no other bars. */
const cell = (text: string) => text.replaceAll('|', '\\|')

const cellsOf = ({ what, goal }: Bar, row: Row): string[] =>
  [
    what,
    goal,
    row.measured,
    row.ratio === undefined ? '' : row.ratio.toFixed(2) + (row.spread ? ` (${row.spread})` : ''),
    row.verdict === 'missed' ? '**missed**' : row.verdict,
    row.how,
    row.when,
  ].map(cell)

function rowOf(bar: Bar, results: readonly BenchResult[]): Row {
  const result = results.find(({ bench }) => bench === bar.source?.bench)
  const line = result && lineOf(result, bar.source?.line)
  if (result && line && line.verdict !== 'skipped') return measuredRow(result, line)
  return (
    bar.noted ?? {
      measured: line?.how ?? 'not run yet',
      verdict: 'open',
      how: `\`npm run bench -- ${bar.source?.bench}\``,
      when: '',
    }
  )
}

/** The one of that name, or the worst of all that are judged. */
function lineOf({ lines }: BenchResult, name: string | undefined): Measurement | undefined {
  if (name !== undefined) return lines.find((line) => line.name === name)
  const judged = lines.filter(({ ratio, bar }) => ratio !== null && bar !== null)
  const of = ({ ratio, bar }: Measurement) => ratio! / Math.max(bar!, 1e-9)
  return judged.sort((a, b) => of(b) - of(a))[0]
}

function measuredRow({ at, load, commit, command }: BenchResult, line: Measurement): Row {
  const { ratio, bar, spread, verdict, how } = line
  const ofGoal = ratio !== null && bar !== null && bar > 0 ? ratio / bar : undefined
  const told = bar === 0 ? `${ratio}, ${how}` : how
  return {
    measured: told,
    ...(ofGoal === undefined ? {} : { ratio: ofGoal }),
    ...(ofGoal !== undefined && spread
      ? { spread: `${(spread.least / bar!).toFixed(2)} to ${(spread.most / bar!).toFixed(2)}` }
      : {}),
    verdict: verdict === 'ok' ? 'kept' : verdict === 'OVER' ? 'missed' : 'open',
    how: `\`${command}\``,
    when: `${at.slice(0, 10)}, load ${load.before} to ${load.after}, ${commit}`,
  }
}
