// The least that a call can cost: tRPC on the same server with one procedure that answers what it was told at its start,
// behind nothing: no key, no role, no audit, no database, no check of what it answers. A process of its own, as the
// control plane is; it ends with its parent.

import { serve } from '@hono/node-server'
import { trpcServer } from '@hono/trpc-server'
import { initTRPC } from '@trpc/server'
import { Hono } from 'hono'
import { z } from 'zod'

const t = initTRPC.create()
let answer: unknown = null
const input = z.object({ limit: z.number().int().default(50) }).prefault({})
const list = t.procedure.input(input).query(() => answer)
const app = new Hono()
app.use(
  '/trpc/*',
  trpcServer({ router: t.router({ devices: t.router({ list }), decisions: t.router({ list }) }) }),
)

process.on('message', (told: { answer: unknown }) => {
  answer = told.answer
  process.send?.({ done: true })
})
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  process.send?.({ ready: `http://127.0.0.1:${port}` }),
)
process.once('disconnect', () => process.exit())
