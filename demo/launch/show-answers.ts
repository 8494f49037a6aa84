// Classifies a handful of images through the local worker and prints for each: label, tier, why, time.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { percent, round, table, why } from '#admin/cli/table.ts'
import { classify } from '#admin/client/classify.ts'

const HANDFUL = 8

export async function showAnswers(piUrl: string, folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort()
  const step = Math.max(1, Math.floor(files.length / HANDFUL))
  const rows: string[][] = [['image', 'label', 'score', 'tier', 'model', 'ms', 'why']]
  for (const file of files.filter((_, i) => i % step === 0).slice(0, HANDFUL)) {
    const answer = await classify(await readFile(path.join(folder, file)), { url: piUrl })
    const [best] = answer.labels
    rows.push([
      file,
      best!.name,
      percent(best!.score),
      answer.tier,
      answer.model,
      round(answer.timingsMs.total ?? 0, 1),
      why(answer),
    ])
  }
  return table(rows)
}
