// One training in a process of its own: seconds of arithmetic must not hold up a manifest poll.

import { type PairData, type TrainOptions, trainRouter } from '#core/train/train-router.ts'
import { answerParent } from '#platform/ask-child.ts'

answerParent(({ data, options }: { data: PairData; options: TrainOptions }) => trainRouter(data, options))
