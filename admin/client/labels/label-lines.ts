// Class names from a text: one a line, in the order of the model's output. Lines of ImageNet's own list, "n01440764 tench,
// Tinca tinca", stay whole: they are unique, shorter names would not be. The CLI reads the text from a path, the console
// from a file that was chosen.

import { CommandFailed } from '../command-failed.ts'

export function labelsOf(text: string, file: string): string[] {
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
