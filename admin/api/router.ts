// The admin API: one router a stage, along the flow.

import { keysRouter } from '../signing/keys-router.ts'
import { artifactsRouter } from './artifacts.ts'
import { datasetsRouter } from './datasets.ts'
import { decisionsRouter } from './decisions.ts'
import { devicesRouter } from './devices.ts'
import { evaluationsRouter } from './evaluations.ts'
import { functionsRouter } from './functions.ts'
import { modelsRouter } from './models.ts'
import { capturesRouter } from './observe/captures.ts'
import { profilesRouter } from './profiles.ts'
import { aliasesRouter } from './promote/aliases.ts'
import { edgesRouter } from './promote/edges.ts'
import { rolloutsRouter } from './rollouts.ts'
import { routersRouter } from './routers.ts'
import { selectionsRouter } from './selections.ts'
import { router } from './trpc.ts'

export const adminRouter = router({
  artifacts: artifactsRouter,
  models: modelsRouter,
  datasets: datasetsRouter,
  devices: devicesRouter,
  profiles: profilesRouter,
  selections: selectionsRouter,
  evaluations: evaluationsRouter,
  routers: routersRouter,
  functions: functionsRouter,
  rollouts: rolloutsRouter,
  aliases: aliasesRouter,
  edges: edgesRouter,
  decisions: decisionsRouter,
  captures: capturesRouter,
  keys: keysRouter,
})
export type AdminRouter = typeof adminRouter
