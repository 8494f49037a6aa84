// ImageNet classifiers that are known to the byte. Two kinds:
//
// - The ONNX Model Zoo's, at one commit. Sizes and digests are those of its ONNX_HUB_MANIFEST.json (the same as in the
//   Git LFS pointers that were compared); preprocessing and top-1 are those of its READMEs. The addresses are those of
//   GitHub's LFS server for that commit. They were not fetched when this was written: what they answer is checked
//   against the digest like everything else.
// - 8-bit MobileNets that were converted to ONNX from google-coral/test_data. Nobody publishes those bytes, so they have
//   no address; their digests are of the files on which the benchmarks of this project were measured (docs/evaluation.md).
//
// Left out are models whose preprocessing nobody states (the zoo's Inception v1 and v2) and those that are quantised to
// signed 8 bits, which saturate on processors without VNNI.

import type { ZooFile, ZooModel } from './zoo-entry.ts'

const COMMIT = '4c46cd00fbdb7cd30b6c1c17ab54f2e1f4f7b177'
const FOLDER = `${COMMIT}/validated/vision/classification`
const READMES = `https://github.com/onnx/models/tree/${FOLDER}`
const LFS = `https://media.githubusercontent.com/media/onnx/models/${FOLDER}`
const HUB = 'onnx/models: ONNX_HUB_MANIFEST.json (model_sha, model_bytes)'
const APACHE = { spdx: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' }
const MIT = { spdx: 'MIT', url: 'https://opensource.org/license/mit' }
const BSD = { spdx: 'BSD-3-Clause', url: 'https://opensource.org/license/bsd-3-clause' }

/** The 1000 classes in the order of every model here, a line each: synset and names. */
export const IMAGENET_LABELS: ZooFile = {
  file: 'synset.txt',
  url: `https://raw.githubusercontent.com/onnx/models/${FOLDER}/synset.txt`,
  digest: 'sha256:acf75ef0abe89694b19056e0796401068b459c457baa30335f240c7692857355',
  sizeBytes: 31_675,
  licence: APACHE,
  evidence: 'hashed here; the same digest is pinned for this address by others',
}

interface HubModel extends Pick<ZooModel, 'name' | 'family' | 'sizeBytes' | 'top1Percent' | 'licence'> {
  readonly sha256: string
  readonly folder: string
  readonly output: string
}

/** 224 x 224 in torchvision's way, logits out. */
function hubModel({ sha256, folder, output, ...entry }: HubModel, inputName: string): ZooModel {
  return {
    ...entry,
    ...hubFile(`${folder}/model/${entry.name}.onnx`, sha256),
    preset: 'torchvision',
    input: { name: inputName, layout: 'nchw', dtype: 'float32', width: 224, height: 224 },
    output: { name: output, kind: 'logits' },
    source: `${READMES}/${folder}`,
  }
}

const hubFile = (path: string, sha256: string) => ({
  file: path.slice(path.lastIndexOf('/') + 1),
  url: `${LFS}/${path}`,
  digest: `sha256:${sha256}`,
  evidence: HUB,
})

type ResNet = readonly [
  name: string,
  family: string,
  output: string,
  sizeBytes: number,
  top1: number,
  sha256: string,
]
// biome-ignore format: a table, a model a line.
const RESNETS: readonly ResNet[] = [
  ['resnet50-v1-12', 'resnet_v1_50', 'resnetv17_dense0_fwd', 102_576_593, 74.97, '3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526'],
  ['resnet101-v1-7', 'resnet_v1_101', 'resnetv18_dense0_fwd', 178_914_043, 76.48, '760702f6ec0138f71ebac66f4e95d1c72dc9267a8544f4d4667a53075fd0497c'],
  ['resnet152-v1-7', 'resnet_v1_152', 'resnetv19_dense0_fwd', 241_816_206, 77.11, 'b0ec92437bf8c9d0739bf9bafdea9638e13f9e3c1e2fb766ad546cc182fd3f6d'],
  ['resnet50-v2-7', 'resnet_v2_50', 'resnetv24_dense0_fwd', 102_442_452, 75.81, '79102261eb6e5fd7af5d27f41316293e388c5cb691e5d25bfb035c4f64fefe31'],
  ['resnet101-v2-7', 'resnet_v2_101', 'resnetv25_dense0_fwd', 178_682_301, 77.42, '3a0a819ea0953fb4700b0d98e43540aeee253e5b4c503c552b0c7979fc67767d'],
  ['resnet152-v2-7', 'resnet_v2_152', 'resnetv27_dense0_fwd', 241_503_848, 78.2, '40fb3f6dd313ba786a2c8077a0ef7d7b4afeda5d037365400d3a7fbc2b1bee64'],
]

type CoralModel = readonly [name: string, family: string, side: number, sizeBytes: number, sha256: string]
// biome-ignore format: a table, a model a line.
const CORAL: readonly CoralModel[] = [
  ['mobilenet_v1_0.25_128_quant', 'mobilenet_v1', 128, 500_562, '9f7ce7c5843f6f7af3da1ddc46c56a01de4e1da693fc024eac0f1c652dcad756'],
  ['mobilenet_v1_0.5_160_quant', 'mobilenet_v1', 160, 1_367_832, '968c5ed326cf7a3f0d8f63bbf15c7be5e2dfb0b03a4587cfa3b510e4259a2c70'],
  ['mobilenet_v1_0.75_192_quant', 'mobilenet_v1', 192, 2_627_531, '6b8dfde9213417901ce09df452ecfe553bb876d6b82a4059e7947de63aa1974a'],
  ['mobilenet_v2_1.0_224_quant', 'mobilenet_v2', 224, 3_585_001, '1136101d59b0b9a93599969789f81f598d37ccb663903a51a54231beac617b6c'],
]

const coralModel = ([name, family, side, sizeBytes, sha256]: CoralModel): ZooModel => ({
  name,
  family,
  file: `${name}.onnx`,
  digest: `sha256:${sha256}`,
  sizeBytes,
  licence: APACHE,
  evidence: 'hashed here',
  preset: 'tf-slim-inception',
  input: { name: 'image', layout: 'nhwc', dtype: 'uint8', width: side, height: side },
  output: { name: 'probabilities', kind: 'softmax' },
  source: 'https://github.com/google-coral/test_data',
  note: `converted from ${name}.tflite, and published nowhere as ONNX`,
})

export const KNOWN_MODELS: readonly ZooModel[] = [
  ...CORAL.map(coralModel),
  hubModel(
    {
      ...{ name: 'mobilenetv2-12', family: 'mobilenet_v2', folder: 'mobilenet', output: 'output' },
      ...{ sizeBytes: 13_964_571, top1Percent: 69.48, licence: APACHE },
      sha256: 'c0c3f76d93fa3fd6580652a45618618a220fced18babf65774ed169de0432ad5',
    },
    'input',
  ),
  hubModel(
    {
      ...{ name: 'shufflenet-v2-12', family: 'shufflenet_v2', folder: 'shufflenet', output: 'output' },
      ...{ sizeBytes: 9_218_556, top1Percent: 66.35, licence: BSD },
      sha256: 'ea69821b4dd374ae2f33f9710dd1229ac263d0ee5b5a46ca3521f6483e1ba035',
    },
    'input',
  ),
  ...RESNETS.map(([name, family, output, sizeBytes, top1Percent, sha256]) =>
    hubModel(
      { name, family, output, sizeBytes, top1Percent, sha256, folder: 'resnet', licence: APACHE },
      'data',
    ),
  ),
  {
    ...{
      name: 'googlenet-12',
      family: 'inception_v1',
      sizeBytes: 28_021_836,
      licence: BSD,
      top1Percent: 67.78,
    },
    ...hubFile(
      'inception_and_googlenet/googlenet/model/googlenet-12.onnx',
      'c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e',
    ),
    preset: 'caffe',
    input: { name: 'data_0', layout: 'nchw', dtype: 'float32', width: 224, height: 224 },
    output: { name: 'prob_1', kind: 'softmax' },
    source: `${READMES}/inception_and_googlenet/googlenet`,
  },
  {
    ...{ name: 'efficientnet-lite4-11', family: 'efficientnet_lite', sizeBytes: 51_946_641 },
    licence: MIT,
    ...hubFile(
      'efficientnet-lite4/model/efficientnet-lite4-11.onnx',
      'd111689907c06eea7c82e4833ddef758da6453b9d4cf60b7e99ca05c7cbd9c12',
    ),
    preset: 'efficientnet-lite',
    input: { name: 'images:0', layout: 'nhwc', dtype: 'float32', width: 224, height: 224 },
    output: { name: 'Softmax:0', kind: 'softmax' },
    source: `${READMES}/efficientnet-lite4`,
    note: 'its README tells 80.4 % of the quantised model, not of this file',
  },
]
