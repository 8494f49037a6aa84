// The admin API: one router a stage, along the flow.

import { liveRouter } from '../live/live-router.ts'
import { keysRouter } from '../signing/keys-router.ts'
import { apiKeysRouter } from './access/api-keys.ts'
import { auditRouter } from './access/audit.ts'
import { sessionRouter } from './access/session.ts'
import { usersRouter } from './access/users.ts'
import { artifactsRouter } from './artifacts.ts'
import { datasetsRouter } from './datasets.ts'
import { decisionsRouter } from './decisions.ts'
import { devicesRouter } from './devices.ts'
import { evaluationsRouter } from './evaluations.ts'
import { functionsRouter } from './functions.ts'
import { jobsRouter } from './jobs.ts'
import { modelsRouter } from './models.ts'
import { capturesRouter } from './observe/captures.ts'
import { systemRouter } from './observe/system.ts'
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
  jobs: jobsRouter,
  functions: functionsRouter,
  rollouts: rolloutsRouter,
  aliases: aliasesRouter,
  edges: edgesRouter,
  decisions: decisionsRouter,
  captures: capturesRouter,
  keys: keysRouter,
  live: liveRouter,
  system: systemRouter,
  session: sessionRouter,
  users: usersRouter,
  apiKeys: apiKeysRouter,
  audit: auditRouter,
})
export type AdminRouter = typeof adminRouter
