// A Keras model's own description, as `model.to_json()` writes it and as config.json lies in a .keras file: the layers in
// order, an application within a model taken for its layers. Only what a contract needs is read; what is read twice in
// different words by Keras 2 and 3 (batch_input_shape, batch_shape; dtype as a text or a policy) is read in both.

import { z } from 'zod'
import { CommandFailed } from '../command-failed.ts'

const Dtype = z.union([
  z.string(),
  z.object({ config: z.object({ name: z.string() }) }).transform((p) => p.config.name),
])
const Shape = z.array(z.number().nullable())
const LayerConfig = z.looseObject({
  name: z.string().optional(),
  dtype: Dtype.optional().catch(undefined),
  batch_input_shape: Shape.optional().catch(undefined),
  batch_shape: Shape.optional().catch(undefined),
  units: z.number().optional().catch(undefined),
  activation: z.string().optional().catch(undefined),
  get layers() {
    return z.array(Layer).optional()
  },
})
const Layer = z.object({ class_name: z.string(), name: z.string().optional(), config: LayerConfig })
const Model = z.object({ class_name: z.string(), config: LayerConfig.extend({ layers: z.array(Layer) }) })

export interface KerasLayer {
  readonly kind: string
  readonly name: string
  readonly shape: readonly (number | null)[] | undefined
  readonly dtype: string | undefined
  readonly activation: string | undefined
}

export interface KerasModel {
  /** Of the model and of the models within it, from the outside. */
  readonly names: readonly string[]
  /** Leaves alone. */
  readonly layers: readonly KerasLayer[]
}

export function readKerasConfig(text: string, file: string): KerasModel {
  const cannot = (what: string, cause?: unknown) =>
    new CommandFailed(`Cannot read Keras model "${file}": ${what}`, { cause })
  if (text.startsWith('PK')) throw cannot('is a .keras file, expected the config.json that lies in it')
  if (text.includes('\u0089HDF') || text.startsWith('\ufffdHDF'))
    throw cannot('is an HDF5 file, expected what model.to_json() writes')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw cannot('is not JSON, expected what model.to_json() writes', cause)
  }
  const model = Model.safeParse(json)
  if (!model.success) throw cannot('is no model of layers, expected what model.to_json() writes', model.error)
  const names: string[] = []
  const layers = leavesOf(model.data, names)
  if (layers.length === 0) throw cannot('has no layers')
  return { names, layers }
}

function leavesOf({ class_name: kind, name, config }: z.infer<typeof Layer>, names: string[]): KerasLayer[] {
  const ownName = config.name ?? name ?? kind
  if (config.layers) {
    names.push(ownName)
    return config.layers.flatMap((layer) => leavesOf(layer, names))
  }
  const shape = config.batch_shape ?? config.batch_input_shape
  return [{ kind, name: ownName, shape, dtype: config.dtype, activation: config.activation }]
}
