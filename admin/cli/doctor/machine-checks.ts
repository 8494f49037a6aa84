// This machine: is it large and new enough, and does what is native run here. The worker's own choices (what runs
// functions, what measures energy) are asked of the worker's own code, in a process of its own.

import { statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { askChild } from '#platform/ask-child.ts'
import { type Check, enough, failed, ok, warning } from './check.ts'

const GB = 1e9
/** `npm start` with the demo takes under 1.5 GB for all processes; a device alone a third of it. */
const MEMORY = { warnBelow: 1.5 * GB, failBelow: 0.4 * GB }
/** A database, models and data sets of the demo take 0.7 GB. */
const DISK = { warnBelow: 5 * GB, failBelow: 0.5 * GB }
const PROBE_MAX_MS = 30_000

const gigabytes = (bytes: number): string => `${(bytes / GB).toFixed(1)} GB`

export async function machineChecks(home: string, env: NodeJS.ProcessEnv): Promise<Check[]> {
  return [nodeCheck(), memoryCheck(), await diskCheck(home), ...(await probeChecks(env))]
}

function nodeCheck(): Check {
  const node = process.versions.node
  const [major = 0, minor = 0] = node.split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19)
    ? ok('node', `${node} on ${os.platform()} ${os.arch()}`)
    : failed('node', `${node} is too old`, 'install Node 20.19 or newer')
}

function memoryCheck(): Check {
  const bytes = process.availableMemory()
  return enough('memory', bytes, MEMORY, {
    says: `${gigabytes(bytes)} of ${gigabytes(os.totalmem())} available`,
    fix: 'end other programs, or run control plane and workers on machines of their own',
  })
}

async function diskCheck(home: string): Promise<Check> {
  for (let folder = home; ; folder = path.dirname(folder)) {
    const disk = await statfs(folder).catch(() => undefined)
    if (!disk && folder !== path.dirname(folder)) continue
    const bytes = disk ? disk.bavail * disk.bsize : 0
    return enough('disk', bytes, DISK, {
      says: `${gigabytes(bytes)} free for ${home}`,
      fix: 'free some, or set TANDEM_HOME to a folder of another disk; `tandem artifacts gc` removes what nothing needs',
    })
  }
}

const Finding = z.object({ is: z.string(), why: z.string(), isGood: z.boolean() })
const Findings = z.object({ onnxRuntime: Finding, functionHost: Finding, energyMeter: Finding })

async function probeChecks(env: NodeJS.ProcessEnv): Promise<Check[]> {
  const entry = new URL('../../../workers/dev/probe-main.ts', import.meta.url)
  const asked = await askChild<unknown>(entry, {}, PROBE_MAX_MS)
  const found = Findings.safeParse(asked.end === 'answered' ? asked.answer : undefined)
  if (!found.success)
    return [
      failed('worker', 'its parts could not be loaded here', 'run `npm ci` in the folder of Tandem again'),
    ]
  const { onnxRuntime, functionHost, energyMeter } = found.data
  return [
    onnxRuntime.isGood
      ? ok('onnxruntime', `${onnxRuntime.is} ${onnxRuntime.why}`)
      : failed('onnxruntime', onnxRuntime.why, 'run `npm ci` again; it needs 64 bits and glibc 2.28'),
    functionHost.isGood
      ? ok('function host', `${functionHost.is}: ${functionHost.why}`)
      : warning(
          'function host',
          `${functionHost.is}: ${functionHost.why}`,
          'run trusted functions only, or use a kernel with 48-bit addresses (Ubuntu’s on a Pi)',
        ),
    energyMeter.isGood || env.TANDEM_ENERGY_METER === 'model'
      ? ok('energy meter', `${energyMeter.is}: ${energyMeter.why}`)
      : energyMeter.is === 'none'
        ? failed(
            'energy meter',
            energyMeter.why,
            'set TANDEM_ENERGY_METER to auto, or to a meter that is there',
          )
        : warning(
            'energy meter',
            `${energyMeter.is}: ${energyMeter.why}`,
            'energy is computed from published watts: run as a user who may read a sensor, or `tandem energy import`',
          ),
  ]
}
