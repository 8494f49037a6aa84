// The installers on a machine that is none of theirs: what they would do is told, what they write is looked at, wrong
// machines are refused by name, and the worker is started by the very command and settings that the unit names. No
// systemd, no ARM, no Docker here: what needs those is listed in docs/install.md.

import { execFile, spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, openApi } from '#admin/client/api.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { freePort } from '#test/harness/free-port.ts'
import { Process } from '#test/harness/process.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SCRIPTS = ['pi/install.sh', 'pi/uninstall.sh', 'control/install.sh', 'jetson/install.sh']
const MODULES = path.join(ROOT, 'node_modules')

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(script: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(path.join(ROOT, 'deploy', script), args, {
      env: { PATH: process.env.PATH, ...env },
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Ran
    return { code, stdout, stderr }
  }
}

const hasProgram = (name: string, ...args: string[]): Promise<boolean> =>
  promisify(execFile)(name, args).then(
    () => true,
    () => false,
  )

let folder: TempFolder
beforeAll(async () => {
  folder = await tempFolder('deploy')
})
afterAll(() => folder[Symbol.asyncDispose]())

const tree = (name: string) => path.join(folder.path, name)
const PI = ['--control-url', 'http://control.local:7400', '--enrol-code', 'once', '--modules', MODULES]

describe('the scripts', () => {
  test('are sound shell', async (context) => {
    if (!(await hasProgram('shellcheck', '--version'))) return context.skip()
    const { stdout } = await promisify(execFile)('shellcheck', ['-x', ...SCRIPTS.map((s) => `deploy/${s}`)], {
      cwd: ROOT,
    })
    expect(stdout).toBe('')
  })

  test.each(['pi/tandem-pi.service', 'control/tandem-control.service'])('%s is a unit', async (unit) => {
    if (!(await hasProgram('systemd-analyze', '--version'))) return
    const { stdout, stderr } = await promisify(execFile)('systemd-analyze', [
      'verify',
      path.join(ROOT, 'deploy', unit),
    ])
    expect(stdout + stderr).not.toMatch(/Unknown|Failed to parse|Invalid/)
  })

  test('the image copies what is there and all that the edge worker imports', async () => {
    const dockerfile = await readFile(path.join(ROOT, 'deploy/jetson/Dockerfile'), 'utf8')
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, from]) => from!.split(' '))
    for (const file of copied) expect((await stat(path.join(ROOT, file))).size).toBeGreaterThan(0)
    const ignored = await readFile(path.join(ROOT, 'deploy/jetson/Dockerfile.dockerignore'), 'utf8')
    expect(ignored.trim().split('\n')).toEqual(['*', ...copied.map((file) => `!${file}`)])
    expect(copied).toEqual(
      expect.arrayContaining(['contract', 'core', 'platform', 'vision', 'workers', 'package-lock.json']),
    )
  })
})

describe('pi/install.sh', () => {
  test('--dry-run tells every step, does none, and keeps the code to itself', async () => {
    const root = tree('dry')
    const { code, stdout } = await run('pi/install.sh', ['--dry-run', '--root', root, ...PI])
    expect(code).toBe(0)
    for (const told of ['mkdir -p', 'replace_app contract', 'would: write', 'tandem-pi.service'])
      expect(stdout).toContain(told)
    expect(stdout).not.toContain('once')
    expect(await readdir(root)).toEqual([])
  })

  test('--root makes the tree, the second run keeps the settings, and uninstall takes away what is not the owner’s', async () => {
    const root = tree('tree')
    expect(await run('pi/install.sh', ['--root', root, ...PI])).toMatchObject({ code: 0 })
    const settings = path.join(root, 'etc/tandem/pi.env')
    expect((await stat(settings)).mode & 0o777).toBe(0o640)
    expect((await stat(path.join(root, 'var/lib/tandem'))).mode & 0o777).toBe(0o750)
    expect((await readdir(path.join(root, 'opt/tandem'))).sort()).toEqual(
      [
        '.cache',
        '.npmrc',
        'contract',
        'core',
        'docs',
        'node_modules',
        'package-lock.json',
        'package.json',
        'platform',
      ].concat(['vision', 'workers']),
    )
    await writeFile(settings, 'TANDEM_PI_PORT=1\n')
    await writeFile(path.join(root, 'opt/tandem/core/old.ts'), '')
    expect(await run('pi/install.sh', ['--root', root, '--modules', MODULES])).toMatchObject({ code: 0 })
    expect(await readFile(settings, 'utf8')).toBe('TANDEM_PI_PORT=1\n')
    expect(await readdir(path.join(root, 'opt/tandem/core'))).not.toContain('old.ts')
    await mkdir(path.join(root, 'var/lib/tandem/pi'))
    expect(await run('pi/uninstall.sh', ['--root', root])).toMatchObject({ code: 0 })
    expect(await readdir(path.join(root, 'opt'))).toEqual([])
    expect(await readdir(path.join(root, 'etc/systemd/system'))).toEqual([])
    expect(await readdir(path.join(root, 'var/lib/tandem'))).toEqual(['pi'])
    expect(await run('pi/uninstall.sh', ['--root', root, '--purge'])).toMatchObject({ code: 0 })
    expect(await readdir(path.join(root, 'etc/tandem'))).toEqual([])
  })

  /** Programs that say what another machine's would. */
  test.each<[string, Record<string, string>, string]>([
    ['a 32-bit processor', { uname: 'echo armv7l' }, 'processor is armv7l, expected aarch64'],
    ['a 32-bit system', { uname: 'echo aarch64', getconf: 'echo 32' }, 'system is 32-bit on a 64-bit kernel'],
    [
      'an old glibc',
      { getconf: '[ "$1" = LONG_BIT ] && echo 64 || echo glibc 2.27' },
      'glibc is 2.27, expected at least 2.28',
    ],
    ['an old Node', { node: 'echo 18.19.0' }, 'Node is 18.19.0, expected at least 20.19'],
  ])('refuses %s and writes nothing', async (name, programs, complaint) => {
    const bin = tree(`bin ${name}`)
    await mkdir(bin)
    for (const [program, line] of Object.entries(programs)) {
      await writeFile(path.join(bin, program), `#!/bin/sh\n${line}\n`)
      await chmod(path.join(bin, program), 0o755)
    }
    const root = tree(`root ${name}`)
    const ran = await run('pi/install.sh', ['--root', root, ...PI], { PATH: `${bin}:${process.env.PATH}` })
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(complaint) })
    expect(await readdir(root)).toEqual([])
  })

  test.each<[string, (home: string) => Record<string, string>, Record<string, string>]>([
    ['of the one who runs it', (home) => ({ HOME: `${home}/` }), {}],
    [
      'of another person, behind a link',
      () => ({}),
      { getent: 'echo "x:x:1001:1001:A name, with spaces:$PERSON:/bin/sh"' },
    ],
  ])('refuses a Node in the home %s: the service would not see it', async (name, envOf, programs) => {
    const [home, bin] = [tree(`home ${name}`), tree(`linked ${name}`)]
    for (const place of [home, bin]) await mkdir(place)
    await copyFile(process.execPath, path.join(home, 'node'))
    await chmod(path.join(home, 'node'), 0o755)
    await symlink(path.join(home, 'node'), path.join(bin, 'node'))
    for (const [program, line] of Object.entries(programs)) {
      await writeFile(path.join(bin, program), `#!/bin/sh\n${line}\n`)
      await chmod(path.join(bin, program), 0o755)
    }
    const env = { PATH: `${bin}:${process.env.PATH}`, PERSON: home, ...envOf(home) }
    const ran = await run('pi/install.sh', ['--dry-run', ...PI], env)
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected a place outside of home'),
    })
  })

  test('takes a Node beside homes whose names begin as its own folder does', async () => {
    const own = path.dirname(process.execPath)
    const env = { HOME: own.slice(0, -1) }
    const ran = await run('pi/install.sh', ['--dry-run', ...PI], {
      ...env,
      PATH: `${own}:${process.env.PATH}`,
    })
    expect(ran.stderr).not.toContain('home folders')
  })

  test('tells that functions get no isolation where workerd does not run', async () => {
    const modules = tree('modules')
    await mkdir(path.join(modules, 'workerd'), { recursive: true })
    await writeFile(path.join(modules, 'workerd/package.json'), '{"main":"main.js"}')
    await writeFile(path.join(modules, 'workerd/main.js'), 'exports.default = "/bin/false"')
    const args = ['--root', tree('thread'), ...PI.slice(0, 4), '--modules', modules]
    expect((await run('pi/install.sh', args)).stdout).toContain('function driver: thread')
  })

  test.each([
    [['--enrol-code', 'once'], 'expected --control-url'],
    [['--control-url', 'http://c:7400'], 'expected --enrol-code'],
  ])('refuses %j', async (args, complaint) => {
    const ran = await run('pi/install.sh', ['--root', tree('lacking'), ...args])
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(complaint) })
  })
})

/** KEY=value lines, as systemd reads them. */
function settingsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^\w+=/.test(line))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

describe('tandem-pi.service', () => {
  let database: TestDatabase
  let control: Process
  let url: string
  let api: Api
  beforeAll(async () => {
    database = await createTestDatabase()
    const home = tree('control')
    const env = { TANDEM_HOME: home, TANDEM_PORT: '0', DATABASE_URL: database.url }
    control = new Process({ entry: 'admin/main.ts', env })
    url = await control.ready()
    api = await openApi({ url, home })
  })
  afterAll(async () => {
    await control.stop()
    await database.drop()
  })

  test('starts a worker that enrols, by the command and the settings of the installed tree', async () => {
    const root = tree('live')
    const { code } = await api.trpc.devices.createEnrolment.mutate({ name: 'board', tier: 'local' })
    const args = ['--root', root, '--modules', MODULES, '--control-url', url, '--enrol-code', code]
    expect(await run('pi/install.sh', args)).toMatchObject({ code: 0 })
    const unit = await readFile(path.join(root, 'etc/systemd/system/tandem-pi.service'), 'utf8')
    const line = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)![1]!
    const settings = settingsIn(await readFile(path.join(root, line('EnvironmentFile')), 'utf8'))
    const port = await freePort()
    const [command, ...rest] = line('ExecStart').split(' ')
    const child = spawn(command!, rest, {
      cwd: path.join(root, line('WorkingDirectory')),
      // Of the settings only what names this machine's places is changed: the root, and a port that is free.
      env: {
        ...settings,
        NODE_ENV: 'production',
        TANDEM_DEVICE_HOME: path.join(root, settings.TANDEM_DEVICE_HOME!),
        TANDEM_PI_PORT: String(port),
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const ended = new Promise((resolve) => child.once('exit', (exit, signal) => resolve(exit ?? signal)))
    try {
      const board = await until(
        'the board is enrolled and has reported',
        async () => {
          if (child.exitCode !== null) throw new Error(output)
          const { items: devices } = await api.trpc.devices.list.query()
          return devices.find((device) => device.name === 'board' && device.report !== null)
        },
        30_000,
      )
      expect(board.report?.functionDriver).toBe('workerd')
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
      expect(await readdir(path.join(root, 'var/lib/tandem/pi'))).toContain('identity.json')
    } finally {
      // As KillMode=mixed does: the worker alone.
      child.kill('SIGTERM')
    }
    expect(await ended).toBe(0)
  }, 90_000)
})
