// `tandem doctor`: what stands between a person and a working pair, each with what mends it. It only looks; what cannot be
// looked at because something before it failed is left out.

import type { Command } from 'commander'
import type { LoadedSettings } from '#platform/settings/load-settings.ts'
import { type Api, failureOf, openApi } from '../../client/api.ts'
import { allOf } from '../../client/link/pages.ts'
import { controlUrlOf, homeOf, outputOf, settingOf, settingsOf } from '../session.ts'
import { certificateChecks } from './certificate-checks.ts'
import { type Check, failed } from './check.ts'
import { controlChecks, reachCheck } from './control-checks.ts'
import { deviceChecks } from './device-checks.ts'
import { machineChecks } from './machine-checks.ts'
import { type Port, portChecks } from './port-checks.ts'
import { settingsChecks } from './settings-checks.ts'

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('look whether everything that Tandem needs is there, and say what mends what is not')
    .action(async (_options, command: Command) => {
      const checks = await examine(settingsOf(command), program.version()!)
      const bad = checks.filter(({ state }) => state === 'failed').length
      const warned = checks.filter(({ state }) => state === 'warning').length
      const end =
        bad + warned === 0
          ? 'all is well'
          : `${bad} failed, ${warned} ${warned === 1 ? 'warning' : 'warnings'}`
      outputOf(command).print({ ok: bad === 0, checks }, [...checks.flatMap(lines), end].join('\n'))
      if (bad > 0) process.exitCode = 1
    })
}

const lines = ({ name, state, says, fix }: Check): string[] => [
  `${state.padEnd(7)}  ${name}: ${says}`,
  ...(fix === undefined ? [] : [`         to mend it: ${fix}`]),
]

async function examine(settings: LoadedSettings, version: string): Promise<Check[]> {
  const wrong = settingsChecks(settings)
  // Nothing can be looked for where nobody knows where to look.
  if (wrong.some(({ state }) => state === 'failed')) return wrong
  const url = controlUrlOf(settings)
  const host = settingOf(settings, 'TANDEM_HOST')!
  const local = Promise.all([
    machineChecks(homeOf(settings), settings.env),
    portChecks(portsOf(settings, url), host),
  ])
  const remote = remoteChecks(settings, url, version)
  return [...wrong, ...(await local).flat(), ...(await remote)]
}

async function remoteChecks(settings: LoadedSettings, url: string, version: string): Promise<Check[]> {
  const file = settingOf(settings, 'TANDEM_TLS_CERT')
  let api: Api
  try {
    api = await openApi({ url, home: homeOf(settings), key: settingOf(settings, 'TANDEM_API_KEY') })
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    const certificates = await certificateChecks([url], file)
    const fix = 'start the control plane with `npm start`, or set TANDEM_HOME or TANDEM_API_KEY'
    return [await reachCheck(url), failed('key', failure.sentence, fix), ...certificates]
  }
  const control = await controlChecks(api, url, version)
  const isIn = control.every(({ state }) => state !== 'failed')
  const devices = isIn ? await deviceChecks(api) : []
  const addresses = isIn ? (await allOf(api.trpc.devices.list)).map((d) => d.url ?? '') : []
  return [...control, ...devices, ...(await certificateChecks([url, ...addresses], file))]
}

const OWN_HOSTS = ['127.0.0.1', 'localhost', '[::1]']

function portsOf(settings: LoadedSettings, url: string): Port[] {
  const isNeeded = OWN_HOSTS.includes(new URL(url).hostname)
  const one = (name: string, variable: string): Port => ({
    ...{ name, variable, isNeeded },
    port: Number(settingOf(settings, variable)),
  })
  return [
    one('control plane', 'TANDEM_PORT'),
    one('local worker', 'TANDEM_PI_PORT'),
    one('edge worker', 'TANDEM_TX2_PORT'),
    one('function under development', 'TANDEM_DEV_PORT'),
  ]
}
