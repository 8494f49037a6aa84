// Class names from a text file: one a line, in the order of the model's output. Lines of ImageNet's own list,
// "n01440764 tench, Tinca tinca", stay whole: they are unique, shorter names would not be.

import { readFile } from 'node:fs/promises'
import { CommandFailed } from './api.ts'

export async function readLabelFile(file: string): Promise<string[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new CommandFailed(`Cannot read labels "${file}": expected a text file with one class a line`, {
      cause,
    })
  }
  const labels = text.replace(/\r/g, '').replace(/\n+$/, '').split('\n')
  const blank = labels.findIndex((label) => label.trim() === '')
  if (blank >= 0)
    throw new CommandFailed(`Cannot read labels "${file}": line ${blank + 1} is empty, expected a class`)
  const seen = new Set<string>()
  for (const [i, label] of labels.entries()) {
    if (seen.has(label))
      throw new CommandFailed(`Cannot read labels "${file}": line ${i + 1} repeats "${label}"`)
    seen.add(label)
  }
  return labels
}

export const labelBytes = (labels: readonly string[]): Uint8Array => Buffer.from(JSON.stringify(labels))
