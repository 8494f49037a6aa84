// Functions: bundles of one ES module, versioned by name. The bytes are uploaded as an artifact first. That a module
// answers is checked by who uploads it and by each device before it serves: the control plane runs nobody's code.

import { ByName } from '#contract/api/names.ts'
import { PAGE_MAX } from '#contract/api/page.ts'
import { FunctionDraft, FunctionList } from '#contract/api/promote/rollouts.ts'
import { artifactSizes, claimArtifact } from '#db/queries/artifacts.ts'
import { ensureFunction } from '#db/queries/functions.ts'
import { pageFunctions, versionsWith } from '#db/queries/lists/promote-lists.ts'
import { Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

/** The built-in one is 70 KB; a bundle over 1 MB has swallowed something that does not belong on a device. */
const FUNCTION_MAX_BYTES = 1024 ** 2

/** Each start of a control plane stores the built-in ones again: a version of somebody else's would not stay the newest. */
const RESERVED = ['classify']

export const functionsRouter = router({
  create: mutation.input(FunctionDraft).mutation(async ({ ctx, input }) => {
    if (RESERVED.includes(input.name))
      throw new Refusal(
        'invalid',
        `Cannot create function "${input.name}": is a built-in one, expected another name`,
      )
    const size = await claimArtifact(ctx.db, input.file)
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
  list: query.input(FunctionList.prefault({})).query(({ ctx, input }) => pageFunctions(ctx.db, input)),

  /** The versions of one name, newest first, with the versions of the deployments that carry each. */
  show: query.input(ByName).query(async ({ ctx, input }) => {
    const { items } = await pageFunctions(ctx.db, { name: input.name, limit: PAGE_MAX })
    if (items.length === 0)
      throw new Refusal('not-found', `Cannot find function "${input.name}": it does not exist`)
    const carried = await versionsWith(
      ctx.db,
      items.map(({ id }) => id),
    )
    const sizes = await artifactSizes(
      ctx.db,
      items.map(({ digest }) => digest),
    )
    return items.map((version) => ({
      ...version,
      sizeBytes: sizes.get(version.digest) ?? null,
      deployments: carried.get(version.id) ?? [],
    }))
  }),
})
