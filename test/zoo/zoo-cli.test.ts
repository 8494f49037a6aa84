// `tandem zoo` and `tandem import`, against a control plane that listens and a mirror: what a person sees, and
// what is registered in the end.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { openProgram } from '#admin/cli/program.ts'
import { endingOf } from '#admin/cli/shell/end-of-command.ts'
import type { ZooModel } from '#admin/client/zoo/zoo-entry.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { type Control, openControl } from '#test/admin/control-rig.ts'
import { TINY_LABELS, tinyModel } from '#test/vision/tiny-model.ts'
import { openFileServer, ranged, status } from './file-server.ts'

const MAIN = path.resolve(import.meta.dirname, '../../admin/cli/main.ts')
const BYTES = tinyModel({ side: 8 })
const MODEL: ZooModel = {
  name: 'tiny-8',
  family: 'tiny',
  file: 'tiny-8.onnx',
  digest: digestOf(BYTES),
  sizeBytes: BYTES.length,
  licence: { spdx: 'CC0-1.0', url: 'https://example.org/cc0' },
  evidence: 'made here',
  preset: 'torchvision',
  input: { name: 'image', layout: 'nchw', dtype: 'float32', width: 8, height: 8 },
  output: { name: 'scores', kind: 'logits' },
  source: 'https://example.org/tiny',
}

let control: Control
let folder: string
let url: string
let close: () => Promise<unknown>
beforeAll(async () => {
  control = await openControl()
  const server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () => new Promise((resolve) => server.close(resolve))
  folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-zoo-cli-'))
  await mkdir(path.join(folder, 'usb'))
  await writeFile(path.join(folder, 'usb', 'other-name.onnx'), BYTES)
  await writeFile(
    path.join(folder, 'usb', 'same-size.onnx'),
    BYTES.map((byte) => byte ^ 1),
  )
  await writeFile(path.join(folder, 'own.json'), JSON.stringify([MODEL]))
  await writeFile(path.join(folder, 'bad.json'), JSON.stringify([{ ...MODEL, digest: 'sha256:1' }]))
  await writeFile(path.join(folder, 'classes.txt'), TINY_LABELS.join('\n'))
  await copyFile(path.join(folder, 'usb', 'other-name.onnx'), path.join(folder, 'tiny.onnx'))
})
afterAll(async () => {
  await close()
  await rm(folder, { recursive: true })
  await control[Symbol.asyncDispose]()
})

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

const settings = (more: Record<string, string>) => ({
  ...{ TANDEM_HOME: path.join(folder, 'home'), TANDEM_URL: url, TANDEM_API_KEY: control.keys.operator },
  ...more,
})

/** A process of its own, as a person starts it. */
async function asProcess(args: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const { NODE_OPTIONS: _, ...environment } = process.env
  const child = spawn(process.execPath, [RUNNER, MAIN, ...args], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, ...settings(more) },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

/** The same in this process, for all but the first: a process takes a second to start. */
async function here(args: readonly string[]): Promise<Ended> {
  const written = { out: '', err: '' }
  const into = (to: 'out' | 'err') => (chunk: string | Uint8Array) => {
    written[to] += chunk
    return true
  }
  const writers = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('err')),
  ]
  let code = 0
  for (const [name, value] of Object.entries(settings({}))) vi.stubEnv(name, value)
  try {
    await openProgram().parseAsync([...args], { from: 'user' })
  } catch (error) {
    const ending = endingOf(error)
    if (ending === undefined) throw error
    code = ending.code
    written.err += ending.sentence ?? ''
  } finally {
    for (const writer of writers) writer.mockRestore()
    vi.unstubAllEnvs()
  }
  return { code, ...written }
}

const own = ['--catalogue', 'own.json'] as const
const inFolder = (args: readonly string[]) =>
  args.map((arg) =>
    /^(own|bad)\.json$|^usb$|^tiny\.onnx$|^classes\.txt$/.test(arg) ? path.join(folder, arg) : arg,
  )
const run = (args: readonly string[]) => here(inFolder(args))

describe('tandem zoo', () => {
  test('lists what is known, and what is one’s own before it', async () => {
    const { out, code } = await run(['zoo', 'list', ...own])
    expect(code).toBe(0)
    expect(out.split('\n')[1]).toMatch(/^tiny-8 +tiny +0\.0 +CC0-1\.0 +folder or mirror$/)
    expect(out).toMatch(
      /^resnet50-v1-12 +resnet_v1_50 +102\.6 +74\.97 % +Apache-2\.0 +media\.githubusercontent\.com$/m,
    )
  })

  test('shows licence, digest and contract', async () => {
    const { out } = await run(['--json', 'zoo', 'show', 'efficientnet-lite4-11'])
    expect(JSON.parse(out)).toMatchObject({
      licence: { spdx: 'MIT' },
      contract: { input: { shortSide: 256, resize: 'bilinear', mean: [127, 127, 127] } },
    })
  })

  test('pulls nothing before the licence is accepted', async () => {
    const { code, err } = await run(['zoo', 'pull', 'tiny-8', ...own, '--from', 'usb'])
    expect(code).toBe(1)
    expect(err).toContain('tiny-8: CC0-1.0, https://example.org/cc0')
    expect(err).toContain('its licence was not accepted, expected --accept-licence')
  })

  test('pulls from a mirror that fails first, shows how far it is, and registers with the contract', async () => {
    await using mirror = await openFileServer(status(503, { 'retry-after': '0' }), ranged(BYTES))
    const args = [
      'zoo',
      'pull',
      'tiny-8',
      ...own,
      '--accept-licence',
      '--register',
      '--labels',
      'classes.txt',
    ]
    const { code, out, err } = await asProcess(inFolder(args), { TANDEM_ZOO_MIRROR: `${mirror.url}/models` })
    expect(err).toContain('tiny-8 kB 100% 1/1')
    expect(code).toBe(0)
    expect(mirror.asked.map(({ path: asked }) => asked)).toEqual([
      '/models/tiny-8.onnx',
      '/models/tiny-8.onnx',
    ])
    expect(out).toContain(
      'registered as "tiny-8": input "image" float32 nchw 8x8, short side 9, bilinear-pillow',
    )
    const stored = /^tiny-8: (\S+) /.exec(out)![1]!
    expect(digestOf(await readFile(stored))).toBe(MODEL.digest)
    expect(await control.admin.models.get.query({ name: 'tiny-8' })).toMatchObject({
      family: 'tiny',
      contract: { input: { shortSide: 9, mean: [123.675, 116.28, 103.53] } },
    })
  })

  test('knows what is there, and fetches what was damaged there again', async () => {
    const pull = ['--json', 'zoo', 'pull', 'tiny-8', ...own, '--from', 'usb', '--accept-licence']
    const [first] = JSON.parse((await run(pull)).out)
    expect(JSON.parse((await run(pull)).out)[0].origin).toBe('here')
    await truncate(first.path, 10)
    const [again] = JSON.parse((await run(pull)).out)
    expect(again.origin).toBe(path.join(folder, 'usb', 'other-name.onnx'))
    expect(digestOf(await readFile(again.path))).toBe(MODEL.digest)
  })

  test.each([
    [['zoo', 'pull', 'lenet'], 'Cannot find model "lenet" in the zoo'],
    [['zoo', 'list', '--catalogue', 'bad.json'], '0.digest: expected "sha256:" and 64 lower-case hex digits'],
    [
      ['zoo', 'pull', 'mobilenet_v1_0.5_160_quant', '--accept-licence'],
      'nobody publishes it, expected --from with a folder or --mirror',
    ],
    [
      ['zoo', 'pull', 'mobilenetv2-12', '--accept-licence', '--from', 'usb'],
      'no file there is 13964571 bytes',
    ],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await run(args)
    expect(code).toBe(1)
    expect(err).toContain(message)
  })
})

describe('tandem import', () => {
  test('registers an ONNX file by its convention', async () => {
    const names = ['--name', 'by-caffe', '--labels', 'classes.txt']
    const { code, out } = await run(['import', 'onnx', 'tiny.onnx', ...names, '--preset', 'caffe'])
    expect(out).toMatch(/bgr 8x8, crop 0\.03125, bilinear, mean 123,117,104, .* "scores" logits\n$/)
    expect(code).toBe(0)
    const { contract } = await control.admin.models.get.query({ name: 'by-caffe' })
    expect(contract.input).toMatchObject({ channels: 'bgr', mean: [123, 117, 104] })
  })

  test('registers one whose first output is no class', async () => {
    await writeFile(path.join(folder, 'two.txt'), 'green\nblue\n')
    const labels = path.join(folder, 'two.txt')
    const args = ['import', 'onnx', 'tiny.onnx', '--name', 'slim', '--labels', labels]
    const { code, out } = await run([...args, '--preset', 'tf-slim-inception'])
    expect(out).toContain('"scores" logits without the first 1')
    expect(code).toBe(0)
  })

  test('prints the contract of a Keras application, and why', async () => {
    const { out, err } = await run(['import', 'keras-contract', 'DenseNet121', '--short-side', '256'])
    expect(JSON.parse(out).input).toMatchObject({ shortSide: 256, std: [58.395, 57.12, 57.375] })
    expect(err).toContain('(DenseNet121 was trained in mode torch)')
  })
})
