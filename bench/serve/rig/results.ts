// bench/results/serve.md, written by the benches themselves: each replaces its own section and leaves the others, so
// that one can be measured again alone. A section says how it was measured and on what, and how busy the machine was.

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const FILE = path.resolve(import.meta.dirname, '../../results/serve.md')
const TITLE = '# Serving'
const INTRO =
  'Written by the benches in `bench/serve/`, section by section. Clients, worker and competitor are processes on one ' +
  'machine and share its cores; what is compared took turns. Ratios hold better than absolute times.'

/** In this order, whatever was measured last. */
const SECTIONS = [
  'Overhead over the bare loop',
  'Against transformers.js',
  'Damaged images',
  'Growth',
  'Where the time of a request goes',
] as const

export interface Section {
  readonly title: (typeof SECTIONS)[number]
  /** What to type. */
  readonly command: string
  /** Sentences: what was measured and how. */
  readonly how: string
  readonly rows: readonly (readonly (string | number)[])[]
  /** Below the table. */
  readonly notes?: readonly string[]
}

export async function writeSection({ title, command, how, rows, notes = [] }: Section): Promise<void> {
  const [head, ...body] = rows.map((row) => `| ${row.join(' | ')} |`)
  const rule = `|${' --- |'.repeat(rows[0]!.length)}`
  const text = [
    `\`${command}\`: ${how} ${machine()}`,
    [head, rule, ...body].join('\n'),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n')
  const kept = existsSync(FILE) ? sectionsOf(await readFile(FILE, 'utf8')) : new Map<string, string>()
  kept.set(title, text)
  const parts = SECTIONS.filter((name) => kept.has(name)).map((name) => `## ${name}\n\n${kept.get(name)}`)
  await writeFile(FILE, `${[TITLE, INTRO, ...parts].join('\n\n')}\n`)
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
