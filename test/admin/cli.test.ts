// The CLI as a process against a control plane that listens: what a person sees, and what a script can rely on.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { controlApp } from '#admin/app.ts'
import type { Check } from '#admin/cli/doctor/check.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { TINY_LABELS, tinyModel } from '#test/vision/tiny-model.ts'
import { FIRST } from '#test/workers/front-door/certificates.ts'
import { type Control, openControl } from './control-rig.ts'
import { enrolDevice } from './fake-device.ts'

vi.setConfig({ testTimeout: 120_000 }) // Some forty processes of their own.

/** Nobody listens there any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const NOBODY = `http://127.0.0.1:${await closedPort()}`
const MAIN = path.resolve(import.meta.dirname, '../../admin/cli/main.ts')

let control: Control
let folder: string
let url: string
let close: () => Promise<unknown>
beforeAll(async () => {
  control = await openControl()
  const server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () => new Promise((resolve) => server.close(resolve))
  folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-cli-'))
  await writeFiles()
})
afterAll(async () => {
  await close()
  await rm(folder, { recursive: true })
  await control[Symbol.asyncDispose]()
})

async function writeFiles() {
  const files: Record<string, string | Uint8Array> = {
    'tiny.onnx': tinyModel(),
    'odd.onnx': 'no model',
    'classes.txt': `${TINY_LABELS.join('\n')}\n`,
    'a.png': 'the bytes of a',
    'b.png': 'the bytes of b',
    'good.csv': 'file,label\na.png,red\nb.png,2\n',
    'bad-label.csv': 'file,label\na.png,red\nb.png,mauve\n',
    'bad-file.csv': 'file,label\na.png,red\nlost.png,blue\n',
    'contract.json': '{"input":{"name":"image","layout":"chw"}}',
    'no-json.json': '{',
    'folders/red/1.png': 'one red',
    'folders/blue/2.png': 'one blue',
    'folders/blue/notes.txt': 'no image',
    'odd-folders/mauve/1.png': 'one',
  }
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function tandem(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [RUNNER, MAIN, ...args], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: {
      PATH: process.env.PATH,
      TANDEM_URL: url,
      TANDEM_HOME: path.join(folder, 'no-home'),
      // No file of whoever runs the tests counts.
      TANDEM_CONFIG: '',
      XDG_CONFIG_HOME: path.join(folder, 'no-xdg'),
      TANDEM_API_KEY: control.keys.admin,
      ...env,
    },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

const at = (name: string) => path.join(folder, name)
const addModel = (file: string, ...more: string[]) => [
  'models',
  'add',
  at(file),
  '--name',
  'tiny',
  '--labels',
  at('classes.txt'),
  ...more,
]
const addDataset = (source: string, name = 'mine') => [
  'datasets',
  'add',
  at(source),
  '--name',
  name,
  '--labels',
  at('classes.txt'),
]
const addContract = (file: string) => addModel('tiny.onnx', '--contract', at(file))

/** One sentence for a person, and nothing of ours in it. */
function expectSentence({ stderr }: Ended, words: string) {
  expect(stderr).toContain(words)
  expect(stderr).not.toMatch(/ {4}at |node:internal|\.ts:\d/)
}

describe.concurrent('tandem', () => {
  test.each<[string, string[], string]>([
    ['--help', ['--help'], 'tandem datasets add labels.csv --name mine'],
    ['models add --help', ['models', 'add', '--help'], '--contract <file>'],
  ])('%s shows the way and ends with 0', async (_, args, words) => {
    const ended = await tandem(args)
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain(words)
  })

  test.each<[string, string[], string]>([
    ['no command', [], 'Usage: tandem'],
    ['a command that is none', ['fly'], "unknown command 'fly'"],
    ['a word for a number', ['train', '--folds', 'many'], 'expected a whole number'],
    ['a share of 3', ['train', '--offload', '3'], 'expected a share such as 0.3'],
  ])('a wrong call, %s, ends with 2 and the usage', async (_, args, words) => {
    const ended = await tandem(args)
    expect(ended.code).toBe(2)
    expectSentence(ended, words)
    expect(ended.stdout).toBe('')
  })

  const wrongKey = { TANDEM_API_KEY: 'tk_wrong' }
  const nobody = { TANDEM_URL: NOBODY }
  const worker = ['--worker', NOBODY]
  const nobodyListens = `Cannot reach the control plane at "${NOBODY}": nobody listens there`
  test.each<[string, number, () => string[], Record<string, string>, string]>([
    ['settings that are none', 2, () => ['models', 'list'], { TANDEM_URL: 'here' }, 'setting "TANDEM_URL"'],
    ['no control plane', 3, () => ['models', 'list'], nobody, nobodyListens],
    ['no control plane, at an upload', 3, () => addModel('tiny.onnx'), nobody, nobodyListens],
    [
      'no worker',
      3,
      () => ['classify', at('a.png'), ...worker],
      {},
      `worker at "${NOBODY}": nobody listens there`,
    ],
    ['a wrong key', 4, () => ['models', 'list'], wrongKey, 'an API key is missing or not valid'],
    ['a wrong key, at an upload', 4, () => addModel('tiny.onnx'), wrongKey, 'key is missing or not valid'],
    ['no key at all', 4, () => ['models', 'list'], { TANDEM_API_KEY: '' }, 'Cannot read the admin key'],
    ['a device that is none', 5, () => ['devices', 'show', 'nobody'], {}, 'Cannot find device "nobody"'],
  ])('%s ends with %i and a sentence', async (_, code, args, env, words) => {
    const ended = await tandem(args(), env)
    expectSentence(ended, words)
    expect(ended.code).toBe(code)
    expect(ended.stdout).toBe('')
  })

  test('what the key may not do ends with 4', async () => {
    const ended = await tandem(['devices', 'revoke', 'pi'], { TANDEM_API_KEY: control.keys.viewer })
    expect(ended.code).toBe(4)
    expectSentence(ended, 'operator')
  })

  test.each<[string, () => string[], Record<string, string>, string]>([
    ['a model that is not there', () => addModel('lost.onnx'), {}, 'Cannot read model'],
    ['a model that is none', () => addModel('odd.onnx'), {}, 'does not begin as an ONNX file'],
    [
      'labels that are not there',
      () => addModel('tiny.onnx', '--labels', '/lost.txt'),
      {},
      'labels "/lost.txt"',
    ],
    ['a contract that does not fit', () => addContract('contract.json'), {}, 'input.layout'],
    ['a contract that is not there', () => addContract('lost.json'), {}, 'Cannot read contract'],
    ['a contract that is not JSON', () => addContract('no-json.json'), {}, 'Cannot read contract'],
    ['a label that is unknown', () => addDataset('bad-label.csv'), {}, 'line 3: label "mauve" is unknown'],
    ['an image that is not there', () => addDataset('bad-file.csv'), {}, 'lost.png": it does not exist'],
    ['a CSV that is not there', () => addDataset('lost.csv'), {}, 'lost.csv": it does not exist'],
    ['a folder of no class', () => addDataset('odd-folders'), {}, 'folder "mauve" is none of the 3 classes'],
    ['nothing to promote', () => ['promote'], {}, 'no router is trained yet'],
    ['an image that is not there', () => ['classify', at('lost.png')], {}, 'lost.png": it does not exist'],
  ])('%s ends with 1 and a sentence', async (_, args, env, words) => {
    const ended = await tandem(args(), env)
    expectSentence(ended, words)
    expect(ended.code).toBe(1)
    expect(ended.stdout).toBe('')
  })

  test('models add reads the contract from the file and tells what it assumed', async () => {
    const added = await tandem([...addModel('tiny.onnx'), '--crop', '0.875', '--std', '255,255,255'])
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(added.stdout).toMatch(
      /^Registered model "tiny" \(mdl_\w+\): input "image" float32 nchw 8x8, crop 0.875, .* output "scores" logits\n$/,
    )
    expect((await tandem(['models', 'list'])).stdout).toMatch(
      /^name +family +input +id\ntiny +tiny +8x8 +mdl_\w+\n$/,
    )
  })

  test('datasets add takes a CSV, and says what it did', async () => {
    const added = await tandem(addDataset('good.csv', 'by-csv'))
    expect(added.code).toBe(0)
    expect(added.stdout).toMatch(/^Created data set "by-csv" \(dst_\w+\): 2 images\n$/)
    expect(added.stderr).toContain('upload 100% 2/2')
  })

  test('datasets add takes a folder per class; --json is JSON and nothing else', async () => {
    const added = await tandem(['--json', ...addDataset('folders', 'by-folder')])
    expect(added.code).toBe(0)
    expect(JSON.parse(added.stdout)).toMatchObject({ name: 'by-folder', imageCount: 2 })
  })

  test('devices enrol gives a code; --json also behind the command', async () => {
    const made = await tandem(['devices', 'enrol', 'pi', '--tier', 'local', '--json'])
    expect(made.code).toBe(0)
    expect(JSON.parse(made.stdout)).toEqual({ code: expect.any(String), expiresAt: expect.any(String) })
  })

  test('config show tells where each value comes from, and no secret', async () => {
    await writeFile(
      at('tandem.json'),
      '{"port": 7501, "piPort": 7511, "authSecret": "kept from everybody who looks at it"}',
    )
    const env = { TANDEM_CONFIG: at('tandem.json'), TANDEM_PORT: '7500' }
    const shown = await tandem(['config', 'show', '--json', '--url', 'http://flag:1'], env)
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).not.toContain('kept from')
    const all = new Map<string, object>(
      JSON.parse(shown.stdout).settings.map((setting: { name: string }) => [setting.name, setting]),
    )
    const file = at('tandem.json')
    expect(all.get('url')).toMatchObject({ value: 'http://flag:1', from: '--url' })
    expect(all.get('port')).toMatchObject({ value: '7500', from: 'environment: TANDEM_PORT' })
    expect(all.get('piPort')).toMatchObject({ value: '7511', from: file })
    expect(all.get('authSecret')).toMatchObject({ value: '********', from: file })
    expect(all.get('tx2Port')).toMatchObject({ value: '7402', from: 'default' })
    expect(all.get('apiKey')).toMatchObject({ value: '********', from: 'environment: TANDEM_API_KEY' })
  })

  test('config set writes what config show then finds, and refuses what is no value', async () => {
    const env = { XDG_CONFIG_HOME: at('xdg') }
    expect((await tandem(['config', 'set', 'piPort', '7599'], env)).code).toBe(0)
    const file = path.join(at('xdg'), 'tandem', 'config.json')
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ piPort: 7599 })
    const refused = await tandem(['config', 'set', 'piPort', 'many'], env)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a number') })
  })

  test('doctor finds a device that is away, a port that others hold and a certificate; and says what mends them', async () => {
    const device = await enrolDevice(control, { name: 'doctors', tier: 'local', url: NOBODY })
    await device.report({ state: 'idle' })
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    await writeFile(at('cert.pem'), FIRST.cert)
    const ended = await tandem(['doctor', '--json'], {
      TANDEM_PI_PORT: String(port),
      TANDEM_PORT: new URL(url).port,
      TANDEM_TLS_CERT: at('cert.pem'),
    })
    holder.close()
    const { ok, checks } = JSON.parse(ended.stdout) as { ok: boolean; checks: Check[] }
    const state = (name: string) => checks.find((check) => check.name === name)?.state
    expect([ended.code, ok]).toEqual([1, false])
    expect(state(`port ${port}`)).toBe('failed')
    expect(state(`port ${new URL(url).port}`)).toBe('ok')
    expect(state('device doctors')).toBe('warning')
    for (const name of ['node', 'onnxruntime', 'control plane', 'key', 'database', 'clock'])
      expect([name, state(name)]).toEqual([name, 'ok'])
    expect(state(`certificate of ${at('cert.pem')}`)).toBe('ok')
    for (const check of checks) expect(check.fix !== undefined).toBe(check.state !== 'ok')
  })

  test('doctor without a control plane fails, and still looks at the machine', async () => {
    const ended = await tandem(['doctor'], nobody)
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/^ok +node: /m)
    expect(ended.stdout).toMatch(/^failed +control plane: .*\n +to mend it: /m)
  })
})
