// The REST that devices speak, under /device/v1. Plain routes instead of tRPC: a fleet polls them all day, and
// they cost a fifth of the CPU.

import { setTimeout as sleep } from 'node:timers/promises'
import { Hono, type Context as HttpContext } from 'hono'
import { DecisionBatch, DeviceReport, type EnrolAnswer, EnrolRequest } from '#contract/device-api.ts'
import { isUniqueViolation } from '#db/db.ts'
import { insertDecisions, lastDecision } from '#db/queries/decisions.ts'
import { type DeviceRow, enrolDevice, recordReport } from '#db/queries/devices.ts'
import { enrolmentHash } from '../api/devices.ts'
import { getArtifact } from '../artifact-routes.ts'
import { capBody } from '../body-cap.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { authenticateDevice } from './device-auth.ts'
import { abandonJob, completeJob, nextJob, recordRows } from './job-routes.ts'
import { readJson } from './read-json.ts'
import { manifestFor } from './wanted.ts'

type Env = { Variables: { device: DeviceRow } }

/** 1,000 decisions are about 300 KB. */
const BODY_MAX_BYTES = 4 * 1024 ** 2
/** A long poll asks the database this often; it ends early when the answer changes. */
const POLL_EVERY_MS = 500
const POLL_MAX_S = 30

export function deviceApp(ctx: Context): Hono<Env> {
  const app = new Hono<Env>()
  app.use(capBody(BODY_MAX_BYTES))
  app.post('/enrol', (c) => enrol(ctx, c))
  app.use(async (c, next) => {
    c.set('device', await authenticateDevice(ctx.db, c.req.header('authorization')))
    await next()
  })
  app.get('/manifest', (c) => serveManifest(ctx, c))
  app.post('/report', async (c) => {
    await recordReport(ctx.db, c.get('device').id, await readJson(c, DeviceReport))
    return c.body(null, 204)
  })
  app.get('/artifacts/:digest', (c) => getArtifact(ctx, c))
  app.get('/jobs/next', async (c) => c.json(await nextJob(ctx.db, c.get('device'))))
  app.post('/jobs/:id/rows', (c) => recordRows(ctx.db, c.get('device'), c))
  app.post('/jobs/:id/done', (c) => completeJob(ctx.db, c.get('device'), c))
  app.post('/jobs/:id/failed', (c) => abandonJob(ctx.db, c.get('device'), c))
  app.post('/decisions', async (c) => {
    const { decisions } = await readJson(c, DecisionBatch)
    await insertDecisions(ctx.db, c.get('device').id, decisions)
    return c.json({ upTo: await lastDecision(ctx.db, c.get('device').id) })
  })
  return app
}

async function enrol(ctx: Context, c: HttpContext): Promise<Response> {
  const request = await readJson(c, EnrolRequest)
  const device = await enrolDevice(ctx.db, enrolmentHash(request.code), request).catch(nameTaken)
  if (!device)
    throw new Refusal(
      'unauthorised',
      'Cannot enrol: the code is unknown, used, expired or for the other tier',
    )
  ctx.log.info({ device: device.name, tier: device.tier }, 'device enrolled')
  const answer: EnrolAnswer = { deviceId: device.id, name: device.name, manifestKeys: [ctx.signer.publicKey] }
  return c.json(answer, 201)
}

/** Two codes may have been made for one name; only the first of them enrols. */
function nameTaken(cause: unknown): never {
  if (!isUniqueViolation(cause)) throw cause
  throw new Refusal('conflict', 'Cannot enrol: another device has taken the name of this code', { cause })
}

/** 200 with the JWS, or 304 once `wait` seconds have brought nothing new. */
async function serveManifest(ctx: Context, c: HttpContext<Env>): Promise<Response> {
  const known = c.req.header('if-none-match')
  const waitS = Math.min(Number(c.req.query('wait') ?? 0) || 0, POLL_MAX_S)
  const deadline = Date.now() + waitS * 1_000
  for (;;) {
    const row = await manifestFor(ctx.db, ctx.signer, c.get('device'), new Date())
    const etag = `"${row.digest}"`
    if (known !== etag) return c.body(row.jws, 200, { etag, 'content-type': 'application/jose' })
    if (Date.now() >= deadline || c.req.raw.signal.aborted) return c.body(null, 304, { etag })
    await sleep(POLL_EVERY_MS)
    // Revoked in mid-poll is revoked.
    await authenticateDevice(ctx.db, c.req.header('authorization'))
  }
}
