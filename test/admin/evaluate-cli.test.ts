// `tandem evaluate` and `tandem train` as processes, against a control plane that listens: the files that are left,
// what a person reads, what a script gets, and leaving early.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { PairReport } from '#contract/results/pair-report.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { type Control, openControl } from './control-rig.ts'
import { featureRow } from './fake-device.ts'
import { IMAGES, measurePair } from './measured-pair.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The first and the last image are one picture. */
const pixelsOf = (index: number) => digestOf(Buffer.from(`pixels ${index % (IMAGES - 1)}`))

let control: Control
let server: ReturnType<typeof serve>
let folder: TempFolder
beforeAll(async () => {
  control = await openControl()
  await measurePair(control, (index) => ({ ...featureRow(index), pixels: pixelsOf(index) }))
  server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  folder = await tempFolder('evaluate')
})
afterAll(async () => {
  server.close()
  await once(server, 'close')
  await folder[Symbol.asyncDispose]()
  await control[Symbol.asyncDispose]()
})

function begin(...args: string[]) {
  const { port } = server.address() as AddressInfo
  return spawn(process.execPath, [RUNNER, 'admin/cli/main.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      TANDEM_URL: `http://127.0.0.1:${port}`,
      TANDEM_API_KEY: control.keys.admin,
    },
  })
}

async function tandem(...args: string[]) {
  const child = begin(...args)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}

const at = (name: string) => path.join(folder.path, name)
const QUICK = ['--folds', '3', '--no-learners', '--features', 'paper', '--duplicates', 'leave-out']
const evaluate = (out: string, ...more: string[]) => tandem('evaluate', '--out', at(out), ...QUICK, ...more)

describe.concurrent('tandem evaluate', () => {
  test('leaves the page and the figures, and prints strategies, verdicts and findings', async () => {
    const { code, stdout, stderr } = await evaluate('whole', '--kinds', 'forest,confidence')
    expect(code).toBe(0)
    expect(await readdir(at('whole'))).toEqual(['report.html', 'report.json'])
    const report = PairReport.parse(JSON.parse(await readFile(at('whole/report.json'), 'utf8')))
    expect(report).toMatchObject({ images: IMAGES - 1, duplicatesLeftOut: 1, featureChoice: 'paper' })
    const page = await readFile(at('whole/report.html'), 'utf8')
    expect(/<h1>(.*?)<\/h1>/.exec(page)?.[1]).toBe('light <span class="to">→</span> heavy')
    expect(page.includes('var uPlot=')).toBe(true)
    expect(stderr).toContain(`Report: ${at('whole/report.html')} and report.json`)
    expect(stderr).toMatch(/ {2}resample 100% 1\/1\n/)
    expect(stdout).toMatch(/^light -> heavy on scenes: 59 images, 3 held-out folds, seed 1\n\nstrategy /)
    expect(stdout).toMatch(/\nconfidence +\d+\.\d+% +\d+\.\d+% \[.*\n {2}random as confidence/)
    expect(stdout).toContain(`\nforest: ${report.routers[0]!.verdict.words}\n  Beats chance: no`)
    expect(stdout).toContain('\n  Beats chance: yes\n')
    expect(stdout).toContain(`\nFindings:\n1. ${report.findings[0]}\n`)
  })

  test('--json is the report and nothing else; the policy and the kinds arrive', async () => {
    const policy = ['--guarantee', '0.2,0.1', '--seed', '4', '--kinds', 'entropy', '--json']
    const { code, stdout } = await evaluate('json', ...policy)
    expect(code).toBe(0)
    const report = PairReport.parse(JSON.parse(stdout))
    expect(report.seed).toBe(4)
    expect(report.routers.map((r) => [r.kind, r.operating[0]!.policy])).toEqual([
      ['entropy', { by: 'guarantee', alpha: 0.2, delta: 0.1 }],
    ])
  })

  test('left by Ctrl-C goes on, says how to fetch it, and can be fetched', async () => {
    const child = begin('evaluate', '--out', at('left'), ...QUICK, '--seed', '5')
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
      if (!child.killed && /Evaluation evl_\w+\n/.test(stderr)) child.kill('SIGINT')
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(130)
    const id = /tandem evaluate --id (evl_\w+)\n$/.exec(stderr)?.[1]
    const fetched = await tandem('evaluate', '--id', id!, '--out', at('fetched'), '--json')
    expect(fetched.code).toBe(0)
    expect(PairReport.parse(JSON.parse(fetched.stdout)).seed).toBe(5)
    expect(await readdir(folder.path)).not.toContain('left')
  })

  test('on images with the same pixels ends with 1 and the reason, and leaves no report', async () => {
    const { code, stdout, stderr } = await evaluate('none', '--duplicates', 'refuse')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/\nCannot judge routers: 1 picture in more than one fold \(rows 0 and 59 .*\n$/)
    expect(await readdir(folder.path)).not.toContain('none')
  })

  test('into a folder that cannot be made ends with 1 and says which', async () => {
    await writeFile(at('file'), '')
    const { code, stderr } = await evaluate('file/report', '--kinds', 'margin')
    expect(code).toBe(1)
    expect(stderr).toContain(`Cannot write the report to "${at('file/report')}": expected a folder`)
  })

  test.each<[string, string[], number, string]>([
    ['a kind that is none', ['--kinds', 'forest,oracle'], 2, '"oracle" is none of always-local,'],
    ['two policies', ['--offload', '0.3', '--accuracy', '0.9'], 2, "cannot be used with option '--"],
    ['a budget of nothing', ['--energy-budget', '0'], 2, 'expected joules such as 0.4'],
    ['three shares for a guarantee', ['--guarantee', '0.1,0.1,0.1'], 2, 'expected one or two shares'],
    ['an id and options', ['--id', 'evl_1', '--seed', '2'], 2, "cannot be used with option '--seed"],
    ['an id that is unknown', ['--id', 'evl_1'], 5, 'Cannot find evaluation "evl_1"'],
    ['a selection that is unknown', ['--selection', 'sel_1'], 5, 'Cannot find selection "sel_1"'],
    ['one fold', ['--folds', '1'], 1, 'Cannot read field "folds"'],
  ])('refuses %s', async (_, args, code, words) => {
    const ended = await tandem('evaluate', '--out', at('refused'), ...args)
    expect(ended.stderr).toContain(words)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
  })
})

describe.concurrent('tandem train', () => {
  const train = (...args: string[]) => tandem('train', '--folds', '3', '--duplicates', 'leave-out', ...args)

  test('tells the threshold, the verdict in words and in short, and what the router reads', async () => {
    const { code, stdout, stderr } = await train('--kind', 'hybrid', '--accuracy', '0.7')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^ {2}\w+ .*%/)
    expect(stderr).toMatch(/ {2}train 100% 8\/8\n$/)
    expect(stdout).toMatch(/\nThreshold( \(not met\))?: .*70\.0 %/)
    expect(stdout).toMatch(
      /\nFor 0\.\d{4} J an image: this router \d.*, random cannot cost that, confidence /,
    )
    expect(stdout).toMatch(/\nVerdict: (Better|Not better) than chance/)
    expect(stdout).toMatch(/\nBeats chance: (yes|no) {3}beats confidence: (yes|no)\n/)
    expect(stdout).toContain('\nFeatures: n_keypoints, aspect_ratio, area_by_perim,')
    expect(stdout).toMatch(/\nRouter version \d+ \(rtr_\w+\)\n$/)
  })

  test('lists what each router sends and beats', async () => {
    const { version } = JSON.parse((await train('--kind', 'confidence', '--json')).stdout)
    const { stdout } = await tandem('routers', 'list')
    expect(stdout).toMatch(/^version +kind +sends +AUC +DGC +beats chance +beats confidence +id\n/)
    expect(stdout).toMatch(new RegExp(`\\n *${version} +confidence +\\d+\\.\\d+% .* yes +- +rtr_`))
  })
})
