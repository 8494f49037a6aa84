// A file that is read again when it changes, while somebody writes it.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { reread } from '#workers/front-door/reread.ts'

test('a file that is empty while it is written is never read so', async () => {
  await using folder = await tempFolder('reread')
  const file = path.join(folder.path, 'keys')
  writeFileSync(file, 'whole 0')
  const seen: string[] = []
  const read = () => {
    seen.push(readFileSync(file, 'utf8'))
    return seen.at(-1)!
  }
  using reader = reread([file], read, pino({ level: 'silent' }), 10)
  for (let round = 1; round <= 5; round++) {
    writeFileSync(file, '')
    // Several looks long; synchronous and due before what is settled, so that no slow machine can turn them round.
    await sleep(40)
    writeFileSync(file, `whole ${round}`)
    await until('the change is read', () => reader.current === `whole ${round}`)
  }
  expect(seen).not.toContain('')
})
