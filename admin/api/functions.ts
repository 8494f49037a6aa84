// Functions: bundles of one ES module, versioned by name. The bytes are uploaded as an artifact first.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { ModelName } from '#contract/model.ts'
import { ensureFunction, listFunctions } from '#db/queries/functions.ts'
import { Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

/** The built-in one is 30 KB; a bundle over 1 MB has swallowed something that does not belong on a device. */
const FUNCTION_MAX_BYTES = 1024 ** 2

export const functionsRouter = router({
  create: mutation.input(z.object({ name: ModelName, file: Digest })).mutation(async ({ ctx, input }) => {
    const size = await ctx.artifacts.size(input.file)
    if (size === undefined)
      throw new Refusal(
        'invalid',
        `Cannot create function "${input.name}": file ${input.file} was not uploaded`,
      )
    if (size > FUNCTION_MAX_BYTES)
      throw new Refusal(
        'too-large',
        `Cannot create function "${input.name}": is ${size} bytes, expected at most ${FUNCTION_MAX_BYTES}`,
      )
    return ensureFunction(ctx.db, input.name, input.file)
  }),

  list: query.query(({ ctx }) => listFunctions(ctx.db)),
})
