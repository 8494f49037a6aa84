// The REST that devices speak, under /device/v1. Plain routes instead of tRPC: a fleet polls them all day, and
// they cost a fifth of the CPU.

import { Hono, type Context as HttpContext } from 'hono'
import {
  DeviceReport,
  type EnrolAnswer,
  EnrolRequest,
  JOBS_HEADER,
  type JobsSaid,
} from '#contract/device-api.ts'
import { isUniqueViolation } from '#db/db.ts'
import { type DeviceRow, enrolDevice, recordReport } from '#db/queries/devices.ts'
import { artifactKey, toldArtifacts } from '#db/queries/polls/told-artifacts.ts'
import { enrolmentHash } from '../api/devices.ts'
import { serveArtifact } from '../artifacts/serve-artifact.ts'
import { capBody } from '../body-cap.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { DeviceAuth } from './device-auth.ts'
import { inBatches } from './in-batches.ts'
import { abandonJob, completeJob, nextJob, recordRows } from './job-routes.ts'
import { inLanes } from './lanes.ts'
import { etagOf, ManifestPolls } from './manifest-polls.ts'
import { offerCaptures, putCapture } from './observe/capture-routes.ts'
import { DecisionIntake } from './observe/decision-intake.ts'
import { takeDecisions, UPLOADS_AT_ONCE } from './observe/decision-routes.ts'
import { openApiRoute } from './openapi/openapi-route.ts'
import { readJson } from './read-json.ts'

type Env = { Variables: { device: DeviceRow } }

/** 1,000 decisions are about 300 KB. */
const BODY_MAX_BYTES = 4 * 1024 ** 2
const POLL_MAX_S = 30

export function deviceApp(ctx: Context): Hono<Env> {
  const app = new Hono<Env>()
  const auth = new DeviceAuth(ctx.db)
  const polls = new ManifestPolls(ctx, (id) => auth.trusted(id))
  // One device asks again and again, one image after the other: nothing between them, and shared all the same.
  const isTold = inBatches(toldArtifacts(ctx.db), 0)
  const decisions = { intake: new DecisionIntake(ctx.db), inLane: inLanes(UPLOADS_AT_ONCE) }
  // Not for GET: to look at a body is to build a whole Request, a tenth of what a poll costs.
  app.on('POST', '/*', capBody(BODY_MAX_BYTES))
  app.get('/openapi.json', openApiRoute())
  app.post('/enrol', (c) => enrol(ctx, c))
  app.use(async (c, next) => {
    c.set('device', await auth.authenticate(c.req.header('authorization')))
    await next()
  })
  app.get('/manifest', (c) => serveManifest(polls, c))
  app.post('/report', async (c) => {
    await recordReport(ctx.db, c.get('device').id, await readJson(c, DeviceReport))
    return c.body(null, 204)
  })
  app.get('/artifacts/:digest', (c) => {
    const deviceId = c.get('device').id
    return serveArtifact(ctx, c, async (digest) => (await isTold(artifactKey({ deviceId, digest }))) === true)
  })
  app.get('/jobs/next', async (c) => c.json(await nextJob(ctx.db, c.get('device'))))
  app.post('/jobs/:id/rows', (c) => recordRows(ctx.db, c.get('device'), c))
  app.post('/jobs/:id/done', (c) => completeJob(ctx.db, c.get('device'), c))
  app.post('/jobs/:id/failed', (c) => abandonJob(ctx.db, c.get('device'), c))
  app.post('/captures', (c) => offerCaptures(ctx, c.get('device'), c))
  app.put('/captures/:digest', (c) => putCapture(ctx, c.get('device'), c))
  app.post('/decisions', (c) => takeDecisions(decisions, c.get('device'), c))
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
  const answer: EnrolAnswer = {
    deviceId: device.id,
    name: device.name,
    manifestKeys: [...ctx.signer.publicKeys],
  }
  return c.json(answer, 201)
}

/** Two codes may have been made for one name; only the first of them enrols. */
function nameTaken(cause: unknown): never {
  if (!isUniqueViolation(cause)) throw cause
  throw new Refusal('conflict', 'Cannot enrol: another device has taken the name of this code', { cause })
}

/** 200 with the JWS, or 304 once `wait` seconds have brought nothing new, or a job to one that asks to be told. */
async function serveManifest(polls: ManifestPolls, c: HttpContext<Env>): Promise<Response> {
  const known = c.req.header('if-none-match')
  const waitS = Math.min(Number(c.req.query('wait') ?? 0) || 0, POLL_MAX_S)
  const tellJobs = c.req.query('jobs') === 'tell'
  const poll = { known, tellJobs, waitMs: waitS * 1_000, isGone: () => c.req.raw.signal.aborted }
  const { row, hasJob } = await polls.answer(c.get('device'), poll)
  if (tellJobs) c.header(JOBS_HEADER, (hasJob ? 'waiting' : 'none') satisfies JobsSaid)
  if (!row) return c.body(null, 304, known === undefined ? {} : { etag: known })
  return c.body(row.jws, 200, { etag: etagOf(row), 'content-type': 'application/jose' })
}
