// A row in every table, by way of the queries that make them: what a migration must not lose, and the fixtures
// of queries.test.ts.

import { createHash, randomBytes } from 'node:crypto'
import type { Deployment } from '#contract/deployment.ts'
import type { DeviceReport, EnrolRequest } from '#contract/device-api.ts'
import type { ModelRef } from '#contract/model.ts'
import type { Evaluation } from '#contract/results/evaluation.ts'
import { EvaluationOptions } from '#contract/results/evaluation-options.ts'
import { RolloutPlan, Stage } from '#contract/rollout.ts'
import type { Tier } from '#contract/tier.ts'
import type { Db } from '#db/db.ts'
import { takeAttempt } from '#db/queries/access/attempts.ts'
import { sharedSecret } from '#db/queries/access/auth-secret.ts'
import { keepCall } from '#db/queries/access/kept-calls.ts'
import { insertCode } from '#db/queries/access/one-time-codes.ts'
import { insertUser, setPassword } from '#db/queries/access/users.ts'
import { insertApiKey, writeAudit } from '#db/queries/access.ts'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { insertDataset } from '#db/queries/datasets.ts'
import { insertDecisions } from '#db/queries/decisions.ts'
import { insertDeployment, startRollout } from '#db/queries/deployments.ts'
import { appendJobRows, ensureDeviceJob, takeDeviceJob } from '#db/queries/device-jobs.ts'
import { enrolDevice, insertEnrolment, recordReport } from '#db/queries/devices.ts'
import { ensureFunction } from '#db/queries/functions.ts'
import { keepStep, takeJob } from '#db/queries/jobs/job-work.ts'
import { ensureJob } from '#db/queries/jobs/jobs.ts'
import { holdLease } from '#db/queries/jobs/leases.ts'
import { type ManifestRow, nextManifest } from '#db/queries/manifests.ts'
import { insertModel, modelRefs } from '#db/queries/models.ts'
import { insertAudits } from '#db/queries/observe/audits.ts'
import { insertCaptures } from '#db/queries/observe/captures.ts'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import { moveAlias } from '#db/queries/rollouts/aliases.ts'
import { ensureExternalEdge } from '#db/queries/rollouts/external-edges.ts'
import { insertStaged } from '#db/queries/rollouts/staged-rollouts.ts'
import { ensureUpload } from '#db/queries/storage/uploads.ts'
import { ensureEvaluation } from '#db/queries/train/evaluations.ts'
import { insertRouter } from '#db/queries/train/routers.ts'
import { insertSelection } from '#db/queries/train/selections.ts'
import { secondFactors, sessions, verifications } from '#db/schema/auth.ts'
import { manifestStore } from './manifest-store.ts'

export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

export async function addArtifact(db: Db, text: string): Promise<string> {
  const digest = digestOf(text)
  await recordArtifact(db, { digest, sizeBytes: text.length }, 'text/plain')
  return digest
}

export async function addModel(db: Db, name: string) {
  return insertModel(db, {
    name,
    file: await addArtifact(db, `weights of ${name}`),
    labels: await addArtifact(db, 'labels'),
    contract: {
      input: {
        name: 'image',
        layout: 'nchw',
        dtype: 'uint8',
        width: 8,
        height: 8,
        crop: 1,
        resize: 'bilinear',
        mean: [0, 0, 0],
        std: [1, 1, 1],
      },
      output: { name: 'scores', kind: 'logits' },
    },
  })
}

export const enrolRequest = (tier: Tier): EnrolRequest => ({
  code: 'not kept',
  publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) },
  tier,
  url: 'http://device.test:7402',
  platform: 'test',
})

export async function addEnrolment(db: Db, name: string, tier: Tier): Promise<Buffer> {
  const hash = randomBytes(32)
  await insertEnrolment(db, {
    hash,
    name,
    tier,
    groupName: 'default',
    expiresAt: new Date(Date.now() + 60_000),
  })
  return hash
}

export const addDevice = async (db: Db, name: string, tier: Tier) =>
  (await enrolDevice(db, await addEnrolment(db, name, tier), enrolRequest(tier)))!

export async function addDataset(db: Db, name: string, count: number) {
  const images = []
  for (let i = 0; i < count; i++)
    images.push({ digest: await addArtifact(db, `image ${i}`), label: i % 2, path: `${i}.png` })
  return insertDataset(db, {
    name,
    labelsDigest: await addArtifact(db, 'labels'),
    imagesDigest: await addArtifact(db, `images of ${name}`),
    images,
  })
}

export const outcome = (index: number) => ({ index, top: [{ class: 1, p: 0.5 }], latencyMs: 10 })

export const decisionAt = (sequence: number) => ({
  sequence,
  at: '2026-01-02T03:04:05.678Z',
  deploymentId: 'dep_1',
  tier: 'local' as const,
  label: 1,
  score: 0.5,
  decision: { router: 'forest', version: 1, score: 0.25, threshold: 0.5, reason: 'routed' as const },
  totalMs: 12.5,
  energyJ: 0.5,
  byFallback: false,
})

export const auditAt = (sequence: number, edgeLabel: number) => ({
  kind: 'audit' as const,
  sequence,
  at: '2026-01-02T03:04:06.000Z',
  deploymentId: 'dep_1',
  of: 1,
  local: { label: 1, score: 0.5 },
  edge: { label: edgeLabel, score: 0.75 },
})

export const captureOf = (text: string) => ({
  digest: digestOf(text),
  sizeBytes: text.length,
  at: '2026-01-02T03:04:06.000Z',
  deploymentId: 'dep_1',
  of: 1,
  reason: 'near-threshold' as const,
  score: 0.49,
  threshold: 0.5,
  local: { label: 1, score: 0.5 },
})

export const manifestAt = (deviceId: string, sequence: number, content = 'content'): ManifestRow => ({
  deviceId,
  sequence,
  deploymentId: null,
  digest: digestOf(`${deviceId} ${sequence}`),
  content,
  jws: 'a.b.c',
  issuedAt: new Date(),
  expiresAt: new Date(Date.now() + 60_000),
})

export interface FilledDatabase {
  readonly deviceId: string
  readonly datasetId: string
  readonly selectionId: string
  readonly modelId: string
  readonly deployment: Omit<Deployment, 'id' | 'version'>
}

export const routerDraft = (selectionId: string, documentDigest: string) => ({
  kind: 'confidence',
  selectionId,
  documentDigest,
  evaluation: {} as Evaluation,
  provenance: {
    localJob: 'job_1',
    edgeJob: 'job_2',
    featuresJob: null,
    featuresVersion: 1,
    seed: 1,
    folds: 10,
    offloadTarget: 0.3,
  },
})

/** One that a worker is at. */
async function addJob(db: Db, subject: string): Promise<void> {
  const input = { evaluation: subject }
  await ensureJob(db, { kind: 'evaluation', input, sameKey: subject, subject, askedBy: 'a test' })
  const taken = (await takeJob(db, 'long', 'a worker'))!
  await keepStep(db, taken, { name: 'resample', build: 'a build', value: Buffer.from('figures') })
  await holdLease(db, 'rollouts', 'a worker', 3_000)
}

async function addUser(db: Db): Promise<void> {
  const expiresAt = new Date(Date.now() + 3_600_000)
  const user = await insertUser(db, {
    username: 'ana',
    name: 'Ana',
    email: 'ana@example.org',
    role: 'admin',
    createdBy: 'a test',
  })
  await setPassword(db, user.id, 'salt:key')
  await insertCode(db, {
    hash: randomBytes(32),
    purpose: 'password',
    userId: user.id,
    createdBy: 'a test',
    expiresAt,
  })
  await takeAttempt(db, 'sign-in ana', { burst: 5, everyMs: 1_000 })
  await sharedSecret(db, 'a secret')
  await db.insert(sessions).values({ id: 'ses_1', userId: user.id, token: 'a token', expiresAt })
  await db.insert(verifications).values({ id: 'ver_1', identifier: 'trust', value: user.id, expiresAt })
  await db
    .insert(secondFactors)
    .values({ id: 'tfa_1', userId: user.id, secret: 'sealed', backupCodes: 'sealed' })
}

/** Leaves no table empty. */
export async function fillDatabase(db: Db): Promise<FilledDatabase> {
  await addUser(db)
  await insertApiKey(db, { name: 'first', role: 'admin', hash: randomBytes(32) })
  const call = { action: 'models.create', input: randomBytes(32), answer: randomBytes(60) }
  await keepCall(db, { actor: 'key_1', key: randomBytes(32) }, call)
  await writeAudit(db, { actor: 'first', action: 'models.create', outcome: 'ok', input: { name: 'light' } })
  const model = await addModel(db, 'light')
  const upload = { id: 'up_1', sizeBytes: 7, mediaType: 'text/plain', place: 'folder', createdBy: 'first' }
  await ensureUpload(db, { digest: digestOf('on its way'), ...upload })
  const dataset = await addDataset(db, 'scenes', 4)
  const pi = await addDevice(db, 'pi', 'local')
  const tx2 = await addDevice(db, 'tx2', 'edge')
  const job = { deviceId: pi.id, datasetId: dataset.id, total: 4 }
  await ensureDeviceJob(db, { ...job, kind: 'profile', modelId: model.id, featuresVersion: null })
  const profile = (await takeDeviceJob(db, pi.id))!
  await appendJobRows(db, profile.id, { kind: 'profile', rows: [outcome(0)] })
  await ensureDeviceJob(db, { ...job, deviceId: tx2.id, kind: 'features', modelId: null, featuresVersion: 1 })
  const features = (await takeDeviceJob(db, tx2.id))!
  const row = { index: 0, features: Array.from({ length: 29 }, (_, i) => i / 7), latencyMs: 1 }
  await appendJobRows(db, features.id, { kind: 'features', rows: [row] })
  const selection = await insertSelection(db, {
    datasetId: dataset.id,
    localDeviceId: pi.id,
    edgeDeviceId: tx2.id,
    inputs: { localJobs: [profile.id], edgeJobs: [] },
    result: { ok: false, images: 4, candidates: [], reasons: ['made up'] },
  })
  const { row: evaluation } = await ensureEvaluation(db, selection.id, EvaluationOptions.parse({}))
  await addJob(db, evaluation.id)
  const document = await addArtifact(db, '{}')
  const router = await insertRouter(db, routerDraft(selection.id, document))
  const fn = await ensureFunction(db, 'classify', document)
  const ref = (await modelRefs(db, [model.id])).get(model.id) as ModelRef
  const deployment: FilledDatabase['deployment'] = {
    local: ref,
    edge: ref,
    router: { id: router.id, version: 1, kind: 'confidence', file: { digest: document, sizeBytes: 2 } },
    function: { id: fn.id, name: fn.name, version: 1, file: { digest: document, sizeBytes: 2 } },
    policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
  }
  const { id } = await insertDeployment(db, deployment)
  await startRollout(db, rolloutDraft('default', id))
  await insertStaged(db, stagedDraft('elsewhere', id))
  await moveAlias(
    db,
    { group: 'default', name: 'stable', deploymentId: id },
    { actor: 'a test', reason: 'promoted' },
  )
  await ensureExternalEdge(db, {
    groupName: 'default',
    url: 'http://triton:8000',
    model: 'heavy',
    deploymentId: id,
    createdBy: 'a test',
  })
  await nextManifest(manifestStore(db), pi.id, async () => manifestAt(pi.id, 1))
  await recordReport(db, pi.id, reportOf('idle'))
  await insertDecisions(db, pi.id, [decisionAt(1)])
  await rollUpDecisions(db)
  await insertAudits(db, pi.id, [auditAt(2, 1)])
  await insertCaptures(db, pi.id, [captureOf('a hard image')])
  return {
    deviceId: pi.id,
    datasetId: dataset.id,
    selectionId: selection.id,
    modelId: model.id,
    deployment,
  }
}

export const reportOf = (state: DeviceReport['state'], message = ''): DeviceReport => ({
  ...{ state, message, sequence: 1, servingDeploymentId: null, functionDriver: 'workerd' },
  url: 'http://device.test:7402',
})

export const stagedDraft = (group: string, deploymentId: string) => ({
  deploymentId,
  plan: RolloutPlan.parse({ stages: [Stage.parse({ group })] }),
  alias: 'stable',
  overrideReason: null,
  startedBy: 'a test',
})

export const rolloutDraft = (groupName: string, deploymentId: string) => ({
  groupName,
  deploymentId,
  kind: 'promote' as const,
  overrideReason: null,
  startedBy: 'a test',
})
