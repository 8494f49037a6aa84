// Programs run from bundles (platform/launch): what a profile names there is mapped back to the sources.

import { readFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { CpuProfile } from './inspector.ts'

const BUNDLED = /^file:.*\/\.cache\/programs\//

/** The same profile; a function of a bundle has the file that it was written in. */
export async function unbundled(profile: CpuProfile): Promise<CpuProfile> {
  const urls = new Set(profile.nodes.map(({ callFrame }) => callFrame.url).filter((url) => BUNDLED.test(url)))
  const maps = new Map(await Promise.all([...urls].map(async (url) => [url, await mapOf(url)] as const)))
  const nodes = profile.nodes.map((node) => {
    const { url, lineNumber, columnNumber } = node.callFrame
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber)
    if (!entry || !('originalSource' in entry)) return node
    return { ...node, callFrame: { ...node.callFrame, url: new URL(entry.originalSource, url).href } }
  })
  return { ...profile, nodes }
}

const mapOf = async (url: string): Promise<SourceMap> =>
  new SourceMap(JSON.parse(await readFile(`${fileURLToPath(url)}.map`, 'utf8')))
