// Stage observe: hard images that devices handed in. `export` writes them beside a CSV that `datasets add` reads once a
// person has filled in its labels; what the tiers said stands beside, for whoever trusts it.

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { CommandFailed } from '../../client/api.ts'
import { allOf, eachOf } from '../../client/link/pages.ts'
import { openSession, type Session } from '../session.ts'
import { onLeaving } from '../shell/interrupted.ts'
import { count, table } from '../table.ts'
import { deviceNamesOf, versionsOf } from './decision-command.ts'

type Row = Awaited<ReturnType<Session['api']['trpc']['captures']['stored']['query']>>['items'][number]

export function addCaptureCommands(program: Command): void {
  const captures = program.command('captures').description('hard images from devices, for labelling')
  captures
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'how many at most', count, 50)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = await openSession(command)
      const list = await allOf(session.api.trpc.captures.list, {}, limit)
      const [names, versions] = [await deviceNamesOf(session), await versionsOf(session)]
      const head = ['at', 'device', 'deployment', 'why', 'local', 'edge', 'bytes', '', 'digest']
      const rows = list.map((r) => [
        r.at,
        names.get(r.deviceId),
        versions.get(r.deploymentId),
        r.reason,
        r.localLabel,
        r.edgeLabel,
        r.sizeBytes,
        r.storedAt === null ? 'on its way' : '',
        r.digest.slice('sha256:'.length, 'sha256:'.length + 12),
      ])
      session.print(list, table([head, ...rows]))
    })
  captures
    .command('export')
    .description('the images and a CSV to fill labels into: file, label, what both tiers said')
    .argument('<folder>', 'new or empty')
    .option('--deployment <version>', 'of this one alone')
    .action(async (folder: string, { deployment }: { deployment?: string }, command: Command) => {
      const session = await openSession(command)
      const { count, file } = await exportCaptures(session, folder, deployment)
      const text = `${count} images and "${file}" written: fill in its column label, then \`tandem datasets add\``
      session.print({ count, file }, text)
    })
}

async function exportCaptures(session: Session, folder: string, version: string | undefined) {
  const [names, versions] = [await deviceNamesOf(session), await versionsOf(session)]
  const deploymentId = [...versions].find(([, v]) => String(v) === version)?.[0] ?? version
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, 'labels.csv')
  // Somebody may have filled in its labels.
  if (existsSync(file))
    throw new CommandFailed(
      `Cannot export into "${folder}": it has a labels.csv, expected a new or empty folder`,
    )
  using _ = onLeaving({ line: `"${folder}" has no labels.csv yet: the same command begins again` })
  const lines = ['file,label,local_label,edge_label,reason,score,threshold,device,deployment,at,digest']
  for await (const row of pages(session, deploymentId)) {
    const bytes = await session.api.capture(row.digest)
    const name = `${row.digest.slice('sha256:'.length, 'sha256:'.length + 20)}${suffixOf(bytes)}`
    await writeFile(path.join(folder, name), bytes)
    const of = [names.get(row.deviceId), versions.get(row.deploymentId), row.at, row.digest]
    const said = [row.localLabel, row.edgeLabel, row.reason, row.routerScore, row.threshold]
    lines.push([name, '', ...said, ...of].map((cell) => quoted(cell ?? '')).join(','))
    if ((lines.length - 1) % 100 === 0) session.tell(`  ${lines.length - 1} images`)
  }
  await writeFile(file, `${lines.join('\n')}\n`)
  return { count: lines.length - 1, file }
}

/** Each image once, whoever else saw it. */
async function* pages(session: Session, deploymentId: string | undefined): AsyncGenerator<Row> {
  let last: string | undefined
  for await (const row of eachOf(session.api.trpc.captures.stored, { deploymentId })) {
    if (row.digest !== last) yield row
    last = row.digest
  }
}

/** By magic bytes; a front door takes nothing else. */
function suffixOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return '.jpg'
  return bytes[0] === 0x89 && bytes[1] === 0x50 ? '.png' : '.webp'
}

/** RFC 4180; a name that begins as a formula does is none. */
function quoted(cell: string | number): string {
  const text = typeof cell === 'string' && /^[=+\-@\t]/.test(cell) ? `'${cell}` : String(cell)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
