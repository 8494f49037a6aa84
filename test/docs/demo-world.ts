// The system that the pages' commands run against: `npm start` as a process, with few scenes and its own ports, in a folder
// that has what the pages speak of: `.tandem`, a photograph, two models, their class names and labelled images.

import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { freePort } from '#test/harness/free-port.ts'
import { processesWith } from '#test/harness/process-table.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { ROOT } from './markdown.ts'

/** Enough that routers show themselves better than chance. */
const SCENES = 120
const READY_MAX_MS = 150_000
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
    const world = new DemoWorld(folder, { ...ports, TANDEM_DEMO_SCENES: String(SCENES) })
    await world.#begin()
    return world
  }

  get home(): string {
    return path.join(this.folder.path, '.tandem')
  }

  async #begin(): Promise<void> {
    const { DATABASE_URL: _, ...outer } = process.env
    const start = spawn(process.execPath, ['--import', 'tsx', 'demo/start.ts'], {
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

  /** A folder of one's own for a page. */
  async folderFor(page: string): Promise<string> {
    const folder = path.join(this.folder.path, page.replace(/\W/g, '-'))
    const scenes = path.join(this.home, 'demo', 'scenes')
    await mkdir(path.join(folder, 'images'), { recursive: true })
    await symlink(this.home, path.join(folder, '.tandem'))
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
    await cp(path.join(ROOT, 'demo/models/mobilenet_v1.onnx'), path.join(folder, 'light.onnx'))
    await cp(path.join(ROOT, 'demo/models/inception_v4.onnx'), path.join(folder, 'heavy.onnx'))
    await cp(path.join(scenes, 'classes.txt'), path.join(folder, 'classes.txt'))
    await sharp(path.join(scenes, 'test-00001.png')).toFile(path.join(folder, 'two.png'))
    for (const name of ['photo.jpg', 'one.jpg'])
      await sharp(path.join(scenes, 'test-00000.png')).toFile(path.join(folder, name))
    const [head, ...rows] = (await readFile(path.join(scenes, 'labels.csv'), 'utf8')).trim().split('\n')
    const own = rows.map((row) => path.join(scenes, row))
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
