// The promises of db/queries about versions, rollouts and manifests, each kept under concurrency.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '#db/connect.ts'
import { pgFailure } from '#db/db.ts'
import { currentRollout, insertDeployment, startRollout } from '#db/queries/deployments.ts'
import { ensureFunction, findFunction } from '#db/queries/functions.ts'
import { pageHistory } from '#db/queries/lists/promote-lists.ts'
import { nextManifest } from '#db/queries/manifests.ts'
import { findRouter, insertRouter } from '#db/queries/train/routers.ts'
import { addArtifact, addDevice, manifestAt, rolloutDraft, routerDraft } from './filled-database.ts'
import { lastManifest, manifestStore } from './manifest-store.ts'
import { openQueryRig, type QueryRig, times } from './query-rig.ts'

let rig: QueryRig
beforeAll(async () => {
  rig = await openQueryRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const db = () => rig.database.db

describe('versions', () => {
  test('of twenty routers at once are twenty numbers without a gap', async () => {
    const document = await addArtifact(db(), 'a router')
    const made = await times(20, () => insertRouter(db(), routerDraft(rig.filled.selectionId, document)))
    const versions = made.map((r) => r.version).sort((a, b) => a - b)
    expect(versions).toEqual(versions.map((_, i) => versions[0]! + i))
    expect(new Set(versions).size).toBe(20)
    expect((await findRouter(db(), String(versions[7])))?.id).toBe(
      made.find((r) => r.version === versions[7])!.id,
    )
  })

  test('of twenty deployments at once are twenty numbers, in the document as in the row', async () => {
    const made = await times(20, () => insertDeployment(db(), rig.filled.deployment))
    expect(new Set(made.map((d) => d.version)).size).toBe(20)
    for (const { id, version, document } of made) expect(document).toMatchObject({ id, version })
  })

  test('of a function count contents: the same bytes twenty times at once are one version', async () => {
    const digest = await addArtifact(db(), 'a function')
    const made = await times(20, () => ensureFunction(db(), 'mine', digest))
    expect(new Set(made.map((f) => f.version))).toEqual(new Set([1]))
    const next = await ensureFunction(db(), 'mine', await addArtifact(db(), 'another function'))
    expect(next.version).toBe(2)
    expect((await findFunction(db(), 'mine'))?.version).toBe(2)
    expect((await findFunction(db(), 'mine', 1))?.digest).toBe(digest)
  })
})

describe('startRollout()', () => {
  test('twenty at once leave exactly one current, and all the history', async () => {
    const { id } = await insertDeployment(db(), rig.filled.deployment)
    const started = await times(20, () => startRollout(db(), rolloutDraft('busy', id)))
    const { items: history } = await pageHistory(db(), { group: 'busy', limit: 100 })
    expect(history).toHaveLength(20)
    expect(history.map((h) => h.rollout.state)).toEqual(['current', ...Array(19).fill('superseded')])
    expect(started.map((r) => r.id)).toContain((await currentRollout(db(), 'busy'))!.rollout.id)
  })

  test('of groups side by side leave one current in each', async () => {
    const { id } = await insertDeployment(db(), rig.filled.deployment)
    await times(10, (i) => startRollout(db(), rolloutDraft(`side-${i % 2}`, id)))
    for (const group of ['side-0', 'side-1'])
      expect((await currentRollout(db(), group))?.rollout.groupName).toBe(group)
  })

  test('one that fails leaves the current one in place', async () => {
    const before = await currentRollout(db(), 'default')
    await expect(startRollout(db(), rolloutDraft('default', 'dep_unknown'))).rejects.toThrow()
    expect(await currentRollout(db(), 'default')).toEqual(before)
  })
})

describe('the database itself refuses', () => {
  test.each<[string, string, string]>([
    [
      'a second current rollout of a group',
      `insert into rollouts select 'rol_x', group_name, deployment_id, kind, 'current', null, 'sql', now(), null
        from rollouts where group_name = 'default' and state = 'current'`,
      'rollouts_one_current',
    ],
    [
      'a current rollout with an end',
      `update rollouts set ended_at = now() where state = 'current'`,
      'rollouts_state',
    ],
    [
      'a job that is done without all rows',
      `update device_jobs set state = 'done' where total = 4`,
      'device_jobs_result',
    ],
    ['more rows than images', 'update device_jobs set done = total + 1', 'device_jobs_progress'],
    [
      'a profile without a model',
      `insert into device_jobs (id, kind, device_id, dataset_id, total)
        select 'job_x', 'profile', device_id, dataset_id, total from device_jobs limit 1`,
      'device_jobs_kind',
    ],
    [
      'an artifact named otherwise',
      `insert into artifacts (digest, size_bytes, media_type) values ('md5:1', 1, 'text/plain')`,
      'artifacts_digest_format',
    ],
    [
      'a group on its way to two deployments',
      `insert into rolling_groups select group_name, rollout_id from rolling_groups`,
      'rolling_groups_pkey',
    ],
    [
      'a staged rollout that has ended without an end',
      `update staged_rollouts set state = 'completed'`,
      'staged_rollouts_end',
    ],
    [
      'a staged rollout in a state that is none',
      `update staged_rollouts set state = 'lost', ended_at = now()`,
      'staged_rollouts_state',
    ],
    [
      'more stages than the plan has',
      `update staged_rollouts set cuts = '{0.1,0.5,1}'`,
      'staged_rollouts_stages',
    ],
    ['a proposal by nobody', `update aliases set proposed_id = deployment_id`, 'aliases_proposal'],
    [
      'manifest 0',
      `insert into manifests select device_id, 0, deployment_id, digest, content, jws, issued_at, expires_at from manifests`,
      'manifests_sequence',
    ],
    ['a role that is none', `update api_keys set role = 'king'`, 'api_keys_role'],
    ['a tier that is none', `update devices set tier = 'cloud'`, 'devices_tier'],
  ])('%s', async (_, statement, constraint) => {
    const failure = await rig.database.pool.query(statement).then(
      () => undefined,
      (error: unknown) => pgFailure(error),
    )
    expect(failure).toMatchObject({ constraint })
  })
})

describe('nextManifest()', () => {
  test('twenty polls at once never give one number to two contents', async () => {
    const { id } = await addDevice(db(), 'polled', 'local')
    const made = await times(20, (i) =>
      nextManifest(manifestStore(db()), id, async (last) =>
        manifestAt(id, (last?.sequence ?? 0) + 1, `content ${i}`),
      ),
    )
    expect(made.map((m) => m.sequence).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })

  test('gives the last one again where nothing changed', async () => {
    const { id } = await addDevice(db(), 'quiet', 'local')
    const make = async (last: Awaited<ReturnType<typeof lastManifest>>) => last ?? manifestAt(id, 1)
    const made = await times(10, () => nextManifest(manifestStore(db()), id, make))
    expect(new Set(made.map((m) => m.sequence))).toEqual(new Set([1]))
  })

  test('holds no connection while it is being made: a signature may take seconds', async () => {
    const single = connect(rig.url, { max: 1 })
    const { id } = await addDevice(db(), 'slowly signed', 'local')
    const made = await nextManifest(manifestStore(single.db), id, async (last) => {
      expect(await lastManifest(single.db, id)).toBeUndefined()
      return manifestAt(id, (last?.sequence ?? 0) + 1)
    })
    expect(made.sequence).toBe(1)
    await single.close()
  })

  test('stores nothing when making it fails, and lets the next one through', async () => {
    const { id } = await addDevice(db(), 'failed', 'local')
    const fail = () => Promise.reject(new Error('no key'))
    await expect(nextManifest(manifestStore(db()), id, fail)).rejects.toThrow('no key')
    expect(await lastManifest(db(), id)).toBeUndefined()
    expect((await nextManifest(manifestStore(db()), id, async () => manifestAt(id, 1))).sequence).toBe(1)
  })
})
