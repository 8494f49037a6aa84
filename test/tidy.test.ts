// The rules of the house that a reader relies on and no compiler checks: which folder may import which, who touches
// the clock, the environment and the heavy packages, and how large files and folders may be.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')

/** What each folder may import beside itself. Nobody imports functions: they arrive as bytes. */
const ARROWS: Record<string, readonly string[]> = {
  contract: [],
  core: ['contract'],
  functions: ['contract', 'core'],
  vision: ['contract', 'core'],
  platform: ['contract', 'core'],
  workers: ['contract', 'core', 'platform', 'vision'],
  db: ['contract', 'core', 'platform'],
  admin: ['contract', 'core', 'platform', 'db', 'vision'],
  // The demo is a user of everything; the processes that it starts it starts by path.
  demo: ['contract', 'core', 'platform', 'vision', 'admin'],
}

interface Import {
  readonly of: string
  readonly isType: boolean
}
interface Source {
  readonly file: string
  readonly text: string
  readonly imports: readonly Import[]
}

const STATEMENT =
  /^(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm

function read(file: string): Source {
  const text = readFileSync(path.join(ROOT, file), 'utf8')
  const imports = [...text.matchAll(STATEMENT)].map(([, type, from, bare, dynamic]) => ({
    of: (from ?? bare ?? dynamic)!,
    isType: type !== undefined,
  }))
  return { file, text, imports }
}

const sources = [...Object.keys(ARROWS), 'bench', 'bin']
  .filter((folder) => existsSync(path.join(ROOT, folder)))
  .flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((f) =>
      path.posix.join(folder, f),
    ),
  )
  .filter((file) => /\.(ts|tsx|mts|mjs)$/.test(file) && !file.includes('node_modules/'))
  .sort()
  .map(read)

const top = (file: string) => file.split('/')[0]!
const under = (...folders: string[]) =>
  sources.filter(({ file }) => folders.some((f) => file.startsWith(`${f}/`)))
const importing = (test: (of: string) => boolean) =>
  sources.filter(({ imports }) => imports.some(({ of }) => test(of))).map(({ file }) => file)
const isPackage = (name: string) => (of: string) => of === name || of.startsWith(`${name}/`)
/** The file that an import names, from the root, or undefined for a package. */
function target(file: string, of: string): string | undefined {
  if (of.startsWith('#')) return of.slice(1)
  return of.startsWith('.') ? path.posix.join(path.posix.dirname(file), of) : undefined
}

describe('imports', () => {
  test.each(Object.entries(ARROWS))('%s imports only what it may: %j', (folder, allowed) => {
    const wrong = under(folder).flatMap(({ file, imports }) =>
      imports
        .map(({ of }) => target(file, of))
        .filter((to) => to !== undefined && ![folder, ...allowed].includes(top(to)))
        .map((to) => `${file} -> ${to}`),
    )
    expect(wrong).toEqual([])
  })

  test('that cross a top-level folder are spelled #folder/', () => {
    // bin/ cannot: it starts what understands the spelling.
    const wrong = sources
      .filter(({ file }) => top(file) !== 'bin')
      .flatMap(({ file, imports }) =>
        imports
          .filter(({ of }) => of.startsWith('.') && top(target(file, of)!) !== top(file))
          .map(({ of }) => `${file} -> ${of}`),
      )
    expect(wrong).toEqual([])
  })

  test('of contract are zod and itself, of core nothing beside contract', () => {
    const packages = (folder: string) =>
      new Set(
        under(folder).flatMap(({ file, imports }) =>
          imports.filter(({ of }) => !target(file, of)).map((i) => i.of),
        ),
      )
    expect([...packages('contract')]).toEqual(['zod'])
    expect([...packages('core')]).toEqual([])
  })

  test('of core/route from contract are types: a function’s bundle carries no zod', () => {
    const values = under('core/route').flatMap(({ file, imports }) =>
      imports
        .filter(({ of, isType }) => of.startsWith('#contract/') && !isType)
        .map(({ of }) => `${file} -> ${of}`),
    )
    expect(values).toEqual([])
  })

  test('of the CLI, its client, the console and the report are contract, platform, each other and the API’s type', () => {
    const clients = ['admin/cli/', 'admin/client/', 'admin/console/', 'admin/report/']
    const wrong = under('admin/cli', 'admin/client', 'admin/console', 'admin/report').flatMap(
      ({ file, imports }) =>
        imports
          .map(({ of, isType }) => ({ to: target(file, of), isType }))
          .filter(({ to, isType }) => {
            if (to === undefined || ['contract', 'platform'].includes(top(to))) return false
            if (to === 'admin/api/router.ts') return !isType
            return !clients.some((folder) => to.startsWith(folder))
          })
          .map(({ to }) => `${file} -> ${to}`),
    )
    expect(wrong).toEqual([])
  })

  test.each<[string, (of: string) => boolean, RegExp]>([
    [
      'onnxruntime',
      isPackage('onnxruntime-node'),
      /^(vision\/onnx-model\.ts$|demo\/train\/|bench\/serve\/bare\/bare-classify\.ts$)/,
    ],
    ['miniflare', isPackage('miniflare'), /^workers\/host\/miniflare-host\.ts$/],
    ['drizzle', isPackage('drizzle-orm'), /^db\//],
    ['pg', (of) => isPackage('pg')(of) || of === 'pg-copy-streams', /^db\//],
  ])('only one place imports %s', (_, test, allowed) => {
    expect(importing(test).filter((file) => !allowed.test(file))).toEqual([])
  })
})

describe('what comes from outside', () => {
  const reading = (pattern: RegExp, where = sources) =>
    where.filter(({ text }) => pattern.test(text)).map((s) => s.file)

  test('the environment is read at the edges alone', () => {
    const edges = [
      'admin/cli/session.ts',
      'admin/database/main.ts',
      'admin/jobs/main.ts',
      'admin/main.ts',
      'db/embedded-postgres/privilege.ts', // Hands a child the parent's, less what would mislead it.
      'demo/launch/child.ts', // The same.
      'demo/start.ts',
      'workers/dev/main.ts',
      'workers/dev/probe-main.ts',
      'workers/pi/main.ts',
      'workers/tx2/main.ts',
    ]
    const readers = reading(/process\.env\b|\benv\b[^=]*\} = process\b|from 'node:process'/)
    expect(readers.filter((file) => !edges.includes(file))).toEqual([])
  })

  test('core knows no clock, no chance and no network', () => {
    const pattern = /Math\.random|Date\.now|new Date\(|performance\.|\bfetch\(|crypto\.|setTimeout|process\./
    expect(reading(pattern, under('core'))).toEqual([])
  })
})

describe('sizes', () => {
  test('no file is over 350 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 350)
    expect(long.map(({ file }) => file)).toEqual([])
  })

  test('no folder holds more than 12 files', () => {
    // One document a file, and one router a file: a level more would only hide them. They may not grow unnoticed.
    const crowded: Record<string, number> = { contract: 15, 'admin/api': 15, 'admin/cli': 15 }
    const counts = new Map<string, number>()
    for (const { file } of sources)
      counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1)
    expect([...counts].filter(([folder, count]) => count > (crowded[folder] ?? 12))).toEqual([])
  })

  test('no folder is more than 3 deep', () => {
    expect(sources.filter(({ file }) => file.split('/').length > 4).map(({ file }) => file)).toEqual([])
  })
})

describe('files', () => {
  test('are named for what they hold', () => {
    const vague =
      /(^|\/)(index|utils?|helpers?|types|common|misc)\.|(manager|service|helper|impl)\.tsx?$|[A-Z_]/
    expect(sources.filter(({ file }) => vague.test(file)).map(({ file }) => file)).toEqual([])
  })

  test('open with a comment that says what they are for', () => {
    const silent = sources.filter(({ text }) => !/^(#!.*\n)?\/[/*]/.test(text))
    expect(silent.map(({ file }) => file)).toEqual([])
  })
})
