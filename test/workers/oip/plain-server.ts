// A server of the Open Inference Protocol written from the specification alone, on node:http: no code shared with
// workers/oip, its own reading and writing of tensors, a real ONNX session behind it. It can lack every extension,
// and misbehave as it is told.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { scoresOfImage } from './image-scores.ts'
import type { OnnxModel } from './onnx-runnable.ts'

export interface PlainOptions {
  readonly extensions?: readonly string[]
  /** Declares one BYTES input of this shape, as an ensemble that decodes by itself, in place of the tensor. */
  readonly imageShape?: readonly number[]
  /** As TensorRT engines have it. */
  readonly scoresAs?: 'FP16' | 'FP64'
  readonly inputName?: string
  readonly prefix?: string
}

export type Mood =
  | 'well'
  | 'refusing'
  | 'silent'
  | 'garbage'
  | 'endless'
  | 'lying'
  | 'nan'
  | 'busy'
  | 'broken'
  | 'gone'

interface Asked {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly parameters?: { binary_data_size?: number }
  readonly data?: readonly unknown[]
}

export class PlainServer implements AsyncDisposable {
  mood: Mood = 'well'
  readonly #model: OnnxModel
  readonly #options: PlainOptions
  readonly #session: Promise<InferenceSession>
  /** Path and whether the body was JSON alone. */
  readonly seen: string[] = []
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: Error) => send(response, 400, { error: error.message }))
  })

  constructor(model: OnnxModel, options: PlainOptions = {}) {
    this.#model = model
    this.#options = options
    this.#session = InferenceSession.create(model.file, { logSeverityLevel: 4 })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#options.prefix ?? ''}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { prefix = '', extensions = [] } = this.#options
    const path = request.url!.slice(prefix.length)
    const model = `/v2/models/${this.#model.name}`
    if (!request.url!.startsWith(prefix)) send(response, 404, { error: 'no such path' })
    else if (path === '/v2') send(response, 200, { name: 'plain', version: '0', extensions })
    else if (path === model) send(response, 200, this.#metadata())
    else if (path === `${model}/infer`) await this.#infer(request, Buffer.concat(chunks), response)
    else send(response, 404, { error: 'no such model' })
  }

  #metadata() {
    const { imageShape, inputName = this.#model.contract.input.name } = this.#options
    const { width, height, layout, dtype } = this.#model.contract.input
    const shape = layout === 'nchw' ? [-1, 3, height, width] : [-1, height, width, 3]
    const datatype = dtype === 'uint8' ? 'UINT8' : 'FP32'
    const input = imageShape ? { datatype: 'BYTES', shape: imageShape } : { datatype, shape }
    return {
      name: this.#model.name,
      platform: 'plain',
      inputs: [{ name: inputName, ...input }],
      outputs: [{ name: 'scores_out', datatype: 'FP32', shape: [-1, this.#model.labels.length] }],
    }
  }

  async #infer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const header = request.headers['inference-header-content-length']
    const cut = header === undefined ? body.length : Number(header)
    this.seen.push(header === undefined ? 'json' : 'binary')
    if (this.mood === 'silent') return
    if (this.mood === 'busy') return send(response, 503, { error: 'later' }, { 'retry-after': '2' })
    if (this.mood === 'refusing') return send(response, 400, { error: 'wrong shape' })
    if (this.mood === 'broken') return send(response, 500, { error: 'no' })
    if (this.mood === 'gone') return send(response, 404, { error: 'no such model' })
    if (this.mood === 'garbage') return void response.end('<html>it works!</html>')
    if (this.mood === 'endless') return flood(response)
    const message = JSON.parse(body.subarray(0, cut).toString('utf8'))
    const asked = message.inputs[0] as Asked
    const scores = await this.#scores(asked, body.subarray(cut))
    this.#reply(response, message, this.mood === 'nan' ? scores.map(() => Number.NaN) : scores)
  }

  async #scores({ name, datatype, shape, parameters, data }: Asked, binary: Buffer): Promise<number[]> {
    const { inputName = this.#model.contract.input.name, imageShape } = this.#options
    if (name !== inputName) throw new Error(`unknown input ${name}`)
    if (imageShape) {
      if (datatype !== 'BYTES' || shape.length !== imageShape.length) throw new Error('expected an image')
      const length = binary.readUInt32LE(0)
      if (parameters?.binary_data_size !== length + 4 || binary.length !== length + 4)
        throw new Error('sizes do not agree')
      return scoresOfImage(await this.#session, this.#model.contract, binary.subarray(4))
    }
    const { dtype, name: tensor } = this.#model.contract.input
    const count = shape.reduce((a, b) => a * b)
    const each = dtype === 'uint8' ? 1 : 4
    if (
      data === undefined &&
      (parameters?.binary_data_size !== count * each || binary.length !== count * each)
    )
      throw new Error('sizes do not agree')
    const values = Array.from({ length: count }, (_, i) =>
      data ? Number(data[i]) : each === 1 ? binary[i]! : binary.readFloatLE(i * 4),
    )
    const numbers = dtype === 'uint8' ? Uint8Array.from(values) : Float32Array.from(values)
    const results = await (await this.#session).run({ [tensor]: new Tensor(dtype, numbers, shape) })
    return [...(results[this.#model.contract.output.name]!.data as Float32Array)]
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a stranger asks.
  #reply(response: ServerResponse, message: any, scores: number[]): void {
    const { parameters = {} } = message.outputs[0]
    const head = { name: message.outputs[0].name, shape: [1, scores.length], datatype: 'FP32' }
    const write = (output: object, binary = Buffer.alloc(0)) => {
      const whole = { model_name: this.#model.name, id: message.id, parameters: null, outputs: [output] }
      const json = Buffer.from(JSON.stringify(whole))
      const cut = this.mood === 'lying' ? json.length + 1_000_000 : json.length
      const isFramed = binary.length > 0 || this.mood === 'lying'
      response.writeHead(200, isFramed ? { 'Inference-Header-Content-Length': cut } : {})
      response.end(Buffer.concat([json, binary]))
    }
    const { extensions = [], scoresAs } = this.#options
    if (parameters.classification && extensions.includes('classification')) {
      const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
      // Triton prints six digits.
      const data = order
        .slice(0, parameters.classification)
        .map((i) => `${scores[i]!.toFixed(6)}:${i}:${this.#model.labels[i]}`)
      write({ ...head, datatype: 'BYTES', shape: [1, data.length], data })
    } else if (scoresAs) {
      const binary = Buffer.concat(scores.map((value) => (scoresAs === 'FP64' ? double(value) : half(value))))
      write({ ...head, datatype: scoresAs, parameters: { binary_data_size: binary.length } }, binary)
    } else if (parameters.binary_data && extensions.includes('binary_tensor_data')) {
      const binary = Buffer.alloc(scores.length * 4)
      for (const [i, value] of scores.entries()) binary.writeFloatLE(value, i * 4)
      write({ ...head, parameters: { binary_data_size: binary.length } }, binary)
    } else write({ ...head, data: scores })
  }
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

/** Normal numbers alone, the fraction cut off: scores of a test. */
function half(value: number): Buffer {
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  const fraction = Math.floor((Math.abs(value) / 2 ** exponent - 1) * 1024)
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE((value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction)
  return bytes
}

function send(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function flood(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, ' ')));
  }
  response.on('drain', more)
  more()
}
