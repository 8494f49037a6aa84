// `node --import tsx bench/write-results.ts`: docs/results.md anew, from the bars in bench/page and bench/results/*.json.
// `npm run bench` does it at its end.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CONTROL, DEVICES, PEOPLE } from './page/fleet-bars.ts'
import { resultsPage } from './page/results-page.ts'
import { SCIENCE } from './page/science-bars.ts'
import { SERVING } from './page/serving-bars.ts'
import { KEPT } from './report/results-folder.ts'
import { BenchResult } from './report/write-json.ts'

export const RESULTS_PAGE = path.resolve(import.meta.dirname, '../docs/results.md')
export const CHAPTERS = [SCIENCE, SERVING, DEVICES, CONTROL, PEOPLE]

export async function readResults(): Promise<BenchResult[]> {
  const files = (await readdir(KEPT)).filter((file) => file.endsWith('.json')).sort()
  const read = async (file: string) =>
    BenchResult.safeParse(JSON.parse(await readFile(path.join(KEPT, file), 'utf8')))
  // Others may keep other documents there.
  return (await Promise.all(files.map(read))).filter((parsed) => parsed.success).map(({ data }) => data!)
}

export const currentPage = async (): Promise<string> => resultsPage(CHAPTERS, await readResults())

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(RESULTS_PAGE, await currentPage())
