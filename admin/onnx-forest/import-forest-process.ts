// The child process that opens a stranger's forest, and judges it at once: what the file does to its reader it does
// here, and the arithmetic holds up nobody.

import { FEATURES_VERSION, FeatureName } from '#contract/features.ts'
import { RouterDocument } from '#contract/router.ts'
import { answerParent } from '#platform/ask-child.ts'
import { computeOrRefuse } from '../jobs/core-refusal.ts'
import type { ImportAnswer, ImportQuestion } from './import-forest.ts'
import { judgeForest, type NamedForest } from './judge-forest.ts'
import { OnnxForestRefused } from './onnx-forest-refused.ts'
import { type ImportedForest, readOnnxForest } from './read-onnx-forest.ts'

answerParent((question: ImportQuestion): ImportAnswer => {
  try {
    return computeOrRefuse(() => {
      const read = readOnnxForest(question.bytes)
      const { document, evaluation } = judgeForest(question.data, named(read, question), question.options)
      return { document: RouterDocument.parse(document), evaluation, labels: read.labels }
    })
  } catch (error) {
    if (!(error instanceof OnnxForestRefused)) throw error
    return { ok: false, words: error.message }
  }
})

/** By the user's names, else by those that the file notes. */
function named(read: ImportedForest, { features }: ImportQuestion): NamedForest {
  const names = features ?? read.features
  const refuse = (what: string): never => {
    throw new RangeError(`Cannot import forest: ${what}`)
  }
  if (names === undefined)
    return refuse(`does not name its ${read.featureCount} features, expected them in its order by --features`)
  if (names.length !== read.featureCount)
    return refuse(`reads ${read.featureCount} features, expected as many names as that, are ${names.length}`)
  if (features === undefined && (read.featuresVersion ?? FEATURES_VERSION) !== FEATURES_VERSION)
    return refuse(`reads features of version ${read.featuresVersion}, expected ${FEATURES_VERSION}`)
  const known = names.map((name) => FeatureName.safeParse(name).data ?? refuse(`"${name}" is no feature`))
  return { trees: read.trees, features: known }
}
