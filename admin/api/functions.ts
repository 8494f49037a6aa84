// Functions: bundles of one ES module, versioned by name. The bytes are uploaded as an artifact first. That a module
// answers is checked by who uploads it and by each device before it serves: the control plane runs nobody's code.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { ModelName } from '#contract/model.ts'
import { listDeployments } from '#db/queries/deployments.ts'
import { ensureFunction, listFunctions } from '#db/queries/functions.ts'
import { Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

/** The built-in one is 70 KB; a bundle over 1 MB has swallowed something that does not belong on a device. */
const FUNCTION_MAX_BYTES = 1024 ** 2

/** Each start of a control plane stores the built-in ones again: a version of somebody else's would not stay the newest. */
const RESERVED = ['classify']

export const functionsRouter = router({
  create: mutation.input(z.object({ name: ModelName, file: Digest })).mutation(async ({ ctx, input }) => {
    if (RESERVED.includes(input.name))
      throw new Refusal(
        'invalid',
        `Cannot create function "${input.name}": is a built-in one, expected another name`,
      )
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

  /** Newest version first within a name. */
  list: query.query(({ ctx }) => listFunctions(ctx.db)),

  /** The versions of one name, newest first, with the versions of the deployments that carry each. */
  show: query.input(z.object({ name: ModelName })).query(async ({ ctx, input }) => {
    const versions = (await listFunctions(ctx.db)).filter(({ name }) => name === input.name)
    if (versions.length === 0)
      throw new Refusal('not-found', `Cannot find function "${input.name}": it does not exist`)
    const deployments = await listDeployments(ctx.db)
    return Promise.all(
      versions.map(async (version) => ({
        ...version,
        sizeBytes: (await ctx.artifacts.size(version.digest)) ?? null,
        deployments: deployments.filter((d) => d.functionId === version.id).map((d) => d.version),
      })),
    )
  }),
})
