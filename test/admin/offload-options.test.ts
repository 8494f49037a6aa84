// The options of `tandem promote` that say how devices use their edges, and the policy that they become.

import { Command } from 'commander'
import { expect, test } from 'vitest'
import { offloadPolicy, withOffloadOptions } from '#admin/cli/promote/offload-options.ts'
import { Policy } from '#contract/deployment.ts'

const silent = { writeErr: () => undefined, writeOut: () => undefined }

function policyOf(...args: string[]): Policy {
  const command = withOffloadOptions(new Command()).exitOverride().configureOutput(silent)
  return Policy.parse(offloadPolicy(command.parse(args, { from: 'user' }).opts()))
}

const DEFAULT = { edgeDeadlineMs: 2_000, edgeConnectMs: 250 }

test.each([
  [[], {}],
  [['--edge-deadline', '1.5s', '--edge-connect', '80ms'], { edgeDeadlineMs: 1_500, edgeConnectMs: 80 }],
  [['--latency-budget', '300'], { latencyBudgetMs: 300 }],
  [['--preference', 'energy'], { preference: 'energy' }],
  [['--offload-budget', '5/s'], { offloadBudget: { requestsPerSecond: 5, burstSeconds: 10 } }],
  [
    ['--offload-budget', '0.2/s, 200kB/s, 0.5W, 30s'],
    { offloadBudget: { requestsPerSecond: 0.2, bytesPerSecond: 200_000, watts: 0.5, burstSeconds: 30 } },
  ],
  [['--offload-budget', '2MB/s'], { offloadBudget: { bytesPerSecond: 2_000_000, burstSeconds: 10 } }],
])('%j', (args, policy) => {
  expect(policyOf(...args)).toEqual({ ...DEFAULT, ...policy })
})

test.each([
  [['--edge-deadline', 'soon'], /300ms or 2s/],
  [['--preference', 'speed'], /Allowed choices/],
  [['--offload-budget', '5'], /"5" is none of/],
  [['--offload-budget', '5/s,fast'], /"fast" is none of/],
  [['--offload-budget', '0/s'], /expected number to be >0/],
  [['--offload-budget', '1/s,0.5s'], /expected number to be >=1/],
])('%j is refused', (args, says) => {
  expect(() => policyOf(...args)).toThrow(says)
})
