// workerd where it runs, a thread where its binary aborts or is missing.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseHost } from '#workers/host/choose-host.ts'

describe('chooseHost()', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('takes workerd where it runs', async () => {
    const { host, reason } = await chooseHost()
    expect(host.driver).toBe('workerd')
    expect(reason).toMatch(/^workerd \d{4}-\d\d-\d\d runs here$/)
  })

  test('takes a thread where the binary aborts, as on kernels with 39-bit addresses', async () => {
    const binary = path.join(folder, 'workerd')
    await writeFile(binary, '#!/bin/sh\nkill -ABRT $$\n')
    await chmod(binary, 0o755)
    const { host, reason } = await chooseHost({ binary: () => binary })
    expect(host.driver).toBe('thread')
    expect(reason).toMatch(/^workerd does not run here .*no isolation$/)
  })

  test('takes a thread where npm has no package for the platform', async () => {
    const absent = () => {
      throw new Error('the package is not there')
    }
    const { host, reason } = await chooseHost({ binary: absent })
    expect(host.driver).toBe('thread')
    expect(reason).toContain('the package is not there')
  })
})
