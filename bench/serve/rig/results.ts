// A file under bench/results/, written by the benches themselves: each replaces its own section and leaves the others,
// so that one can be measured again alone. A section says how it was measured and on what, and how busy the machine was.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { resultsFolder } from '../../report/results-folder.ts'

const SERVE: ResultsFile = {
  name: 'serve.md',
  title: '# Serving',
  intro:
    'Written by the benches in `bench/serve/`, section by section. Clients, worker and competitor are processes on one ' +
    'machine and share its cores; what is compared took turns. Ratios hold better than absolute times.',
  sections: [
    'Overhead over the bare loop',
    'Against transformers.js',
    'Against OpenCV in Python',
    'Damaged images',
    'Growth',
    'Where the time of a request goes',
    'Memory of the processes',
    'Cold start',
  ],
}

export interface ResultsFile {
  readonly name: string
  readonly title: string
  readonly intro: string
  /** In this order, whatever was measured last. */
  readonly sections: readonly string[]
}

export interface Section {
  /** One of the file's. */
  readonly title: string
  /** What to type. */
  readonly command: string
  /** Sentences: what was measured and how. */
  readonly how: string
  readonly rows: readonly (readonly (string | number)[])[]
  /** Below the table. */
  readonly notes?: readonly string[]
}

export async function writeSection(
  { title, command, how, rows, notes = [] }: Section,
  file: ResultsFile = SERVE,
): Promise<void> {
  if (!file.sections.includes(title))
    throw new RangeError(`Cannot write section "${title}": expected one of ${file.sections.join(', ')}`)
  const [head, ...body] = rows.map((row) => `| ${row.join(' | ')} |`)
  const rule = `|${' --- |'.repeat(rows[0]!.length)}`
  const text = [
    `\`${command}\`: ${how} ${machine()}`,
    [head, rule, ...body].join('\n'),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n')
  const at = path.join(resultsFolder(), file.name)
  const kept = existsSync(at) ? sectionsOf(await readFile(at, 'utf8')) : new Map<string, string>()
  kept.set(title, text)
  const parts = file.sections
    .filter((name) => kept.has(name))
    .map((name) => `## ${name}\n\n${kept.get(name)}`)
  await mkdir(resultsFolder(), { recursive: true })
  await writeFile(at, `${[file.title, file.intro, ...parts].join('\n\n')}\n`)
}

function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/^## /m).slice(1)
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]),
  )
}

function machine(): string {
  const cpu = os.cpus()[0]?.model.trim() ?? 'unknown processor'
  return (
    `${os.cpus().length} cores, ${cpu}, Node ${process.versions.node}, ${os.type()} ${os.arch()}; ` +
    `load average at the end ${os.loadavg()[0]!.toFixed(1)}.`
  )
}
