// The usual preprocessing conventions against others' work: torchvision's by digests of what Pillow 9.4 and its rules
// made of the same picture, TensorFlow 1's and OpenCV's by digests of what a NumPy program made of it by their sources.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { cropResize, type RgbImage } from '#core/preprocess/crop-resize.ts'
import { type Framing, frameOf } from '#core/preprocess/frame-of.ts'
import { pillowResize } from '#core/preprocess/pillow-resize.ts'

/** Slopes with noise of xorshift32, which every language makes alike. */
function picture(width: number, height: number): RgbImage {
  const rgb = new Uint8Array(width * height * 3)
  let state = 2463534242
  for (let i = 0; i < rgb.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const x = Math.floor(i / 3) % width
    const y = Math.floor(i / 3 / width)
    const slope = [
      (x * 255) / Math.max(1, width - 1),
      (y * 255) / Math.max(1, height - 1),
      ((x + y) * 255) / Math.max(1, width + height - 2),
    ][i % 3]!
    rgb[i] = Math.floor(slope * 0.75 + (state >>> 24) * 0.25)
  }
  return { rgb, width, height }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const square = (side: number, more: Partial<Framing>): Framing => ({
  crop: 1,
  resize: 'bilinear',
  width: side,
  height: side,
  ...more,
})
const byPillow = (image: RgbImage, input: Framing) => pillowResize(image, frameOf(image, input), input)

test.each([
  [500, 333, 256, 224, 'f8352b1835db890ac5fc617b824bf0ea5fcabebbd936c98991d03660c9623ca4'],
  [333, 500, 256, 224, '862a69eaf35828a12a2dee348c8c66d53e0b25a647b7d5b00f7fb467fb2037f1'],
  [640, 427, 256, 224, '7826c194abb5402b324bc6afc46426c5352edea492daf69ea9ef23b935588c91'],
  [97, 61, 64, 56, '80246f90d84fca9a94b2cb52292f75649d72882b5e952f158586e355ee42780e'],
  [61, 97, 64, 56, '25e29e8b540d6123824d1ca902eff51187ca45552bc21de7fc8e2cc78d4aca58'],
  [40, 30, 64, 56, '28f3cbd4cb3e5bdda6062c0a9e3b4f5598476d27d40603a74759cede10bb1b52'],
  [256, 300, 256, 224, '5a3225d112913853567ce92959a7d397b17800aa4557bb94874add354526e3d9'],
  [224, 224, 224, 224, '979744f306833d2e9b1f3a80826b698e0479ffa4426fdca28882f23a1fac5c1f'],
  [1000, 251, 232, 224, '44d1ff7e8bcf26dce01ab5168f86bf2d8f627209868cbf4275ab97fc69faf571'],
])('torchvision: %i x %i, Resize(%i), CenterCrop(%i)', (width, height, shortSide, side, expected) => {
  const input = square(side, { shortSide, resize: 'bilinear-pillow' })
  expect(sha256(byPillow(picture(width, height), input))).toBe(expected)
})

test.each([
  [61, 47, 32, 24, '4a44a9059713eff4983236b44c584e7b1788c10ff048bba8a5adc0cef1c62d83'],
  [47, 61, 80, 56, 'd7ae6f1751dea9ae7866944856f8f3855d8f3b0a5c90c0c857800ad7affd60f4'],
])('Pillow: %i x %i stretched to %i x %i', (width, height, toWidth, toHeight, expected) => {
  const input = { crop: 1, resize: 'bilinear-pillow', width: toWidth, height: toHeight } as const
  expect(sha256(byPillow(picture(width, height), input))).toBe(expected)
})

test.each([
  [61, 47, 32, 24, '3131e54559eef9f4518339f2e8ff06e3b7444a795892c49f8ddd71c2b1fae819'],
  [47, 61, 80, 56, 'fd72d5d3cb93cd88a8e329ef4a3f193730f345d21203669452eec51e511334fc'],
])('Keras load_img, nearest: %i x %i to %i x %i', (width, height, toWidth, toHeight, expected) => {
  const input = { crop: 1, resize: 'nearest', width: toWidth, height: toHeight } as const
  expect(sha256(cropResize(picture(width, height), input))).toBe(expected)
})

const BY_SOURCE: readonly [string, Framing, readonly (readonly [number, number, string])[]][] = [
  [
    'TF-Slim, Inception',
    square(96, { crop: 0.875, resize: 'bilinear-tf1' }),
    [
      [500, 333, '5bdc77f5cf5818b52502f104ead17c921de17446e56b75a5223656a13604008e'],
      [333, 500, '7609a4c597992c1e0965dac5502f0884d36159a637f271d3e206e8c13fa757ef'],
      [301, 227, 'dff0b37f3899dafb0f0601871378566777157c741afc96eb23ef360c52e72b82'],
      [97, 61, 'b0b2af0386f7d410d462183d053089299349ee6ae6ba1820adf6c9e36613efed'],
    ],
  ],
  [
    'TF-Slim, VGG',
    square(56, { shortSide: 64, resize: 'bilinear-tf1' }),
    [
      [500, 333, 'd79ce53f7e676be966adb0f5f366d8d2c0cde16634bc7c9d7c61f2a0e682c446'],
      [333, 500, '222a38dfd5cfcb3a7c17f109a683125b2f1fac135e3fe4e346190456e8f1447b'],
      [301, 227, '11a76ffa19bfc904e08a100572abca02be75f46661646ee5d2fb4435b51bc002'],
      [97, 61, '6e1ccbe6455b84fb6049a82bb64f66db356c10a0af970ab590925d76df8d5653'],
    ],
  ],
  [
    'OpenCV, as EfficientNet-Lite is shown its images',
    square(56, { shortSide: 64, resize: 'bilinear' }),
    [
      [500, 333, 'b40f1b486095c9ec6e2937f4c6dd67365807f2559c349bdc440498053183d195'],
      [333, 500, '3eb7a25e8da60d42773ee1fdb10f9c358473bf781970cde69b7940ab7b5fcfd6'],
      [301, 227, 'e6a75bb1928a6d4ff0f66edbd7c2f872a468a868b2b6b38c5cb617ecef5fe54d'],
      [97, 61, '5b9286fc10c75863d07c1ab06dd23671703f859f7a0f3743e19f7df90de2b069'],
    ],
  ],
]
for (const [name, input, cases] of BY_SOURCE)
  test.each(cases)(`${name}: %i x %i`, (width, height, expected) => {
    expect(sha256(cropResize(picture(width, height), input))).toBe(expected)
  })
