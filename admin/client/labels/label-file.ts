// A file of class names, as the commands take it.

import { readFile } from 'node:fs/promises'
import { CommandFailed } from '../command-failed.ts'
import { labelsOf } from './label-lines.ts'

export async function readLabelFile(file: string): Promise<string[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new CommandFailed(`Cannot read labels "${file}": expected a text file with one class a line`, {
      cause,
    })
  }
  return labelsOf(text, file)
}

export const labelBytes = (labels: readonly string[]): Uint8Array => Buffer.from(JSON.stringify(labels))
