// One training in a process of its own: seconds of arithmetic must not hold up a manifest poll.

import { trainRouter } from '#core/train/train-router.ts'
import { answerParent } from '#platform/ask-child.ts'
import { computeOrRefuse } from './core-refusal.ts'
import type { TrainQuestion } from './train.ts'

answerParent(({ data, options }: TrainQuestion) => computeOrRefuse(() => trainRouter(data, options)))
