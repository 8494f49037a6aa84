// A control plane behind a real socket, and a client that remembers what a stream told it.

import { type ServerType, serve } from '@hono/node-server'
import { controlApp } from '#admin/app.ts'
import { openLink, type Trpc } from '#admin/client/link/open-link.ts'
import { type Control, openControl } from '../control-rig.ts'

export interface LiveRig extends AsyncDisposable {
  readonly control: Control
  readonly port: number
  readonly url: string
  /** By this address, or by a proxy's. */
  client(url?: string, token?: string): Trpc
}

export async function openLiveRig(): Promise<LiveRig> {
  const control = await openControl()
  const { server, port } = await new Promise<{ server: ServerType; port: number }>((resolve) => {
    const server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
      resolve({ server, port: info.port }),
    )
  })
  const url = `http://127.0.0.1:${port}`
  return {
    control,
    port,
    url,
    client: (at = url, token = control.keys.viewer) =>
      openLink({ url: at, headers: { authorization: `Bearer ${token}` } }),
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await control[Symbol.asyncDispose]()
    },
  }
}

export interface Seen<T> {
  readonly states: T[]
  readonly ids: string[]
  /** Resolves when the stream ends by itself; rejects where it was refused. */
  readonly ended: Promise<void>
  close(): void
}

interface Handlers<T> {
  onData(event: { id: string; data: T }): void
  onComplete(): void
  onError(error: unknown): void
}

export function watching<T>(subscribe: (on: Handlers<T>) => { unsubscribe(): void }): Seen<T> {
  const states: T[] = []
  const ids: string[] = []
  let close = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    const stream = subscribe({
      onData: ({ id, data }) => {
        ids.push(id)
        states.push(data)
      },
      onComplete: resolve,
      onError: reject,
    })
    close = () => stream.unsubscribe()
  })
  ended.catch(() => undefined)
  return { states, ids, ended, close: () => close() }
}
