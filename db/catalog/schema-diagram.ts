// docs/schema.md: the tables and what refers to what, as diagrams for mermaid, which GitHub and most editors draw. Made from
// the schema in TypeScript, each of whose files is a diagram with its own opening words, so that there is nothing to keep up
// beside it; a test compares, and writes it anew with `-u`. Leaves out indexes, checks and triggers: db/schema.sql has them.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'

const FOLDER = path.resolve(import.meta.dirname, '..', 'schema')
/** By the flow, then what all of it stands on. */
const FILES = {
  profile: 'Profile',
  train: 'Select and train',
  promote: 'Promote: what may run',
  rollout: 'Promote: what runs where',
  observe: 'Observe: one by one',
  'decision-hours': 'Observe: sums',
  jobs: 'Jobs of the control plane',
  access: 'Artifacts, keys, the audit log',
  uploads: 'Uploads',
  auth: 'People',
  calls: 'Calls',
}

const HEAD = `# The schema

<!-- Made from db/schema/ by db/catalog/schema-diagram.ts: \`npx vitest run test/db/schema-diagram.test.ts -u\` -->

A line leads from what is referred to, to what refers to it; a table without columns is drawn in another diagram. Columns
that may be empty say \`null\`. Beside these tables there are the partitions of decisions and audits, a day each
([decisions.md](decisions.md)), and pg-boss's own schema ([jobs.md](jobs.md)). Indexes, checks and triggers are in
\`db/schema.sql\`; how the schema changes is in [migrations.md](migrations.md).
`

export async function schemaDiagram(): Promise<string> {
  const parts = [HEAD]
  for (const [file, title] of Object.entries(FILES)) {
    const of: Record<string, unknown> = await import(path.join(FOLDER, `${file}.ts`))
    const tables = Object.values(of).filter((value): value is PgTable => is(value, PgTable))
    const lines = ['```mermaid', 'erDiagram', ...tables.flatMap(linesOf), '```']
    parts.push(`## ${title}\n\n${wordsOf(file)}\n\n${lines.join('\n')}\n`)
  }
  return parts.join('\n')
}

/** The opening comment of the file. */
function wordsOf(file: string): string {
  const text = readFileSync(path.join(FOLDER, `${file}.ts`), 'utf8')
  const comment = /^(?:\/\/.*\n)+/.exec(text)![0]
  return comment.replace(/^\/\/ ?/gm, '').trimEnd()
}

function linesOf(table: PgTable): string[] {
  const { name, columns, foreignKeys, primaryKeys } = getTableConfig(table)
  const keys = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)))
  const references = foreignKeys.map((key) => {
    const { columns: from, foreignTable } = key.reference()
    return { to: getTableConfig(foreignTable).name, from: from[0]!, names: from.map((c) => c.name) }
  })
  const referring = new Set(references.flatMap(({ names }) => names))
  const rows = columns.map((column) => {
    const marks = [
      ...(column.primary || keys.has(column.name) ? ['PK'] : []),
      ...(referring.has(column.name) ? ['FK'] : []),
    ]
    const type = shortTypeOf(column.getSQLType())
    return `    ${[type, column.name, marks.join(', '), column.notNull ? '' : '"null"'].filter(Boolean).join(' ')}`
  })
  const arrows = references.map(
    ({ to, from, names }) => `  ${to} ${from.notNull ? '||' : '|o'}--o{ ${name} : ${names.join('_')}`,
  )
  return [`  ${name} {`, ...rows, '  }', ...arrows]
}

/** One word, as mermaid wants it. */
const shortTypeOf = (type: string): string =>
  type
    .replace(/timestamp( \(\d\))? with time zone/, 'timestamptz')
    .replace('double precision', 'float8')
    .replace(/\W+$/, (end) => (end === '[]' ? end : ''))
    .replaceAll(' ', '_')
