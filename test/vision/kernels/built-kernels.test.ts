// The module in the repository is what its sources say: whoever changes one and not the other is told. And what the
// sources claim about their arithmetic, for all values there are.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadKernels } from '#vision/kernels/load-kernels.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../../vision/kernels')
/** A development dependency: absent after `npm ci --omit=dev`. */
const compiler = await import('assemblyscript/asc').catch(() => undefined)

describe('feature-kernels.wasm', () => {
  it.skipIf(compiler === undefined)('is what `npm run kernels` makes of the sources', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'kernels-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const built = path.join(folder, 'built.wasm')
    const { error, stderr } = await compiler!.main([
      '--config',
      path.join(FOLDER, 'asconfig.json'),
      '--outFile',
      built,
    ])
    expect(error, stderr.toString()).toBeNull()
    const kept = await readFile(path.join(FOLDER, 'feature-kernels.wasm'))
    expect(kept.equals(await readFile(built)), 'expected the module of `npm run kernels`').toBe(true)
  })

  it('is refused with a warning where its instructions are unknown', async () => {
    const wasm = await readFile(path.join(FOLDER, 'feature-kernels.wasm'))
    const code = wasm.indexOf(Buffer.from([0xfd]))
    const foreign = Buffer.from(wasm)
    // An instruction of the vector family that no version of WebAssembly has.
    foreign.set([0xfd, 0xff, 0x7f], code)
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    expect(loadKernels(foreign)).toBeUndefined()
    expect((await warned).message).toContain('Cannot use feature kernels')
  })
})

describe('the arithmetic of the kernels', () => {
  it('divides by 125 with one rounding product, for every luma', () => {
    const wrong = []
    for (let v = 0; v <= 255_500 >> 3; v++)
      if (((v * 16777 + 16384) >> 15) >> 6 !== Math.floor(v / 125)) wrong.push(v)
    expect(wrong).toEqual([])
  })

  it('divides by the chroma in single precision as in double, for every chroma', () => {
    const wrong = []
    for (let chroma = 1; chroma < 256; chroma++) {
      const single = Math.fround(122_880 / chroma)
      if (single % 1 === 0.5 || Math.round(single) !== Math.round(122_880 / chroma)) wrong.push(chroma)
    }
    expect(wrong).toEqual([])
  })

  it('tells the first hue without the sixth by chroma, for every chroma and difference', () => {
    const wrong = []
    const nearest = [1, 60, 120, 181, 240]
    const odd: Record<number, number> = { 193: -1, 194: 1, 200: 1, 206: -1, 226: -1, 227: 1, 246: -1 }
    Object.assign(odd, { 247: 1, 248: 1, 253: -1 })
    for (let chroma = 1; chroma < 256; chroma++) {
      const sixth = Math.round(122_880 / chroma)
      for (let over = 0; over <= chroma; over++) {
        const isFirst = (over * sixth + 2048) >> 12 < 26
        if (17 * (chroma + (odd[chroma] ?? 0)) > 20 * over !== isFirst) wrong.push([chroma, over])
        const isNone = (-over * sixth + 2048) >> 12 === 0
        if (chroma >= (nearest[over] ?? 256) !== isNone) wrong.push([chroma, -over])
      }
    }
    expect(wrong).toEqual([])
  })

  it('finds the same direction with one quotient in single precision, for every gradient', () => {
    const wrong = []
    const tan22 = Math.fround(0.4142144)
    for (let ax = 0; ax <= 1020; ax++)
      for (let ay = 0; ay <= 1020; ay++) {
        if (ax + ay === 0) continue
        const isAxis = Math.fround(Math.min(ax, ay) / Math.max(ax, ay)) < tan22
        // Where ay is 0 the fixed-point border is, too, and core/ then takes the level one, of a magnitude over 50.
        const isLevel = ay * 32768 < ax * 13573
        const isUpright = ay * 32768 > ax * (13573 + 65536)
        if ((isAxis && ay <= ax) !== isLevel || (isAxis && ay > ax) !== isUpright) wrong.push([ax, ay])
      }
    expect(wrong).toEqual([])
  })

  it('is off by less than 0.82 of 256 in the angle of every ridge, so that only 31 to 33 apart need a look', () => {
    const bend = Math.fround(22.245)
    let most = 0
    for (let ax = 0; ax <= 1020; ax++)
      for (let ay = 0; ay <= ax; ay++) {
        if (ax + ay <= 50) continue
        const t = Math.fround(ay / ax)
        const angle = Math.fround(t * Math.fround(Math.fround(86.245) - Math.fround(t * bend)))
        const rounded = Math.fround(angle + 12_582_912) - 12_582_912
        most = Math.max(most, Math.abs(rounded - (Math.atan2(ay, ax) * 256) / Math.PI))
      }
    expect(most).toBeLessThan(0.82)
  })
})
