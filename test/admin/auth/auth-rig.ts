// Control planes with sockets on one database, and browsers that keep cookies: what a person's session looks like from
// outside. Each browser has an address of its own, which it tells as a proxy would.

import { type ServerType, serve } from '@hono/node-server'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { AdminRouter } from '#admin/api/router.ts'
import { controlApp } from '#admin/app.ts'
import type { AuthSettings } from '#admin/auth/auth-settings.ts'
import type { AdminApi, Control } from '../control-rig.ts'
import { openControl } from '../control-rig.ts'

export const PASSWORD = 'correct horse battery staple'

export interface Replica {
  readonly url: string
  readonly server: ServerType
}

export interface AuthRig extends AsyncDisposable {
  readonly control: Control
  readonly replicas: readonly Replica[]
}

export async function openAuthRig(settings: AuthSettings = {}, replicas = 1): Promise<AuthRig> {
  const control = await openControl()
  const started: Replica[] = []
  for (let i = 0; i < replicas; i++) started.push(await startReplica(control, { proxies: 1, ...settings }))
  return {
    control,
    replicas: started,
    async [Symbol.asyncDispose]() {
      for (const { server } of started) await new Promise((resolve) => server.close(resolve))
      await control[Symbol.asyncDispose]()
    },
  }
}

function startReplica(control: Control, settings: AuthSettings): Promise<Replica> {
  return new Promise((resolve, reject) => {
    const { fetch } = controlApp(control.ctx, settings)
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, server }),
    )
    server.once('error', reject)
  })
}

let addresses = 0

/** A page of the control plane in a browser. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly origin: string
  readonly address = `10.0.${++addresses >> 8}.${addresses & 255}`
  base: string
  constructor(base: string, origin = new URL(base).origin) {
    this.base = base
    this.origin = origin
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async fetch(pathname: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookies.size > 0 && !headers.has('cookie')) headers.set('cookie', this.cookie)
    if (init.method === 'POST' && !headers.has('origin')) headers.set('origin', this.origin)
    // What a test wants left out.
    for (const [name, value] of [...headers]) if (value === 'none') headers.delete(name)
    if (!headers.has('x-forwarded-for')) headers.set('x-forwarded-for', this.address)
    const answer = await fetch(new URL(pathname, this.base), { ...init, headers })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    return answer
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
    if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name!)
    else this.cookies.set(name!, value!)
  }

  post(pathname: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  signIn(username: string, password = PASSWORD): Promise<Response> {
    return this.post('/auth/sign-in/username', { username, password })
  }

  get api(): AdminApi {
    return createTRPCClient<AdminRouter>({
      links: [
        httpLink({
          url: `${this.base}/trpc`,
          fetch: (url, init) =>
            this.fetch(String(url).slice(this.base.length), init as unknown as RequestInit),
        }),
      ],
    })
  }
}

/** A user who was let in by the admin's key, and a browser where they have signed in. */
export async function signedIn(
  rig: AuthRig,
  username: string,
  role: 'admin' | 'operator' | 'viewer',
): Promise<Browser> {
  await rig.control.admin.users.add.mutate({ username, role, password: PASSWORD })
  const browser = new Browser(rig.replicas[0]!.url)
  const answer = await browser.signIn(username)
  if (answer.status !== 200) throw new Error(`signing in ended with ${answer.status}: ${await answer.text()}`)
  return browser
}
