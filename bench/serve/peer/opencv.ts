// The product as it is installed against what one would write in Python: FastAPI around OpenCV's dnn module, from Debian's
// packages, where they are there. Its importer (4.6) refuses 8-bit ONNX files, so both serve a model of the demo world in
// 32-bit floats: that is small, and what is compared is mostly the way around it. Same file, same images.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { tempFolder } from '#test/harness/temp-folder.ts'
import type { BenchLine, BenchOptions } from '../../bench-line.ts'
import { type Contender, httpContender } from '../rig/contender.ts'
import { writeSection } from '../rig/results.ts'
import { servedDevice } from '../rig/served-device.ts'
import { scenes, type Workload } from '../rig/workload.ts'
import { agreementOf } from '../transformers.ts'
import {
  comparedLines,
  comparedRows,
  comparePlan,
  compareServers,
  type JudgedAs,
  skippedLines,
} from './compare-servers.ts'

const JUDGED: JudgedAs = {
  throughput: { name: 'serve: OpenCV behind FastAPI over throughput', bar: 1 },
  p99: { name: 'serve: p99 over OpenCV behind FastAPI', bar: 1 },
}
const MODEL = 'inception_v4'
const IMAGES = 96
/** Where Debian's packages go, whatever other Python comes first. */
const PYTHONS = ['/usr/bin/python3', 'python3']
const MISSING =
  'skipped: no python3 with cv2, fastapi and uvicorn (Debian: apt-get install python3-opencv python3-fastapi python3-uvicorn)'

export async function benchOpencv({ quick }: BenchOptions): Promise<BenchLine[]> {
  const python = PYTHONS.find(
    (command) => spawnSync(command, ['-c', 'import cv2, fastapi, uvicorn']).status === 0,
  )
  if (python === undefined) return skippedLines(JUDGED, MISSING)
  const workload = await scenes(IMAGES, MODEL)
  const { images, model } = workload
  await using folder = await tempFolder('opencv')
  const device = await servedDevice({ model })
  const target = { pid: device.process.pid, url: device.url, path: '/v1/classify', images }
  const asItIs = await pythonServer(python, folder.path, workload, 0)
  const oneThread = await pythonServer(python, folder.path, workload, 1)
  const contenders = [httpContender('this worker', target, device), asItIs, oneThread]
  try {
    const agreement = await agreementOf(images, device.url, asItIs.url)
    const plan = comparePlan(quick)
    const compared = await compareServers(contenders, plan)
    await writeSection({
      title: 'Against OpenCV in Python',
      command: 'npm run bench opencv',
      how: `OpenCV's dnn module behind FastAPI and uvicorn, one process; ${model.name} of the demo world, one file for both; ${workload.what}; ${plan.turns} turns of ${plan.durationMs / 1_000} s for each, medians (least to most).`,
      rows: comparedRows(compared),
      notes: [`Both name the same class for ${(agreement * 100).toFixed(1)} % of the images.`],
    })
    return comparedLines(compared, JUDGED)
  } finally {
    for (const contender of contenders) await contender[Symbol.asyncDispose]()
  }
}

async function pythonServer(
  python: string,
  folder: string,
  { model, images }: Workload,
  threads: number,
): Promise<Contender & { url: string }> {
  const at = (name: string) => path.join(folder, name)
  await writeFile(at('model.onnx'), model.file)
  await writeFile(at('card.json'), JSON.stringify({ contract: model.contract, labels: model.labels }))
  const script = path.join(import.meta.dirname, 'opencv-server.py')
  const child: ChildProcess = spawn(python, [script, at('model.onnx'), at('card.json'), String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
  const own = {
    async [Symbol.asyncDispose]() {
      child.stdin!.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
  const name = `OpenCV, ${threads === 0 ? 'as it is' : '1 thread'}`
  return { ...httpContender(name, { pid: child.pid!, url, path: '/classify', images }, own), url }
}
