// Settings from real files in real folders: who counts before whom, and what a wrong file is told for.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readControlConfig } from '#admin/config.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { factsOf, fileName } from '#platform/settings/setting.ts'
import { SETTINGS, SettingsRefused } from '#platform/settings/settings-file.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { readDeviceConfig } from '#workers/config.ts'

let folder: TempFolder
beforeAll(async () => {
  folder = await tempFolder('settings')
})
afterAll(() => folder[Symbol.asyncDispose]())

let count = 0
/** A project’s folder and a user’s home, each with its file where one is given. */
function place(files: { project?: unknown; user?: unknown }) {
  const at = path.join(folder.path, String(count++))
  const project = path.join(at, 'project')
  const user = path.join(at, 'home', '.config', 'tandem')
  for (const made of [project, user]) mkdirSync(made, { recursive: true })
  const write = (file: string, value: unknown) =>
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  const projectFile = path.join(project, 'tandem.json')
  if (files.project !== undefined) write(projectFile, files.project)
  if (files.user !== undefined) write(path.join(user, 'config.json'), files.user)
  const load = (env: Record<string, string> = {}) =>
    loadSettings({ HOME: path.join(at, 'home'), ...env }, project)
  return { load, project, projectFile }
}

test('the environment counts before the project’s file, and that before the user’s', () => {
  const { load } = place({
    project: { port: 7501, piPort: 7511 },
    user: { port: 7502, piPort: 7512, tx2Port: 7522, apiKey: 'tk_user' },
  })
  const { env } = load({ TANDEM_PORT: '7500' })
  expect(env).toMatchObject({
    TANDEM_PORT: '7500',
    TANDEM_PI_PORT: '7511',
    TANDEM_TX2_PORT: '7522',
    TANDEM_API_KEY: 'tk_user',
  })
  expect(load({ TANDEM_API_KEY: '' }).env.TANDEM_API_KEY).toBe('')
})

test('control plane and workers read the same files, and defaults where they say nothing', () => {
  const { load, project } = place({
    project: { home: 'state', port: 7501, generations: '1', modelDomains: ['a.b', 'c.d'] },
  })
  const { env } = load()
  expect(readControlConfig(env)).toMatchObject({
    home: path.join(project, 'state'),
    port: 7501,
    modelDomains: ['a.b', 'c.d'],
    captureDays: 30,
  })
  expect(readDeviceConfig('local', env)).toMatchObject({
    home: path.join(project, 'state', 'devices', 'pi'),
    limits: { generationsMax: 1 },
    port: 7401,
  })
})

test('TANDEM_CONFIG names another file in the place of the project’s, or, empty, none', () => {
  const { load, project } = place({ project: { port: 7501 } })
  writeFileSync(path.join(project, 'other.json'), '{"port": 7599}')
  expect(load({ TANDEM_CONFIG: 'other.json' }).env.TANDEM_PORT).toBe('7599')
  expect(load({ TANDEM_CONFIG: '' }).env.TANDEM_PORT).toBeUndefined()
  expect(() => load({ TANDEM_CONFIG: 'lost.json' })).toThrow('lost.json": it does not exist')
})

test.each<[string, unknown, string]>([
  ['a setting that is none', { prot: 1 }, '"prot" is no setting'],
  ['a number out of range', { port: 70_000 }, '"port": is "70000": Too big'],
  ['a word for a number', { port: 'many' }, '"port": is "many": expected a number'],
  ['an object for a value', { port: {} }, '"port": expected a text, a number, or a list of texts'],
  ['what is not JSON', '{"port": 1', 'it is no JSON'],
  ['a list', [1], 'it holds no object'],
])('%s is refused by the names of file and field', (_, project, words) => {
  const { load, projectFile } = place({ project })
  expect(() => load()).toThrow(SettingsRefused)
  expect(() => load()).toThrow(`Cannot read settings "${projectFile}": ${words}`)
})

test('a secret that is wrong is not shown', () => {
  const { load } = place({ user: { authSecret: 'too short' } })
  expect(() => load()).toThrow(/"authSecret": Too small/)
  expect(() => load()).not.toThrow(/too short/)
})

test('a project’s file that everybody may write to counts only where TANDEM_CONFIG names it', () => {
  const { load, projectFile } = place({ project: { url: 'http://elsewhere:7400' } })
  chmodSync(projectFile, 0o666)
  expect(() => load()).toThrow('everybody may write to it')
  expect(load({ TANDEM_CONFIG: projectFile }).env.TANDEM_URL).toBe('http://elsewhere:7400')
})

test('every setting is described, and no two have one name in files', () => {
  const names = Object.keys(SETTINGS)
  expect(new Set(names.map(fileName)).size).toBe(names.length)
  for (const name of names) expect(factsOf(SETTINGS[name]!).what).not.toBe('')
})
