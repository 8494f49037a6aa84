// What a large installation asks all day, by the functions that ask it: lists as people and scripts page through them, a
// look at a rollout's stage, and the polls of devices. On a seeded database (seeded-fleet.ts); `i` picks other rows each
// time. Read by explain.test.ts, which says that none goes through a table, and by bench/control/lists.ts.

import type { Db } from '#db/db.ts'
import { qualityOf } from '#db/queries/decisions.ts'
import { pageDecisions } from '#db/queries/lists/decision-lists.ts'
import { pageDevices } from '#db/queries/lists/fleet-lists.ts'
import { storeDecisions } from '#db/queries/observe/store-decisions.ts'
import { devicesById } from '#db/queries/polls/devices-by-id.ts'
import { currentByGroup } from '#db/queries/polls/group-rows.ts'
import { groupStamps } from '#db/queries/polls/group-stamps.ts'
import { devicesWithJobs } from '#db/queries/polls/open-jobs.ts'
import { groupMembers, observeDevices } from '#db/queries/rollouts/observe.ts'
import { decisionAt } from '../filled-database.ts'
import { deploymentIdOf, deviceIdOf, groupName, type SeedSize } from './seeded-fleet.ts'

export interface HotQuery {
  readonly name: string
  readonly kind: 'list' | 'rollout' | 'poll' | 'ingest'
  readonly ask: (i: number) => Promise<unknown>
}

const DAY_MS = 24 * 3_600_000
const LIMIT = 50
/** Devices that ask together. */
const TOGETHER = 50

export function hotQueries(db: Db, { devices, groups }: SeedSize): HotQuery[] {
  return [
    ...decisionLists(db, devices, groups),
    ...deviceLists(db, groups),
    ...rollouts(db, groups),
    ...polls(db, devices, groups),
    {
      kind: 'ingest',
      name: 'decisions that are sent again',
      ask: (i) => sendAgain(db, deviceIdOf(i % devices)),
    },
  ]
}

const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS)

function decisionLists(db: Db, devices: number, groups: number): HotQuery[] {
  const list = (name: string, ask: (i: number) => Parameters<typeof pageDecisions>[1]): HotQuery => ({
    kind: 'list',
    name: `decisions, ${name}`,
    ask: (i) => pageDecisions(db, ask(i)),
  })
  const deviceOf = (i: number) => deviceIdOf((i * 37) % devices)
  const deploymentOf = (i: number) => deploymentIdOf(i % groups)
  const limit = LIMIT
  let cursor: string | null = null
  return [
    list('newest', () => ({ limit })),
    {
      kind: 'list',
      name: 'decisions, page after page',
      ask: async () => {
        cursor = (await pageDecisions(db, { limit, cursor })).nextCursor
      },
    },
    list('of a device', (i) => ({ limit, deviceId: deviceOf(i) })),
    list('of a device on a day', (i) => ({ limit, deviceId: deviceOf(i), from: ago(7), before: ago(6) })),
    list('of a deployment', (i) => ({ limit, deploymentId: deploymentOf(i) })),
    list('of a deployment, answered by the edge', (i) => ({
      limit,
      deploymentId: deploymentOf(i),
      tier: 'edge',
    })),
    list('answered by the edge', () => ({ limit, tier: 'edge' })),
    list('for a rare reason', () => ({ limit, reason: 'breaker-open' })),
    list('for a reason that never was', () => ({ limit, reason: 'budget' })),
    list('of a day, three weeks ago', () => ({ limit, from: ago(19), before: ago(18) })),
  ]
}

function deviceLists(db: Db, groups: number): HotQuery[] {
  const list = (name: string, ask: (i: number) => Parameters<typeof pageDevices>[1]): HotQuery => ({
    kind: 'list',
    name: `devices, ${name}`,
    ask: (i) => pageDevices(db, ask(i)),
  })
  const limit = LIMIT
  let cursor: string | null = null
  return [
    list('first', () => ({ limit })),
    {
      kind: 'list',
      name: 'devices, page after page',
      ask: async () => {
        cursor = (await pageDevices(db, { limit, cursor })).nextCursor
      },
    },
    list('of a group', (i) => ({ limit, group: groupName(i % groups) })),
    list('edges of a group', (i) => ({ limit, group: groupName(i % groups), tier: 'edge' })),
  ]
}

function rollouts(db: Db, groups: number): HotQuery[] {
  /** Of group 0. */
  let members: Promise<string[]> | undefined
  const membersOfFirst = () => {
    members ??= groupMembers(db, groupName(0)).then((found) => found.map(({ id }) => id))
    return members
  }
  const since = ago(1)
  return [
    { kind: 'rollout', name: 'devices of a group', ask: (i) => groupMembers(db, groupName(i % groups)) },
    {
      kind: 'rollout',
      name: 'how a deployment does, since a day ago',
      ask: async () =>
        qualityOf(db, { deploymentId: deploymentIdOf(0), deviceIds: await membersOfFirst(), since }),
    },
    {
      kind: 'rollout',
      name: 'a stage, devices and decisions',
      ask: async (i) => {
        const watched = { groupName: groupName(i % groups), deploymentId: deploymentIdOf(i % groups), since }
        return observeDevices(db, await groupMembers(db, watched.groupName), watched)
      },
    },
  ]
}

function polls(db: Db, devices: number, groups: number): HotQuery[] {
  const [byId, stamps, jobs, current] = [
    devicesById(db),
    groupStamps(db),
    devicesWithJobs(db),
    currentByGroup(db),
  ]
  const idsFrom = (i: number) =>
    Array.from({ length: TOGETHER }, (_, n) => deviceIdOf((i * 101 + n) % devices))
  const groupsFrom = (i: number) => Array.from({ length: 10 }, (_, n) => groupName((i + n) % groups))
  return [
    { kind: 'poll', name: `${TOGETHER} devices`, ask: (i) => byId(idsFrom(i)) },
    { kind: 'poll', name: 'stamps of 10 groups', ask: (i) => stamps(groupsFrom(i)) },
    { kind: 'poll', name: `jobs of ${TOGETHER} devices`, ask: (i) => jobs(idsFrom(i)) },
    { kind: 'poll', name: 'what 10 groups run', ask: (i) => current(groupsFrom(i)) },
  ]
}

const sendAgain = (db: Db, deviceId: string) =>
  storeDecisions(db, [{ deviceId, decisions: [1, 2, 3].map(decisionAt), audits: [] }])
