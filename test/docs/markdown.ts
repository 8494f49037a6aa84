// A page of the documentation as its tests see it: blocks of code, headings, links and words in backticks. Not a parser of
// Markdown: fences begin a line, or are indented below an item of a list, as this repository writes them.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '../..')

export interface Block {
  /** `docs/classify.md:12`, the line of its fence. */
  readonly at: string
  readonly language: string
  readonly code: string
  /** Why it is not run, from the comment `<!-- not run: why -->` before it. */
  readonly notRun: string | undefined
}

export interface Page {
  /** From the root. */
  readonly file: string
  readonly blocks: readonly Block[]
  readonly anchors: ReadonlySet<string>
  readonly links: readonly Found[]
  /** What stands in backticks. */
  readonly spans: readonly Found[]
  /** All but the blocks. */
  readonly prose: string
}

export interface Found {
  readonly at: string
  readonly text: string
}

/** README.md, then all of docs/. */
export function allPages(): Page[] {
  const docs = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  return ['README.md', ...docs.sort().map((name) => `docs/${name}`)].map(readPage)
}

export const readPage = (file: string): Page => pageOf(file, readFileSync(path.join(ROOT, file), 'utf8'))

export function pageOf(file: string, text: string): Page {
  const { blocks, prose } = splitPage(file, text.split('\n'))
  const at = (index: number) => `${file}:${prose.slice(0, index).split('\n').length}`
  const found = (pattern: RegExp, group: number): Found[] =>
    [...prose.matchAll(pattern)].map((match) => ({ at: at(match.index), text: match[group]! }))
  return {
    file,
    blocks,
    prose,
    anchors: anchorsOf(prose),
    links: found(/\]\(([^)\s]+)\)/g, 1),
    spans: found(/(?<!`)(`+)(?!`)([^`]+?)\1(?!`)/g, 2),
  }
}

/** In `prose` a block's lines are empty, so that lines keep their numbers. */
function splitPage(file: string, lines: readonly string[]): { blocks: Block[]; prose: string } {
  const blocks: Block[] = []
  const prose: string[] = []
  for (let i = 0; i < lines.length; i++) {
    const [, indent, language] = /^( *)```(\w*)$/.exec(lines[i]!) ?? []
    prose.push(indent === undefined ? lines[i]! : '')
    if (indent === undefined) continue
    const end = lines.indexOf(`${indent}\`\`\``, i + 1)
    if (end < 0) throw new Error(`Cannot read "${file}:${i + 1}": its block has no end`)
    const code = lines.slice(i + 1, end).map((line) => line.replace(indent, ''))
    blocks.push({
      at: `${file}:${i + 1}`,
      language: language!,
      code: code.join('\n'),
      notRun: /^ *<!-- not run: (.+) -->$/.exec(before(lines, i))?.[1],
    })
    prose.push(...lines.slice(i + 1, end + 1).map(() => ''))
    i = end
  }
  return { blocks, prose: prose.join('\n') }
}

/** The last line before that says something. */
const before = (lines: readonly string[], index: number): string =>
  lines.slice(0, index).findLast((line) => line.trim() !== '') ?? ''

/** As GitHub makes them: lower case, without punctuation, "-" for each space, numbered from the second of a kind on. */
function anchorsOf(prose: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading!.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
    let name = anchor
    for (let n = 1; anchors.has(name); n++) name = `${anchor}-${n}`
    anchors.add(name)
  }
  return anchors
}
