// A control plane without a socket: the real app, database, artifact store and signer, asked through `request`.
// What a test does to it goes through the public door, with a key of the role that it wants to be.

import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createTRPCClient, httpLink, splitLink, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { pino } from 'pino'
import type { AdminRouter } from '#admin/api/router.ts'
import { mintApiKey } from '#admin/api-key.ts'
import { controlApp } from '#admin/app.ts'
import { trainRouter } from '#admin/client/work.ts'
import type { Context } from '#admin/context.ts'
import { startJobWorker } from '#admin/jobs/work/job-worker.ts'
import { openLive } from '#admin/live/live.ts'
import { openManifestSigner } from '#admin/manifest-signer.ts'
import { ErrorBody } from '#contract/classify.ts'
import { connect, type Database } from '#db/connect.ts'
import { insertApiKey, type Role } from '#db/queries/access.ts'
import { ArtifactStore, digestOf } from '#platform/artifact-store.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'

export type AdminApi = ReturnType<typeof createTRPCClient<AdminRouter>>

export interface Control extends AsyncDisposable {
  readonly ctx: Context
  readonly database: Database
  readonly databaseUrl: string
  readonly home: string
  /** What the control plane logged, a JSON line each. */
  readonly log: readonly string[]
  readonly keys: Readonly<Record<Role, string>>
  readonly admin: AdminApi
  as(token: string | undefined): AdminApi
  request(pathname: string, init?: RequestInit): Promise<Response>
  /** Uploads as admin and answers the digest. */
  put(bytes: Uint8Array | string): Promise<string>
}

/** Tests that run at once wait for theirs. */
const JOBS_AT_ONCE = 8

/** On a database of its own, or on one that is given; with a worker for its jobs; in folders, or in given stores. */
export async function openControl(
  given?: TestDatabase,
  jobsAtOnce = JOBS_AT_ONCE,
  stores?: Pick<Context, 'artifacts' | 'captures'>,
): Promise<Control> {
  const { url, drop } = given ?? (await createTestDatabase())
  const database = connect(url)
  const home = await mkdtemp(path.join(os.tmpdir(), 'tandem-control-'))
  const artifacts = new ArtifactStore(path.join(home, 'artifacts'))
  const log: string[] = []
  const ctx: Context = {
    db: database.db,
    artifacts,
    captures: new ArtifactStore(path.join(home, 'captures')),
    signer: await openManifestSigner(home),
    ...stores,
    live: openLive(url, pino({ level: 'silent' })),
    log: pino({ level: 'info' }, { write: (line: string) => void log.push(line) }),
  }
  const app = controlApp(ctx)
  const keys = { admin: '', operator: '', viewer: '' }
  for (const role of ['admin', 'operator', 'viewer'] as const) {
    const { id, token, hash } = mintApiKey()
    await insertApiKey(ctx.db, { id, name: `the ${role}`, role, hash })
    keys[role] = token
  }
  const worker = startJobWorker(ctx, jobsAtOnce)
  const request = async (pathname: string, init?: RequestInit) => app.request(pathname, init)
  const as = (token: string | undefined) => apiOver(request, token)
  return {
    ctx,
    database,
    databaseUrl: url,
    home,
    log,
    keys,
    admin: as(keys.admin),
    as,
    request,
    async put(content) {
      const bytes = Buffer.from(content)
      const digest = digestOf(bytes)
      const response = await request(`/artifacts/${digest}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${keys.admin}` },
        body: bytes,
      })
      if (response.status !== 201) throw new Error(`upload ended with ${response.status}`)
      return digest
    },
    async [Symbol.asyncDispose]() {
      await ctx.live[Symbol.asyncDispose]()
      await worker[Symbol.asyncDispose]()
      await database.close()
      await drop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** As through a proxy that lets no streams pass: whoever waits asks now and then. */
const noStreams: TRPCLink<AdminRouter> = () => () =>
  observable((observer) => observer.error(new TRPCClientError('no streams')))

function apiOver(request: Control['request'], token: string | undefined): AdminApi {
  const calls = httpLink<AdminRouter>({
    url: '/trpc',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    fetch: (url, init) => request(String(url), init as RequestInit),
  })
  const condition = ({ type }: { type: string }) => type === 'subscription'
  return createTRPCClient<AdminRouter>({
    links: [splitLink({ condition, true: noStreams, false: calls })],
  })
}

/** A router of the newest selection, or as asked for. */
export const trained = (control: Control, input: Parameters<typeof trainRouter>[1]) =>
  trainRouter({ trpc: control.admin }, input)

export interface Refused {
  readonly code: string
  readonly status: number
  readonly message: string
  readonly fields: readonly { path: string; message: string }[] | undefined
}

/** How the API refused the call; throws where it did not. */
export async function refusalOf(call: Promise<unknown>): Promise<Refused> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error
    const { code, httpStatus, fields } = error.data ?? {}
    return { code, status: httpStatus, message: error.message, fields }
  }
  throw new Error('the call was not refused')
}

export const jsonBody = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof value === 'string' ? value : JSON.stringify(value),
})

/** How plain HTTP refused: the code and the sentence. */
export const errorOf = async (answer: Response): Promise<ErrorBody['error']> =>
  ErrorBody.parse(await answer.json()).error
