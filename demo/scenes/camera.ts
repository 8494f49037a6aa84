// What the camera does to the finished scene: blur, too little light, sensor noise, then 8 bits.
// In this order, as in a real one: the lens comes before the light is counted, noise does not blur.

import { type Canvas, SIDE_PX } from './canvas.ts'
import type { Causes } from './causes.ts'
import type { Random } from './random.ts'

/** Radius of the box, applied twice, at full blur. */
const BLUR_MOST_PX = 2.6
/** Light left at full dimness. */
const LIGHT_LEAST = 0.38
/** Standard deviation of noise at none and at full, in levels of 255. */
const NOISE_SD = [1.5, 30] as const

/** Red, green, blue bytes of what the camera saw. */
export function expose(canvas: Canvas, random: Random, causes: Causes): Uint8Array {
  const seen = causes.blur > 0.12 ? blur(blur(canvas, causes.blur), causes.blur) : canvas
  const light = 1 - causes.dimness * (1 - LIGHT_LEAST)
  const noiseSd = NOISE_SD[0] + causes.noise * (NOISE_SD[1] - NOISE_SD[0])
  const pixels = new Uint8Array(seen.length)
  for (let i = 0; i < seen.length; i++) {
    const value = seen[i]! * light + random.bell() * noiseSd
    pixels[i] = Math.min(255, Math.max(0, Math.floor(value + 0.5)))
  }
  return pixels
}

function blur(canvas: Canvas, share: number): Canvas {
  const radiusPx = share * BLUR_MOST_PX
  return boxAlong(boxAlong(canvas, radiusPx, 'columns'), radiusPx, 'rows')
}

/** Mean over a box of a fractional radius along one axis; beyond the border, the border's pixel. */
function boxAlong(canvas: Canvas, radiusPx: number, axis: 'columns' | 'rows'): Canvas {
  const out = new Float32Array(canvas.length)
  const [step, lineStep] = axis === 'columns' ? [3, SIDE_PX * 3] : [SIDE_PX * 3, 3]
  const whole = Math.floor(radiusPx)
  const line = new Float64Array(SIDE_PX + 2 * (whole + 1))
  for (let start = 0; start < SIDE_PX; start++) {
    for (let channel = 0; channel < 3; channel++) {
      const first = start * lineStep + channel
      for (let i = 0; i < line.length; i++) {
        line[i] = canvas[first + Math.min(SIDE_PX - 1, Math.max(0, i - whole - 1)) * step]!
      }
      boxLine(line, radiusPx - whole, whole)
      for (let i = 0; i < SIDE_PX; i++) out[first + i * step] = line[i]!
    }
  }
  return out
}

/** Blurs a line with whole + 1 spare values at both ends in place, from its start. */
function boxLine(line: Float64Array, edge: number, whole: number): void {
  const weight = 1 / (1 + 2 * (whole + edge))
  for (let i = 0; i < SIDE_PX; i++) {
    const last = i + 2 * (whole + 1)
    let sum = edge * (line[i]! + line[last]!)
    for (let j = i + 1; j < last; j++) sum += line[j]!
    line[i] = sum * weight
  }
}
