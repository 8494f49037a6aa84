// docs/schema.md is what db/schema/ says; `-u` writes it anew.

import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { schemaDiagram } from '#db/catalog/schema-diagram.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

test('docs/schema.md is made from the schema', async () => {
  await expect(await schemaDiagram()).toMatchFileSnapshot(path.join(ROOT, 'docs', 'schema.md'))
})

test('no table is left out', async () => {
  const drawn = [...(await schemaDiagram()).matchAll(/^ {2}(\w+) \{$/gm)].map(([, name]) => name)
  const files = readdirSync(path.join(ROOT, 'db', 'schema'))
  const said = (
    await Promise.all(files.map((file) => import(path.join(ROOT, 'db', 'schema', file))))
  ).flatMap((of: Record<string, object>) => Object.values(of).flatMap((value) => nameOf(value) ?? []))
  expect(drawn.sort()).toEqual(said.sort())
  expect(drawn.length).toBeGreaterThan(40)
})

const nameOf = (value: object): string | undefined =>
  (value as Record<symbol, string>)[Symbol.for('drizzle:Name')]
