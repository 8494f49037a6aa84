// The check as a process of its own, since `tandem` must not import the workers: `{ code, name }` comes in over IPC,
// a `FunctionCheck` goes out.

import { answerParent } from '#platform/ask-child.ts'
import { checkFunction, type FunctionCheck, type FunctionToCheck } from './check-function.ts'

answerParent<FunctionToCheck, FunctionCheck>((question) => checkFunction(question))
