// A report is read by control planes of other builds: by older ones, which refuse words that they do not know, and by
// newer devices' control planes, which must take words that they do not know.

import { pino } from 'pino'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { DeviceReport } from '#contract/device-api.ts'
import { Reporter } from '#workers/agent/upkeep/reporter.ts'
import type { FunctionDriver } from '#workers/host/function-host.ts'

/** As the first control planes read it. */
const FirstReport = z.object({
  url: z.url(),
  sequence: z.number().int().nonnegative(),
  servingDeploymentId: z.string().nullable(),
  state: z.enum(['idle', 'installing', 'serving', 'failed']),
  functionDriver: z.enum(['workerd', 'thread', 'miniflare', 'none']),
})

async function reportOf(driver: FunctionDriver): Promise<unknown> {
  const sent: unknown[] = []
  const reporter = new Reporter({
    client: { report: async (body) => void sent.push(body) },
    generations: { serving: undefined, driver },
    url: 'http://pi.local:7401',
    log: pino({ level: 'silent' }),
  })
  await reporter.report(1)
  return JSON.parse(JSON.stringify(sent[0]))
}

test.each<[FunctionDriver, string, string]>([
  ['workerd', 'workerd', 'workerd'],
  ['thread', 'thread', 'thread'],
  ['inline', 'none', 'inline'],
])(
  'a device with driver %s is understood by the first control planes and by this one',
  async (driver, first, now) => {
    const report = await reportOf(driver)
    expect(FirstReport.parse(report).functionDriver).toBe(first)
    const { functionDriver, driverName = functionDriver } = DeviceReport.parse(report)
    expect(driverName).toBe(now)
  },
)

test('a report of a newer device is taken, whatever its driver is called', async () => {
  const report = { ...((await reportOf('workerd')) as object), functionDriver: 'deno' }
  expect(DeviceReport.parse(report).functionDriver).toBe('deno')
})
