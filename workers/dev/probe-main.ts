// What a worker would find on this machine, told without starting one: `tandem doctor` asks, as a process of its own, since
// the CLI must not import the workers. A question comes in over IPC, the findings go out.

import { createRequire } from 'node:module'
import { answerParent } from '#platform/ask-child.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { readDeviceConfig } from '../config.ts'
import { chooseMeter } from '../energy/choose-meter.ts'
import { chooseHost } from '../host/choose-host.ts'

export interface Finding {
  readonly is: string
  /** More of it, or what is wrong. */
  readonly why: string
  readonly isGood: boolean
}

const failed = (error: unknown): Finding => ({
  is: 'none',
  why: error instanceof Error ? error.message.split('\n')[0]! : 'it threw no error',
  isGood: false,
})

const versionOf = (name: string): string => {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string }
  return version
}

/** The native library is loaded, which is where a board that is too old fails. */
async function onnxRuntime(): Promise<Finding> {
  await import('#vision/onnx-model.ts')
  return { is: versionOf('onnxruntime-node'), why: 'loads here', isGood: true }
}

const config = () => readDeviceConfig('local', loadSettings(process.env).env)

async function functionHost(): Promise<Finding> {
  const { host, reason } = await chooseHost({ choice: config().functionHost })
  return { is: host.driver, why: reason, isGood: host.driver === 'workerd' }
}

async function energyMeter(): Promise<Finding> {
  const { energy, power } = config()
  const { meter, passedOver } = chooseMeter({ ...energy, power })
  const why = [meter.source, ...passedOver.map((reason) => `not ${reason}`)].join('; ')
  return { is: meter.method, why, isGood: meter.method !== 'model' }
}

answerParent<unknown, Record<string, Finding>>(async () => ({
  onnxRuntime: await onnxRuntime().catch(failed),
  functionHost: await functionHost().catch(failed),
  energyMeter: await energyMeter().catch(failed),
}))
