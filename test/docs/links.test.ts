// Every link in README.md and docs/ leads somewhere, every page is in the index, and every file of the repository that is
// named there exists.

import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { allPages, pageOf, ROOT, readPage } from './markdown.ts'

const pages = allPages()
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map(({ name }) => name)

const fromPage = (file: string, target: string): string =>
  path.join(path.dirname(file), decodeURIComponent(target))

/** What is wrong with a link, or undefined; addresses of others are not asked. */
function wrongWithLink(file: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined
  const [target, anchor] = link.split('#') as [string, string | undefined]
  const to = target === '' ? file : fromPage(file, target)
  if (!existsSync(path.join(ROOT, to))) return 'leads nowhere'
  if (anchor === undefined) return undefined
  return readPage(to).anchors.has(anchor) ? undefined : `"${to}" has no heading for it`
}

describe.each(pages.map((page) => [page.file, page] as const))('%s', (file, page) => {
  test('its links lead somewhere', () => {
    const wrong = page.links.map(({ at, text }) => ({ at, text, is: wrongWithLink(file, text) }))
    expect(wrong.filter(({ is }) => is !== undefined)).toEqual([])
  })

  test('files of the repository that it names exist', () => {
    const named = page.spans.filter(
      ({ text }) => /^[\w.-]+(\/[\w.-]+)+\/?$/.test(text) && FOLDERS.includes(text.split('/')[0]!),
    )
    const plain = [...page.prose.matchAll(/\bdocs\/[\w-]+\.\w+/g)].map(([text]) => ({ at: file, text }))
    const missing = [...named, ...plain].filter(({ text }) => !existsSync(path.join(ROOT, text)))
    expect(missing).toEqual([])
  })
})

test('docs/README.md links every page of docs/', () => {
  const linked = readPage('docs/README.md').links.map(({ text }) => text.split('#')[0])
  const files = readdirSync(path.join(ROOT, 'docs')).filter((name) => /\.(md|json)$/.test(name))
  expect(files.filter((name) => name !== 'README.md' && !linked.includes(name))).toEqual([])
})

test('a link without an end of its own is found', () => {
  const page = pageOf(
    'docs/x.md',
    '# A `b` c\n\n## Two, three\n[a](nowhere.md) [b](#two-three)\n```sh\n[c](d)\n```\n',
  )
  expect([...page.anchors]).toEqual(['a-b-c', 'two-three'])
  expect(page.links.map(({ at, text }) => [at, text])).toEqual([
    ['docs/x.md:4', 'nowhere.md'],
    ['docs/x.md:4', '#two-three'],
  ])
  expect(wrongWithLink('docs/x.md', 'nowhere.md')).toBe('leads nowhere')
  expect(wrongWithLink('docs/x.md', 'access.md#nothing-of-the-kind')).toMatch(/no heading/)
})
