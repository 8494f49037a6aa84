import { mkdtemp, rm } from 'node:fs/promises'
import { readFile } from 'node:fs/promises'
import { startControlPlane } from '#admin/wire.ts'
import { readControlConfig } from '#admin/config.ts'
const home = await mkdtemp('/tmp/tandem-measure-')
const control = await startControlPlane(readControlConfig({ TANDEM_HOME: home, TANDEM_PORT: '0', LOG_LEVEL: 'silent' }))
const key = (await readFile(control.adminKeyFile, 'utf8')).trim()
const post = (p: string, b: unknown, h = {}) => fetch(control.url + p, { method: 'POST', headers: { 'content-type': 'application/json', ...h }, body: JSON.stringify(b) })
await post('/trpc/users.add', { username: 'ana', role: 'admin', password: 'correct horse battery' }, { authorization: `Bearer ${key}` })
const a = await post('/auth/sign-in/username', { username: 'ana', password: 'correct horse battery' })
const cookies = a.headers.getSetCookie().map((c) => c.split(';')[0]!)
const all = cookies.join('; '); const tokenOnly = cookies.find((c) => c.includes('session_token'))!
const ways: Record<string, Record<string, string>> = { healthz: {}, key: { authorization: `Bearer ${key}` }, cookie: { cookie: all }, 'cookie without cache': { cookie: tokenOnly } }
const times: Record<string, number[]> = {}
for (let round = 0; round < 400; round++) for (const [way, headers] of Object.entries(ways)) {
  const t = performance.now()
  const r = await fetch(control.url + (way === 'healthz' ? '/healthz' : '/trpc/session.whoami'), { headers })
  await r.text(); if (!r.ok) throw new Error(way)
  ;(times[way] ??= []).push(performance.now() - t)
}
for (const [way, t] of Object.entries(times)) { t.sort((x, y) => x - y); console.log(way, 'p50', t[200]!.toFixed(2), 'p10', t[40]!.toFixed(2)) }
await control[Symbol.asyncDispose](); await rm(home, { recursive: true })
