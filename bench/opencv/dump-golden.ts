// `node --import tsx bench/opencv/dump-golden.ts <folder>`: the golden images as raw bytes for check-features.py,
// RGB and our luma side by side, because OpenCV's own conversion to grey rounds some pixels differently, and
// everything that comes after depends on that.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { toLuma } from '#core/features/luma.ts'
import { MARGIN } from '#core/features/scratch.ts'
import { GOLDEN_IMAGES } from '#test/core/features/golden-images.ts'

const folder = process.argv[2]
if (folder === undefined) throw new RangeError('Cannot dump golden images: no folder, expected one argument')

await mkdir(folder, { recursive: true })
const index = []
for (const [i, [name, make]] of Object.entries(GOLDEN_IMAGES).entries()) {
  const image = make()
  const { y, stride, width, height } = toLuma(image)
  const rows = Array.from({ length: height }, (_, row) =>
    y.slice((row + 1) * stride + MARGIN, (row + 1) * stride + MARGIN + width),
  )
  await writeFile(path.join(folder, `${i}.rgb`), image.rgb)
  await writeFile(path.join(folder, `${i}.luma`), Buffer.concat(rows))
  index.push({ name, file: String(i), width, height })
}
await writeFile(path.join(folder, 'index.json'), JSON.stringify(index))
