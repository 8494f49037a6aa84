// The workerd driver apart from what all drivers share (conformance.ts): its binary, its output, its generated config.

import { describe, expect, test } from 'vitest'
import { workerdConfig } from '#workers/host/workerd/workerd-config.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { conformance } from './conformance.ts'
import { HONEST } from './functions.ts'
import { isolation } from './isolation.ts'
import { makeRig } from './rig.ts'

conformance(workerdHost())
isolation(workerdHost())

describe('workerdHost()', () => {
  test('a binary that is not there rejects the start', async () => {
    const rig = await makeRig()
    const starting = workerdHost({ binary: '/nonexistent/workerd' }).start(rig.spec(HONEST))
    await expect(starting).rejects.toMatchObject({ code: 'does-not-start' })
    await rig[Symbol.asyncDispose]()
  })

  test('what the function prints is heard', async () => {
    const rig = await makeRig()
    let heard = ''
    let hasSpoken = () => {}
    const spoken = new Promise<void>((resolve) => {
      hasSpoken = resolve
    })
    const onOutput = (text: string) => {
      heard += text
      hasSpoken()
    }
    const code = `console.log('good morning')\n${HONEST}`
    const running = await workerdHost({ onOutput }).start(rig.spec(code))
    await spoken
    expect(heard).toContain('good morning')
    await running[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  })
})

describe('workerdConfig()', () => {
  test('denies the function every network but its bindings', () => {
    const config = workerdConfig({ socket: '/run/f.sock', bindings: '/run/b "x".sock' })
    expect(config).toContain('(name = "nowhere", network = (allow = []))')
    expect(config).toContain('globalOutbound = "nowhere"')
    expect(config).toContain('address = "unix:/run/b \\"x\\".sock"')
  })

  test('refuses a socket path that the kernel would cut', () => {
    const socket = `/run/${'x'.repeat(100)}.sock`
    expect(() => workerdConfig({ socket, bindings: '/run/b.sock' })).toThrow(
      `Cannot use socket "${socket}": is 110 bytes long, expected at most 103`,
    )
  })
})
