// What `tandem db` does, and how it tells of it: progress on stderr, the answer on stdout, one sentence where something
// is refused.

import { createInterface } from 'node:readline/promises'
import type { BackupArtifacts } from '#db/backup/backup-artifacts.ts'
import { describeDatabase } from '#db/backup/describe-database.ts'
import type { OnProgress } from '#db/backup/file/backup-format.ts'
import { restoreBackup } from '#db/backup/restore-backup.ts'
import { verifyBackup } from '#db/backup/verify-backup.ts'
import { writeBackup } from '#db/backup/write-backup.ts'
import { openStores } from '../artifacts/open-stores.ts'
import { type Progress, showProgress } from '../cli/progress.ts'
import type { ControlConfig } from '../config.ts'

export interface DatabaseTask {
  readonly url: string
  readonly file: string
  readonly home: string
  readonly bucket: ControlConfig['bucket']
  readonly artifacts: boolean
  readonly force: boolean
  readonly yes: boolean
  readonly json: boolean
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

export async function backUp(task: DatabaseTask): Promise<void> {
  const written = await withStores(task, (artifacts) =>
    withProgress((onProgress) =>
      writeBackup({ url: task.url, file: task.file, onProgress, ...(artifacts && { artifacts }) }),
    ),
  )
  for (const digest of written.missing) process.stderr.write(`not in the store: ${digest}\n`)
  const { rows, tables, files, sizeBytes } = written
  const text = `${rows} rows of ${tables} tables and ${files} files in ${task.file}, ${megabytes(sizeBytes)}`
  answer(task, written, text)
}

export async function verify(task: DatabaseTask): Promise<void> {
  const { head, end, rows } = await withProgress((onProgress) => verifyBackup(task.file, { onProgress }))
  const files = end.artifacts + end.captures
  const { createdAt, migrations, tables } = head
  answer(
    task,
    { createdAt, migrations: migrations.length, tables: tables.length, rows, files, missing: end.missing },
    `whole: ${rows} rows of ${tables.length} tables and ${files} files, of ${createdAt}`,
  )
}

export async function restore(task: DatabaseTask): Promise<void> {
  const replace = task.force && (await mayReplace(task))
  const restored = await withStores(task, (artifacts) =>
    withProgress((onProgress) =>
      restoreBackup({ url: task.url, file: task.file, replace, onProgress, ...(artifacts && { artifacts }) }),
    ),
  )
  const { rows, tables, files, createdAt, pending } = restored
  const later = pending === 0 ? '' : `; the next start of the control plane applies ${pending} migrations`
  answer(task, restored, `${rows} rows of ${tables} tables and ${files} files, of ${createdAt}${later}`)
}

/** Asks where there is something to lose. */
async function mayReplace({ url, yes }: DatabaseTask): Promise<boolean> {
  const { name, filledTables } = await describeDatabase(url)
  if (filledTables.length === 0 || yes) return true
  if (!process.stdin.isTTY)
    throw new Error(
      `Cannot restore into database "${name}": ${filledTables.length} tables have rows and nobody can be asked, expected --yes with --force`,
    )
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const said = await lines.question(
    `Database "${name}" has rows in ${filledTables.length} tables. All of it is deleted. Type its name to go on: `,
  )
  lines.close()
  if (said.trim() === name) return true
  throw new Error(`Cannot restore into database "${name}": was told "${said.trim()}", expected its name`)
}

async function withStores<T>(
  { artifacts, home, bucket }: DatabaseTask,
  work: (stores: BackupArtifacts | undefined) => Promise<T>,
): Promise<T> {
  if (!artifacts) return work(undefined)
  await using stores = await openStores(home, bucket)
  return await work(stores)
}

/** A bar for each part of the work. */
async function withProgress<T>(work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  let shown: { what: string; bar: Progress } | undefined
  try {
    return await work((what, done, total) => {
      if (shown?.what !== what) {
        shown?.bar.end()
        shown = { what, bar: showProgress(what) }
      }
      shown.bar.to(done, total)
    })
  } finally {
    shown?.bar.end()
  }
}

function answer({ json }: DatabaseTask, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`)
}
