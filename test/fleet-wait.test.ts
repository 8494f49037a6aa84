// waitForServing() believes what devices report that they serve, not that they serve something.

import { describe, expect, test } from 'vitest'
import type { Api } from '#admin/client/api.ts'
import { waitForServing } from '#admin/client/wait.ts'

/** An API whose devices report these deployments, one look after the other. */
function apiReporting(looks: readonly string[][]): { api: Api; asked: () => number } {
  let asked = 0
  const query = async () => ({
    items: looks[Math.min(asked++, looks.length - 1)]!.map((servingDeploymentId, i) => ({
      name: `device-${i}`,
      groupName: 'default',
      revokedAt: null,
      report: { state: 'serving', servingDeploymentId, message: '' },
    })),
    nextCursor: null,
  })
  return { api: { trpc: { devices: { list: { query } } } } as unknown as Api, asked: () => asked }
}

const target = { deploymentId: 'new', group: 'default', timeoutMs: 10_000 }

describe('waitForServing()', () => {
  test('waits for devices that still serve the deployment before', async () => {
    const { api, asked } = apiReporting([
      ['old', 'old'],
      ['old', 'new'],
      ['new', 'new'],
    ])
    await waitForServing(api, target, () => undefined)
    expect(asked()).toBe(3)
  })

  test('names those that do not serve it in time', async () => {
    const { api } = apiReporting([['new', 'old']])
    const waiting = waitForServing(api, { ...target, timeoutMs: 0 }, () => undefined)
    await expect(waiting).rejects.toThrow('device-1')
  })
})
