// The system that the pages' commands run against: `npm start -- --no-demo` as a process with ports of its own, and in it
// what the demo makes, by the CLI and smaller: two models that lie far apart, so that a busy machine selects the same pair,
// and few scenes. Each page gets a folder with what it speaks of: `.tandem`, a photograph, models, labelled images.

import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { writeScenes } from '#demo/write-scenes.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { freePort } from '#test/harness/free-port.ts'
import { processesWith } from '#test/harness/process-table.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { buildTandem } from './build-tandem.ts'
import { ROOT } from './markdown.ts'

/** Enough that routers show themselves better than chance. */
const SCENES = 120
const READY_MAX_MS = 150_000
const MODELS = ['mobilenet_v1', 'inception_v4']
const PORTS = { TANDEM_PORT: '7400', TANDEM_PI_PORT: '7401', TANDEM_TX2_PORT: '7402' } as const

export class DemoWorld implements AsyncDisposable {
  readonly folder: TempFolder
  readonly env: Readonly<Record<string, string>>
  #start: ChildProcess | undefined
  #output = ''

  private constructor(folder: TempFolder, env: Readonly<Record<string, string>>) {
    this.folder = folder
    this.env = env
  }

  static async open(): Promise<DemoWorld> {
    const ports: Record<string, string> = {}
    for (const name of Object.keys(PORTS)) ports[name] = String(await freePort())
    const folder = await tempFolder('docs')
    const world = new DemoWorld(folder, ports)
    await mkdir(world.bin)
    // A status that is an error is a command that failed.
    await writeFile(path.join(folder.path, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n')
    await buildTandem(world.bin)
    await world.#begin()
    return world
  }

  get home(): string {
    return path.join(this.folder.path, '.tandem')
  }

  /** Where `npx` is. */
  get bin(): string {
    return path.join(this.folder.path, 'bin')
  }

  async #begin(): Promise<void> {
    const { DATABASE_URL: _, ...outer } = process.env
    const start = spawn(process.execPath, [RUNNER, 'demo/start.ts', '--no-demo'], {
      cwd: ROOT,
      env: { ...outer, ...this.env, TANDEM_HOME: this.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#start = start
    for (const stream of [start.stdout, start.stderr])
      stream.on('data', (chunk) => {
        this.#output += chunk
      })
    const isReady = () => {
      if (start.exitCode !== null) throw new Error(`npm start ended with ${start.exitCode}:\n${this.#output}`)
      return /^ready$/m.test(this.#output)
    }
    await until('the demo is ready', isReady, READY_MAX_MS)
  }

  /** Of what `npm start` does with the demo, in a folder like that of a page: shell. */
  async demoFlow(): Promise<string> {
    const scenes = path.join(this.home, 'demo', 'scenes')
    await writeScenes({ folder: scenes, split: 'test', count: SCENES })
    const adds = MODELS.map(async (name) => {
      const file = path.join(ROOT, 'demo/models', name)
      const { contract } = JSON.parse(await readFile(`${file}.json`, 'utf8')) as { contract: object }
      const told = path.join(this.folder.path, `${name}.json`)
      await writeFile(told, JSON.stringify(contract))
      return `npx tandem models add ${file}.onnx --name ${name} --labels ${scenes}/classes.txt --contract ${told}`
    })
    return [
      ...(await Promise.all(adds)),
      `npx tandem datasets add ${scenes}/labels.csv --name scenes --labels ${scenes}/classes.txt`,
      'npx tandem profile --dataset scenes',
      'npx tandem select --dataset scenes',
      'npx tandem train --kind forest',
      'npx tandem promote',
    ].join('\n')
  }

  /** A folder of one's own for a page. */
  async folderFor(page: string): Promise<string> {
    const folder = path.join(this.folder.path, page.replace(/\W/g, '-'))
    const scenes = path.join(this.home, 'demo', 'scenes')
    await mkdir(folder)
    await symlink(scenes, path.join(folder, 'images'))
    await symlink(this.home, path.join(folder, '.tandem'))
    await cp(path.join(ROOT, 'demo/models/mobilenet_v1.onnx'), path.join(folder, 'light.onnx'))
    await cp(path.join(ROOT, 'demo/models/inception_v4.onnx'), path.join(folder, 'heavy.onnx'))
    await cp(path.join(scenes, 'classes.txt'), path.join(folder, 'classes.txt'))
    await sharp(path.join(scenes, 'test-00001.png')).toFile(path.join(folder, 'two.png'))
    for (const name of ['photo.jpg', 'one.jpg'])
      await sharp(path.join(scenes, 'test-00000.png')).toFile(path.join(folder, name))
    const [head, ...rows] = (await readFile(path.join(scenes, 'labels.csv'), 'utf8')).trim().split('\n')
    const own = rows.map((row) => `images/${row}`)
    await writeFile(path.join(folder, 'labels.csv'), `${[head, ...own].join('\n')}\n`)
    return folder
  }

  /** The pages write the usual ports. */
  withPorts(code: string): string {
    return Object.entries(PORTS).reduce(
      (text, [name, port]) =>
        text.replace(new RegExp(`\\b(127\\.0\\.0\\.1|localhost):${port}\\b`, 'g'), `$1:${this.env[name]}`),
      code,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const start = this.#start
    if (start && start.exitCode === null) {
      const gone = new Promise((resolve) => start.once('exit', resolve))
      start.kill('SIGTERM')
      await gone
    }
    for (const { pid } of await processesWith(this.folder.path)) process.kill(pid, 'SIGKILL')
    await this.folder[Symbol.asyncDispose]()
  }
}
