// What is stored, what needs it, and the collection of what nothing needs.

import type { Command } from 'commander'
import { writeDurably } from '#platform/durable-write.ts'
import { allOf } from '../../client/link/pages.ts'
import { showProgress } from '../progress.ts'
import { openSession } from '../session.ts'
import { onLeaving } from '../shell/interrupted.ts'
import { count, table } from '../table.ts'

const shortened = (digest: string) => digest.slice('sha256:'.length, 'sha256:'.length + 12)

export function addArtifactCommands(program: Command): void {
  const artifacts = program.command('artifacts').description('files by SHA-256: models, images, routers')
  artifacts
    .command('list')
    .description('in the order of digests, then uploads that are under way')
    .option('--limit <n>', 'how many at most', count, 50)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = await openSession(command)
      const list = await allOf(session.api.trpc.artifacts.list, {}, limit)
      const uploads = await session.api.trpc.artifacts.uploads.query()
      const rows = list.map((a) => [shortened(a.digest), a.sizeBytes, a.mediaType, a.createdAt, a.touchedAt])
      const coming = uploads.map((u) => [
        shortened(u.digest),
        u.sizeBytes,
        `${Math.floor((100 * u.offsetBytes) / u.sizeBytes)}% here, from ${u.createdBy}`,
        u.createdAt,
        u.touchedAt,
      ])
      const head = ['digest', 'bytes', 'type', 'since', 'touched']
      session.print({ artifacts: list, uploads }, table([head, ...rows, ...coming]))
    })
  artifacts
    .command('show')
    .description('an artifact and what refers to it')
    .argument('<digest>', 'a digest, or at least 8 digits of its beginning')
    .action(async (digest: string, _options, command: Command) => {
      const session = await openSession(command)
      const found = await session.api.trpc.artifacts.get.query({ digest })
      const by = found.references.map(({ by, rows }) => `  ${by}: ${rows} ${rows === 1 ? 'row' : 'rows'}`)
      session.print(
        found,
        [
          `${found.digest}, ${found.sizeBytes} bytes, ${found.mediaType}`,
          `here since ${found.createdAt}, touched ${found.touchedAt}`,
          by.length === 0 ? 'nothing refers to it' : 'referred to by',
          ...by,
        ].join('\n'),
      )
    })
  artifacts
    .command('fetch')
    .description('writes the bytes of an artifact into a file')
    .argument('<digest>', 'a digest, or at least 8 digits of its beginning')
    .argument('<file>', 'where to')
    .action(async (start: string, file: string, _options, command: Command) => {
      const session = await openSession(command)
      const { digest, sizeBytes } = await session.api.trpc.artifacts.get.query({ digest: start })
      using _ = onLeaving({ line: `Nothing was written to "${file}"` })
      using progress = showProgress('fetch MB')
      const megabytes = (bytes: number) => Math.round(bytes / 1e6)
      const bytes = await session.api.artifact(digest, (done) =>
        progress.to(megabytes(done), megabytes(sizeBytes)),
      )
      progress.end()
      await writeDurably(file, bytes)
      session.print({ digest, sizeBytes, file }, `${sizeBytes} bytes in "${file}"`)
    })
  addCollection(artifacts)
}

function addCollection(artifacts: Command): void {
  artifacts
    .command('gc')
    .description('removes what nothing refers to and nobody has touched for the grace time')
    .option('--dry-run', 'only says what would go')
    .option('--grace-hours <n>', 'in place of TANDEM_ARTIFACT_GRACE_HOURS', count)
    .action(async (options: { dryRun?: boolean; graceHours?: number }, command: Command) => {
      const session = await openSession(command)
      const { dryRun = false, graceHours } = options
      const result = await session.api.trpc.artifacts.collect.mutate({
        dryRun,
        ...(graceHours === undefined ? {} : { graceHours }),
      })
      const { unreferenced, strays, examples } = result
      const verb = dryRun ? 'would go' : 'went'
      session.print(
        result,
        [
          `${unreferenced.count} artifacts that nothing refers to ${verb}, ${unreferenced.sizeBytes} bytes`,
          `${strays.count} files that no artifact vouches for ${verb}, ${strays.sizeBytes} bytes`,
          ...examples.map((digest) => `  ${digest}`),
        ].join('\n'),
      )
    })
}
