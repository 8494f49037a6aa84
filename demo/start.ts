// `npm start`: the whole system on this machine, from an empty folder to explained answers. Starts the control
// plane (with its embedded Postgres) and both workers as processes of their own, runs the flow on the demo world
// where nothing is deployed yet, and keeps serving until Ctrl-C. `--no-demo` starts the processes alone.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Api, openApi, sentenceOf } from '#admin/client/api.ts'
import { waitForServing } from '#admin/client/wait.ts'
import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { Child } from './launch/child.ts'
import { makeScenes, runDemoFlow, type Stage } from './launch/demo-flow.ts'
import { startFleet } from './launch/fleet.ts'
import { waitForPorts } from './launch/free-ports.ts'
import { lockHome } from './launch/home-lock.ts'
import { readSettings, type StartSettings } from './launch/settings.ts'
import { showAnswers } from './launch/show-answers.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

function timedStages(): Stage & { end(): void } {
  let title: string | undefined
  let startedAt = 0
  const end = () => {
    if (title !== undefined) print(`  ${title}: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
    title = undefined
  }
  return {
    end,
    say: print,
    begin(next) {
      end()
      title = next
      startedAt = performance.now()
      print(`\n> ${next}`)
    },
  }
}

/** Started last, stopped first. */
const children: Child[] = []
const stopAll = async (): Promise<void> => {
  for (const child of children.splice(0).reverse()) await child.stop()
}

async function startControl(settings: StartSettings): Promise<Api> {
  const control = new Child({
    name: 'control',
    entry: 'admin/main.ts',
    logFolder: path.join(settings.home, 'logs'),
    env: { TANDEM_HOME: settings.home, TANDEM_PORT: String(settings.controlPort) },
  })
  children.push(control)
  const url = await control.start()
  return openApi({ url, home: settings.home, key: undefined })
}

async function deployedBefore(api: Api): Promise<string | undefined> {
  const [current] = (await api.trpc.rollouts.history.query({ limit: 1 })).items
  return current?.deployment.id
}

async function start(settings: StartSettings): Promise<void> {
  const stage = timedStages()
  const { controlPort, piPort, tx2Port } = settings
  await waitForPorts('127.0.0.1', {
    TANDEM_PORT: controlPort,
    TANDEM_PI_PORT: piPort,
    TANDEM_TX2_PORT: tx2Port,
  })
  stage.begin('starting Postgres and the control plane')
  const api = await startControl(settings)
  stage.begin('starting the tx2 and the pi worker')
  const fleet = await startFleet(api, settings, (child) => children.push(child))
  const scenesFolder = path.join(settings.home, 'demo', 'scenes')
  const deploymentId = await deployedBefore(api)
  if (deploymentId !== undefined) {
    stage.begin('waiting for both devices to serve what is deployed')
    const target = { deploymentId, group: 'default', timeoutMs: 60_000, names: fleet.names }
    await waitForServing(api, target, (line) => print(`  ${line}`))
  } else if (settings.hasDemo) {
    const { scenes, models } = settings
    await runDemoFlow({ api, scenesFolder, scenes, models, stage, devices: fleet.names })
  }
  if (settings.hasDemo) {
    await makeScenes({ scenesFolder, scenes: settings.scenes })
    stage.begin('classifying a handful of images on the pi worker')
    print(await showAnswers(fleet.piUrl, scenesFolder))
  }
  stage.end()
  const setUpFile = path.join(settings.home, 'set-up.code')
  print(`
console        http://127.0.0.1:${controlPort}${existsSync(setUpFile) ? `   one-time code for its first user in ${setUpFile}` : ''}
control plane  http://127.0.0.1:${controlPort}   admin key in ${path.join(settings.home, 'admin.key')}
pi worker      ${fleet.piUrl}   try: npx tandem classify FILE
tx2 worker     ${fleet.tx2Url}
logs           ${path.join(settings.home, 'logs')}
ready`)
}

async function main(): Promise<void> {
  const settings = readSettings(loadSettings(process.env).env, process.argv.slice(2))
  const lock = await lockHome(settings.home)
  let isStopping = false
  const stop = async (code: number) => {
    if (isStopping) return
    isStopping = true
    await stopAll()
    await lock.release()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      print('\nstopping')
      void stop(0)
    })
  try {
    await start(settings)
  } catch (error) {
    if (isStopping) return
    process.stderr.write(`${sentenceOf(error) ?? (error instanceof Error ? error.message : 'failed')}\n`)
    await stop(1)
  }
}

// Settings and locks that refuse are sentences; what fails later is told by main itself.
await runMain(main, { staysUp: true })
