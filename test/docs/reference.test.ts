// The tables of the reference are the code's: fields of documents by their schemas, settings by what the processes read.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileName } from '#platform/settings/setting.ts'
import { SETTINGS } from '#platform/settings/settings-file.ts'
import { ROOT, readPage } from './markdown.ts'
import { SCHEMAS } from './reference-schemas.ts'
import { rowsOf } from './schema-rows.ts'
import { settingRows } from './setting-rows.ts'

/** The rows of the table behind a comment, first cells alone. */
function tableAfter(file: string, comment: string, cells: number): string[][] {
  const [, rest] = readPage(file).prose.split(`<!-- ${comment} -->\n`)
  const lines = rest?.split('\n') ?? []
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(2, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, cells + 1)
      .map((cell) => cell.trim()),
  )
}

describe.each(Object.entries(SCHEMAS))('%s', (file, schemas) => {
  const told = [...readPage(file).prose.matchAll(/<!-- fields of ([\w-]+) -->/g)].map(([, name]) => name!)

  test.each(told)('its table of %s has the fields of the schema', (name) => {
    expect(tableAfter(file, `fields of ${name}`, 2)).toEqual(rowsOf(schemas[name]!, schemas))
  })

  test('schemas without a table have no fields of their own', () => {
    const common = ['`schema`', '`threshold`', '`kind`']
    const untold = Object.entries(schemas).filter(([name]) => !told.includes(name))
    for (const [name, schema] of untold)
      expect([name, rowsOf(schema, schemas).map(([field]) => field)]).toEqual([name, common])
  })
})

test.each(Object.keys(settingRows))(
  'docs/configuration.md has every setting of %s, with its default',
  (part) => {
    const rows = settingRows[part]!
    expect(tableAfter('docs/configuration.md', `settings of ${part}`, 3)).toEqual(rows)
  },
)

/** Node's own, which the page explains. */
const OF_NODE = 'NODE_EXTRA_CA_CERTS'

test('docs/configuration.md has every variable that the code reads, and no other', () => {
  const { prose, spans } = readPage('docs/configuration.md')
  const told = new Set(spans.map(({ text }) => text).filter((text) => /^[A-Z][A-Z0-9_]+$/.test(text)))
  const read = new Set([...Object.keys(SETTINGS), ...variablesReadBeside(), OF_NODE])
  expect([...read].filter((name) => !told.has(name))).toEqual([])
  expect([...told].filter((name) => !read.has(name))).toEqual([])
  for (const name of Object.keys(SETTINGS)) expect(prose).toContain(fileName(name))
})

/** What is read without a setting: `env.NAME` and `process.env.NAME` anywhere in the source. */
function variablesReadBeside(): string[] {
  const folders = ['admin', 'core', 'db', 'demo', 'functions', 'platform', 'vision', 'workers']
  const found = folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('node_modules'))
      .flatMap((file) => [
        ...readFileSync(path.join(ROOT, folder, file), 'utf8').matchAll(/\benv\.([A-Z][A-Z0-9_]*)\b/g),
      ]),
  )
  return found.map(([, name]) => name!).filter((name) => !['EDGE', 'VISION', 'DEPLOYMENT'].includes(name))
}
