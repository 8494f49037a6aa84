// A device that is new and finds no control plane waits, and can be told to stop waiting: nobody has to kill it.

import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '#test/harness/free-port.ts'
import { Process } from '#test/harness/process.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { readDeviceConfig } from '#workers/config.ts'

let home: TempFolder
let env: Record<string, string>
beforeEach(async () => {
  home = await tempFolder('waiting')
  env = {
    TANDEM_HOME: home.path,
    TANDEM_CONTROL_URL: `http://127.0.0.1:${await freePort()}`,
    TANDEM_PI_PORT: '0',
    TANDEM_ENROL_CODE: 'a code that nobody reads',
  }
})
afterEach(() => home[Symbol.asyncDispose]())

describe('a device that waits for its first control plane', () => {
  test.each([
    ['its parent says stop', (pi: Process) => pi.stop()],
    ['its parent is gone', (pi: Process) => pi.disconnect()],
    ['it gets SIGTERM', (pi: Process) => pi.kill('SIGTERM')],
  ])(
    'ends well when %s, and leaves nothing in the temporary folder',
    { timeout: 40_000 },
    async (_name, end) => {
      await using pi = new Process({ entry: 'workers/pi/main.ts', env })
      await until('it waits', () => pi.output.includes('waiting for the control plane'), 30_000)
      let how: number | NodeJS.Signals | undefined
      void end(pi).then((code) => {
        how = code
      })
      expect(await until('it ends', () => (how === undefined ? undefined : { how }), 5_000)).toEqual({
        how: 0,
      })
      expect(existsSync(readDeviceConfig('local', env).runFolder)).toBe(false)
    },
  )

  test('without a code says what it needs, and ends', { timeout: 40_000 }, async () => {
    const { TANDEM_ENROL_CODE: _, ...rest } = env
    await using pi = new Process({ entry: 'workers/pi/main.ts', env: rest })
    expect(await pi.ended).toBe(1)
    expect(pi.output).toContain('TANDEM_ENROL_CODE')
  })
})
