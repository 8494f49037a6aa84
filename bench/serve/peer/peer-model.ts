// A model as transformers.js finds it: a folder with its configuration, how images are prepared, and the ONNX file. The
// preparation is the product's, in that library's terms: the whole image squeezed to the side that the central crop
// is taken from, then the crop.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ServedModel } from '../rig/served-device.ts'

export async function writePeerModel(models: string, model: ServedModel): Promise<void> {
  const { width, height, crop, mean, std } = model.contract.input
  const folder = path.join(models, model.name)
  await mkdir(path.join(folder, 'onnx'), { recursive: true })
  const json = (name: string, content: unknown) => writeFile(path.join(folder, name), JSON.stringify(content))
  await json('config.json', {
    model_type: 'mobilenet_v2',
    architectures: ['MobileNetV2ForImageClassification'],
    id2label: Object.fromEntries(model.labels.map((label, i) => [i, label])),
  })
  await json('preprocessor_config.json', {
    image_processor_type: 'MobileNetV2ImageProcessor',
    do_resize: true,
    size: { width: Math.round(width / crop), height: Math.round(height / crop) },
    // Bilinear, in PIL's numbering.
    resample: 2,
    do_center_crop: crop < 1,
    crop_size: { width, height },
    do_rescale: false,
    do_normalize: mean.some((value) => value !== 0) || std.some((value) => value !== 1),
    image_mean: mean,
    image_std: std,
  })
  await writeFile(path.join(folder, 'onnx/model.onnx'), model.file)
}
