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
import { inBatches } from './in-batches.ts'
import { abandonJob, completeJob, nextJob, recordRows } from './job-routes.ts'
import { inLanes } from './lanes.ts'
import { etagOf } from './manifest-polls.ts'
import { offerCaptures, putCapture } from './observe/capture-routes.ts'
import { DecisionIntake } from './observe/decision-intake.ts'
import { takeDecisions, UPLOADS_AT_ONCE } from './observe/decision-routes.ts'
import { openApiRoute } from './openapi/openapi-route.ts'
import { type DevicePolls, openPolls } from './polls/open-polls.ts'
import { readJson } from './read-json.ts'

type Env = { Variables: { device: DeviceRow } }

/** 1,000 decisions are about 300 KB. */
const BODY_MAX_BYTES = 4 * 1024 ** 2
const POLL_MAX_S = 30

export function deviceApp(ctx: Context, { auth, polls } = openPolls(ctx)): Hono<Env> {
  const app = new Hono<Env>()
  // One device asks again and again, one image after the other: nothing between them, and shared all the same.
  const isTold = inBatches(toldArtifacts(ctx.db), 0)
  const decisions = { intake: new DecisionIntake(ctx.db), inLane: inLanes(UPLOADS_AT_ONCE) }
  // Not for GET: to look at a body is to build a whole Request, a tenth of what a poll costs.
  app.on('POST', '/*', capBody(BODY_MAX_BYTES))
  app.get('/openapi.json', openApiRoute())
  app.post('/enrol', (c) => enrol(ctx, c))
  app.get('/manifest', (c) => serveManifest({ auth, polls }, c))
  app.use(async (c, next) => {
    c.set('device', await auth.authenticate(c.req.header('authorization')))
    await next()
  })
  app.post('/report', (c) => takeReport(ctx, c))
  app.get('/artifacts/:digest', (c) => {
    const deviceId = c.get('device').id
    return serveArtifact(ctx, c, async (digest) => (await isTold(artifactKey({ deviceId, digest }))) === true)
  })
  app.get('/jobs/next', async (c) => c.json(await nextJob(ctx.db, c.get('device'))))
  app.post('/jobs/:id/rows', (c) => recordRows(ctx.db, c.get('device'), c))
  app.post('/jobs/:id/done', (c) => noting(ctx, completeJob(ctx.db, c.get('device'), c)))
  app.post('/jobs/:id/failed', (c) => noting(ctx, abandonJob(ctx.db, c.get('device'), c)))
  app.post('/captures', (c) => offerCaptures(ctx, c.get('device'), c))
  app.put('/captures/:digest', (c) => putCapture(ctx, c.get('device'), c))
  app.post('/decisions', (c) => takeDecisions(decisions, c.get('device'), c))
  return app
}

async function enrol(ctx: Context, c: HttpContext): Promise<Response> {
  const request = await readJson(c, EnrolRequest)
  const enrolled = enrolDevice(ctx.db, enrolmentHash(request.code), request).catch(nameTaken)
  const device = await noting(ctx, enrolled)
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

/** What others may be told changes with it, but for reports that say again what the last one said. */
async function takeReport(ctx: Context, c: HttpContext<Env>): Promise<Response> {
  const { id, report: before } = c.get('device')
  const report = await readJson(c, DeviceReport)
  const recorded = recordReport(ctx.db, id, report)
  await (isSame(before, report) ? recorded : noting(ctx, recorded))
  return c.body(null, 204)
}

const isSame = (before: DeviceReport | null, report: DeviceReport): boolean =>
  before?.url === report.url &&
  before.state === report.state &&
  before.sequence === report.sequence &&
  before.servingDeploymentId === report.servingDeploymentId

/** Polls that this process answers from then on know of the change. */
async function noting<T>({ live }: Pick<Context, 'live'>, change: Promise<T>): Promise<T> {
  try {
    return await change
  } finally {
    live.noteOwnChange()
  }
}

/** 200 with the JWS, or 304 once `wait` seconds have brought nothing new, or a job to one that asks to be told. */
async function serveManifest({ auth, polls }: DevicePolls, c: HttpContext): Promise<Response> {
  const known = c.req.header('if-none-match')
  const device = await auth.authenticateBy(
    (id) => polls.trustedNow(id, known) ?? auth.trusted(id),
    c.req.header('authorization'),
  )
  const waitS = Math.min(Number(c.req.query('wait') ?? 0) || 0, POLL_MAX_S)
  const tellJobs = c.req.query('jobs') === 'tell'
  const poll = { known, tellJobs, waitMs: waitS * 1_000, isGone: () => c.req.raw.signal.aborted }
  const { row, hasJob } = await polls.answer(device, poll)
  if (tellJobs) c.header(JOBS_HEADER, (hasJob ? 'waiting' : 'none') satisfies JobsSaid)
  if (!row) return c.body(null, 304, known === undefined ? {} : { etag: known })
  return c.body(row.jws, 200, { etag: etagOf(row), 'content-type': 'application/jose' })
}
