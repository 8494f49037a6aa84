// Who is still there, by the words of the command line or of the environment (Linux: /proc).

import { readdir, readFile } from 'node:fs/promises'

export interface Found {
  readonly pid: number
  readonly command: string
}

const readOrEmpty = (file: string) => readFile(file, 'latin1').catch(() => '')

/** Live processes whose command line or environment has the text; zombies have neither. */
export async function processesWith(text: string): Promise<Found[]> {
  const found: Found[] = []
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry)
    if (!(pid > 0) || pid === process.pid) continue
    const command = (await readOrEmpty(`/proc/${entry}/cmdline`)).replaceAll('\0', ' ').trim()
    if (command.includes(text) || (await readOrEmpty(`/proc/${entry}/environ`)).includes(text))
      found.push({ pid, command })
  }
  return found
}
