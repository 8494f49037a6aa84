// The far end of bare-loop.ts: classifies images from memory, one after the other or several at once, and tells how
// long each took, and what the steps of one take.

import sharp from 'sharp'
import { type BareClassifier, type BareModel, openBareClassifier } from './bare-classify.ts'

export interface BareSetup extends BareModel {
  readonly images: readonly Uint8Array[]
}

/** Mean milliseconds of each step, one image at a time. */
export interface BareSteps {
  readonly decode: number
  readonly decodeAndResize: number
  readonly session: number
}

type Question =
  | { readonly setup: BareSetup }
  | { readonly round: { readonly concurrency: number; readonly durationMs: number } }
  | { readonly steps: { readonly images: number } }
  | { readonly labels: true }

let setup: BareSetup
let classifier: BareClassifier

process.once('disconnect', () => process.exit(1))
process.on('message', async (question: Question) => {
  if ('setup' in question) process.send!(await open(question.setup))
  else if ('round' in question) process.send!(await round(question.round))
  else if ('steps' in question) process.send!(await steps(question.steps.images))
  else process.send!(await Promise.all(setup.images.map(classifier.classify)))
})

async function open(given: BareSetup): Promise<{ ready: true }> {
  setup = given
  classifier = await openBareClassifier(setup)
  return { ready: true }
}

async function round({ concurrency, durationMs }: { concurrency: number; durationMs: number }) {
  const latenciesMs: number[] = []
  let next = 0
  const begin = performance.now()
  const one = async () => {
    while (performance.now() < begin + durationMs) {
      const start = performance.now()
      await classifier.classify(setup.images[next++ % setup.images.length]!)
      latenciesMs.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, one))
  return { latenciesMs: Float64Array.from(latenciesMs), tookMs: performance.now() - begin }
}

async function steps(images: number): Promise<BareSteps> {
  const sums = { decode: 0, decodeAndResize: 0, session: 0 }
  const timed = async <T>(step: keyof BareSteps, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work()
    sums[step] += performance.now() - start
    return result
  }
  for (let i = 0; i < images; i++) {
    const bytes = setup.images[i % setup.images.length]!
    await timed('decode', () => sharp(bytes).autoOrient().removeAlpha().raw().toBuffer())
    const data = await timed('decodeAndResize', () => classifier.inputOf(bytes))
    await timed('session', () => classifier.infer(data))
  }
  return {
    decode: sums.decode / images,
    decodeAndResize: sums.decodeAndResize / images,
    session: sums.session / images,
  }
}
