// Energy of a finished job by a meter in the device's supply: through the API and the CLI.

import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { Energy } from '#contract/outcome.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { withoutTriggers } from '#test/harness/without-triggers.ts'
import { type Control, jsonBody, openControl, refusalOf } from './control-rig.ts'
import { enrolDevice, type FakeDevice, MADE_UP_RESULT, runJobs } from './fake-device.ts'
import { addImages, addTinyModel, madeUpOutcome } from './measured-pair.ts'

const IMAGES = 50
const STARTED_S = Date.parse('2026-01-02T03:04:15.000Z') / 1_000
const BEGAN_S = STARTED_S - 10

let control: Control
let device: FakeDevice
let id: string
let count = 0
beforeAll(async () => {
  control = await openControl()
  await addTinyModel(control, 'light', 8)
  await addImages(control, 'scenes', IMAGES)
})
afterAll(() => control[Symbol.asyncDispose]())

beforeEach(async () => {
  const name = `tx2-${++count}`
  device = await enrolDevice(control, { name, tier: 'edge' })
  const ask = { dataset: 'scenes', models: ['light'], devices: [name] }
  const [job] = await control.admin.profiles.create.mutate(ask)
  id = job!.id
})

const TOLD = {
  perImageJ: 0.5,
  method: 'model',
  source: 'made up',
  images: 40,
  startedAt: new Date(STARTED_S * 1_000).toISOString(),
  endedAt: new Date((STARTED_S + 10) * 1_000).toISOString(),
}

/** The device ends the job and tells when it ran, unless it is one of before that. */
async function finish(energy: object = TOLD) {
  const job = (await device.nextJob())!
  const outcomes = Array.from({ length: IMAGES }, (_, index) => ({ index, ...madeUpOutcome('light', index) }))
  for (const [pathname, body] of [
    ['rows', { outcomes }],
    ['done', { ...MADE_UP_RESULT, energy }],
  ] as const)
    expect((await device.send(`/jobs/${job.id}/${pathname}`, jsonBody(body))).status).toBe(200)
}

/** As the control plane tells it: jobs whose rows are made up take no time. Answers when it began. */
async function beganTenSecondsEarlier(): Promise<number> {
  const [row] = await withoutTriggers<{ startedS: number }>(
    control.database.pool,
    `update device_jobs set started_at = started_at - interval '10 s' where id = $1
     returning extract(epoch from started_at)::float8 as "startedS"`,
    [id],
  )
  return row!.startedS
}

/** 5 W idle, 9 W from the 10th to the 20th second, a sample every 100 ms; `line` writes one. */
function trace(head: string, line: (s: number, watts: number) => string): string {
  const lines = Array.from({ length: 250 }, (_, i) => line(i / 10, i >= 100 && i <= 200 ? 9 : 5))
  return `${[head, ...lines].join('\n')}\n`
}
const POWER_TOOL = trace(
  'Time (s),Main Avg Current (mA),Main Avg Voltage (V),Main Avg Power (mW)',
  (s, watts) => `${s},${watts * 200},5,${watts * 1_000}`,
)
/** Seconds under the head of milliseconds, three samples to a packet, and a comma at the end of every line. */
const PY_MONSOON = trace('Time(ms),Main(mA),Main Voltage(V),', (s, watts) =>
  Array(3)
    .fill(`${s},${watts * 200},5.0,`)
    .join('\n'),
)
const METER = trace('timestamp (s),Power (W)', (s, watts) => `${BEGAN_S + s},${watts}`)

const take = async (csv: string, more: object = { offsetMs: BEGAN_S * 1_000 }) =>
  control.admin.profiles.importEnergy.mutate({ id, csv: await control.put(csv), ...more })

describe('importing a trace', () => {
  test.each<[string, string, object]>([
    ['of PowerTool, by the offset of its clock', POWER_TOOL, { offsetMs: BEGAN_S * 1_000 }],
    ['of PowerTool, by a marker', POWER_TOOL, { markerS: 10 }],
    ['of PyMonsoon', PY_MONSOON, { markerS: 10 }],
    ['of a meter that knows the time of day', METER, {}],
    ['that Windows wrote', `\ufeff${POWER_TOOL.replaceAll('\n', '\r\n')}`, { markerS: 10 }],
  ])('%s tells the energy above idle', async (_, csv, more) => {
    await finish()
    const { result, summary } = await take(csv, more)
    const { energy } = result!
    expect(Energy.parse(energy)).toEqual(energy)
    // 4 W above idle for 10 s, over the 40 images that the device measured then.
    expect(energy.perImageJ).toBeCloseTo(1, 6)
    expect(energy.idleWatts).toBeCloseTo(5, 6)
    expect(energy).toMatchObject({ method: 'monsoon', images: 40, gaps: 0, isClipped: false })
    expect(energy.source).toContain(await control.put(csv))
    expect(energy.earlier).toEqual([TOLD])
    expect(summary!.energy).toEqual(energy)
  })

  test('again keeps all that was told before, newest first', async () => {
    await finish()
    const first = (await take(POWER_TOOL)).result!.energy
    const { earlier: before, ...told } = first
    const again = (await take(METER, {})).result!.energy
    expect(again.earlier).toEqual([told, ...before!])
    const [listed] = (await control.admin.profiles.list.query({ ids: [id] })).items
    expect(listed!.result!.energy).toEqual(again)
  })

  test('lays it beside the control plane’s clock where the device told no times', async () => {
    await finish({ perImageJ: 0.5, method: 'model', source: 'made up' })
    const startedS = await beganTenSecondsEarlier()
    const { energy } = (await take(POWER_TOOL, { offsetMs: (startedS - 10) * 1_000 })).result!
    expect(energy).toMatchObject({ images: IMAGES, method: 'monsoon' })
    expect(energy.source).toContain('by the control plane’s clock')
  })

  test('is refused before the job is done', async () => {
    expect(await refusalOf(take(POWER_TOOL))).toMatchObject({
      status: 409,
      message: `Cannot import energy of profile "${id}": is queued, expected done`,
    })
  })

  test.each<[string, string, object, number, RegExp]>([
    [
      'that does not cover the job',
      POWER_TOOL,
      {},
      400,
      /^Cannot align trace: the job is from [\d.]+ s to [\d.]+ s in the trace, expected within 0 s to 24.9 s/,
    ],
    [
      'whose idle lies in the job',
      POWER_TOOL,
      { markerS: 3 },
      400,
      /^Cannot align trace: the idle window ends at 5 s/,
    ],
    [
      'by an offset and a marker',
      POWER_TOOL,
      { markerS: 3, offsetMs: 1 },
      400,
      /^Cannot read field "markerS": expected an offset or a marker/,
    ],
    [
      'with idle before its beginning',
      POWER_TOOL,
      { markerS: 10, idle: { fromS: -1, toS: 5 } },
      400,
      /"idle.fromS"/,
    ],
  ])('is refused for one %s', async (_, csv, more, status, message) => {
    await finish()
    const refused = await refusalOf(take(csv, more))
    expect(refused.status).toBe(status)
    expect(refused.message).toMatch(message)
    const [job] = (await control.admin.profiles.list.query({ ids: [id] })).items
    expect(job!.result!.energy).toEqual(TOLD)
  })

  test('that was not uploaded is not found', async () => {
    await finish()
    const csv = `sha256:${'0'.repeat(64)}`
    const refused = await refusalOf(control.admin.profiles.importEnergy.mutate({ id, csv, markerS: 10 }))
    expect(refused).toMatchObject({
      status: 404,
      message: `Cannot find artifact "${csv}": it does not exist`,
    })
  })

  test('also tells the energy of the features', async () => {
    const pi = await enrolDevice(control, { name: `pi-${count}`, tier: 'local' })
    const ask = { dataset: 'scenes', models: ['light'], devices: [`pi-${count}`] }
    const jobs = await control.admin.profiles.create.mutate(ask)
    await runJobs(pi, madeUpOutcome)
    id = jobs.find((job) => job.kind === 'features')!.id
    const startedS = await beganTenSecondsEarlier()
    const revised = await take(POWER_TOOL, { offsetMs: (startedS - 10) * 1_000 })
    expect(revised).toMatchObject({ summary: null, result: { energy: { method: 'monsoon' } } })
  })
})

describe('the CLI', () => {
  const MAIN = path.resolve(import.meta.dirname, '../../admin/cli/main.ts')
  let url: string
  let close: () => Promise<unknown>
  beforeAll(async () => {
    const server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = () => new Promise((resolve) => server.close(resolve))
    await writeFile(path.join(control.home, 'power.csv'), POWER_TOOL)
    await writeFile(path.join(control.home, 'bad.csv'), POWER_TOOL.replace('\n3.7,1000,5,', '\n3.7,1000,5,?'))
  })
  afterAll(() => close())

  async function tandem(...args: string[]) {
    const child = spawn(process.execPath, [RUNNER, MAIN, ...args], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { PATH: process.env.PATH, TANDEM_URL: url, TANDEM_API_KEY: control.keys.admin },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const code = await new Promise((resolve) => child.once('close', resolve))
    return { code, stdout, stderr }
  }
  const importing = (file: string, ...more: string[]) =>
    tandem('energy', 'import', '--profile', id, '--csv', path.join(control.home, file), ...more)

  test('takes a trace and says what the energy was before', async () => {
    await finish()
    const { code, stdout, stderr } = await importing('power.csv', '--marker', '10', '--idle', '1..6.5s')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      `Energy of job "${id}": 1.0000 J/image by monsoon, was 0.5000 by model\n` +
        '101 samples over 10.00 s, idle 5.000 W taken off\n',
    )
  })

  test('cancels a job, lists it as cancelled, and does so once', async () => {
    const { code, stdout } = await tandem('profile', 'cancel', id)
    expect([code, stdout]).toEqual([0, `Cancelled job "${id}" at image 0 of ${IMAGES}\n`])
    expect((await tandem('profile', 'list')).stdout).toMatch(
      new RegExp(`^${id} +tx2-${count} +light +cancelled +0 of ${IMAGES}`, 'm'),
    )
  })

  test.each<[string, () => Promise<{ code: unknown; stderr: string }>, number, RegExp]>([
    [
      'a file that is not there',
      () => importing('none.csv'),
      1,
      /^Cannot read trace ".*none.csv": it does not exist, expected a CSV file$/m,
    ],
    [
      'a file with a bad line',
      () => importing('bad.csv', '--marker', '10'),
      1,
      /line 39: "Main Avg Power \(mW\)" is "\?5000", expected a number$/m,
    ],
    [
      'idle that is no span',
      () => importing('power.csv', '--idle', '5s'),
      2,
      /expected two times such as 0..5s/,
    ],
    [
      'a profile without a data set',
      () => tandem('profile'),
      2,
      /required option '--dataset <name>' not specified/,
    ],
    [
      'a job to cancel that is none',
      () => tandem('profile', 'cancel', 'x'),
      5,
      /^Cannot find profile "x": it does not exist$/m,
    ],
  ])('refuses %s in one sentence', async (_, run, code, message) => {
    await finish()
    const ended = await run()
    expect(ended.code).toBe(code)
    expect(ended.stderr).toMatch(message)
    expect(ended.stderr).not.toMatch(/^ +at /m)
  })
})
