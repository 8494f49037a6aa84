// The least that a poll can cost: a Hono route on the same server that answers 304 without a look at anything. A process
// of its own, as the control plane is; it ends with its parent.

import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()
app.get('/device/v1/manifest', (c) => c.body(null, 304, { etag: '"as-it-was"' }))

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  process.send?.({ ready: `http://127.0.0.1:${port}` }),
)
process.once('disconnect', () => process.exit())
