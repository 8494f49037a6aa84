// Who may do what: the one table. Each procedure of the admin API by its path, each other route by method and path,
// with the least role that it takes and why. Nothing else decides by role, except that promoting with an external
// edge asks for what declaring one does. What is not here is refused, and a control plane whose API has a procedure
// that is not here does not start.
//
// To add a procedure: add its line below. `viewer` for what only reads and shows nobody's images; `operator` for what
// changes what the fleet runs; `admin` for who may do what, and for what reaches beyond the platform.

import type { Role } from '#db/queries/access.ts'

export interface Permission {
  /** `anyone` needs no credentials at all. */
  readonly least: Role | 'anyone'
  readonly why: string
}

const anyone = (why: string): Permission => ({ least: 'anyone', why })
const viewer = (why = 'reads'): Permission => ({ least: 'viewer', why })
const operator = (why: string): Permission => ({ least: 'operator', why })
const admin = (why: string): Permission => ({ least: 'admin', why })

export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  // Profile
  'models.list': viewer(),
  'models.get': viewer(),
  'models.inspect': viewer('reads a file that was uploaded'),
  'models.create': operator('devices will load it'),
  'datasets.list': viewer(),
  'datasets.get': viewer(),
  'datasets.images': viewer('digests, labels and paths, no images'),
  'datasets.classes': viewer(),
  'datasets.create': operator('devices will fetch it'),
  'devices.list': viewer(),
  'devices.get': viewer(),
  'devices.groups': viewer(),
  'devices.totals': viewer(),
  'devices.log': viewer(),
  'devices.energy': viewer(),
  'devices.createEnrolment': operator('lets a device in'),
  'devices.revoke': operator('shuts a device out'),
  'profiles.list': viewer(),
  'profiles.get': viewer(),
  'profiles.create': operator('keeps devices busy'),
  'profiles.cancel': operator('ends what somebody asked for'),
  'profiles.importEnergy': operator('changes what selections are judged by'),

  // Select and train
  'selections.list': viewer(),
  'selections.get': viewer(),
  'selections.create': operator('what is trained next follows it'),
  'evaluations.list': viewer(),
  'evaluations.get': viewer(),
  'evaluations.start': operator('takes minutes of a core'),
  'routers.list': viewer(),
  'routers.get': viewer(),
  'routers.exportForest': viewer(),
  'routers.train': operator('takes minutes of a core'),
  'routers.importForest': operator('may be promoted afterwards'),
  'jobs.list': viewer(),
  'jobs.get': viewer(),
  'jobs.cancel': operator('ends what somebody asked for'),

  // Promote
  'functions.list': viewer(),
  'functions.show': viewer(),
  'functions.create': operator('is code that devices may run'),
  'rollouts.list': viewer(),
  'rollouts.get': viewer(),
  'rollouts.history': viewer(),
  'rollouts.deployments': viewer(),
  'rollouts.deployment': viewer(),
  'rollouts.promote': operator('changes what a group runs'),
  'rollouts.rollback': operator('changes what a group runs'),
  'rollouts.pause': operator('holds what a group is on its way to'),
  'rollouts.resume': operator('changes what a group runs'),
  'rollouts.approve': operator('changes what a group runs'),
  'rollouts.abort': operator('changes what a group runs'),
  'aliases.list': viewer(),
  'aliases.history': viewer(),
  'aliases.set': operator('moves a name'),
  'aliases.approve': operator('moves a name'),
  'aliases.protect': operator('protects a name, or takes that away'),
  'edges.list': viewer(),
  'edges.get': viewer(),
  'edges.declare': admin('makes the control plane ask an address, and sends images of a fleet to it'),
  'edges.revoke': operator('keeps images at home'),

  // Observe
  'decisions.list': viewer(),
  'decisions.totals': viewer(),
  'decisions.figures': viewer(),
  'decisions.disagreement': viewer(),
  'decisions.saving': viewer(),
  'captures.list': viewer('tells of images without showing them'),
  'captures.stored': viewer('tells of images without showing them'),
  'live.profiles': viewer(),
  'live.job': viewer(),
  'live.evaluation': viewer(),
  'live.rollout': viewer(),
  'live.decisions': viewer(),
  'keys.list': viewer('public keys'),
  'system.info': viewer('versions and the time'),

  // Artifacts and other routes
  'artifacts.missing': viewer('reads; a mutation only because lists do not fit into a URL'),
  'artifacts.list': viewer('digests and sizes'),
  'artifacts.get': viewer('what refers to it'),
  'artifacts.uploads': viewer('digests and sizes'),
  'artifacts.collect': admin('removes what nothing refers to'),
  'PUT /artifacts/:digest': operator('stores bytes that devices may be told of'),
  'GET /artifacts/:digest': operator('images of data sets may show anything, and models are somebody’s work'),
  'POST /artifacts/:digest/upload': operator('as PUT, in parts'),
  'GET /artifacts/:digest/upload': operator('of an upload that is under way'),
  'PATCH /artifacts/:digest/upload': operator('as PUT, in parts'),
  'DELETE /artifacts/:digest/upload': operator('gives up what somebody may be sending'),
  'GET /captures/:digest': operator('shows images, which may show anything'),
  'GET /metrics': viewer('figures of the fleet'),
  'GET /assets/:file': anyone('the console, which holds nothing of anybody'),
  'GET /tandem.svg': anyone('the same'),
  'POST /try/:device': operator("occupies a device with a person's own image"),
  'GET /healthz': anyone('tells nothing but that it runs'),

  // Access
  'session.whoami': anyone('tells a stranger only that they are one'),
  'session.setUp': anyone('takes the one-time code of an empty installation'),
  'session.redeem': anyone("takes an admin's one-time code"),
  'users.list': admin('names and addresses of people'),
  'users.add': admin('lets a person in'),
  'users.setRole': admin('says who may do what'),
  'users.disable': admin('shuts a person out'),
  'users.enable': admin('lets a person in'),
  'users.resetPassword': admin('lets whoever has the code in'),
  'apiKeys.list': admin('says who may do what'),
  'apiKeys.add': admin('lets a robot in'),
  'apiKeys.revoke': admin('shuts a robot out'),
  'audit.list': admin('tells what everybody did and from where'),
}

const RANK: Record<Permission['least'], number> = { anyone: 0, viewer: 1, operator: 2, admin: 3 }

export const isAtLeast = (role: Role, least: Permission['least']): boolean => RANK[role] >= RANK[least]

/** Refuses to start with what nobody has decided about. */
export function requirePermissionsOf(paths: readonly string[]): void {
  const [missing] = paths.filter((path) => !Object.hasOwn(PERMISSIONS, path))
  if (missing !== undefined)
    throw new RangeError(
      `Cannot serve "${missing}": no role is set for it, expected a line '${missing}': viewer() | operator('why') | admin('why') in admin/auth/permissions.ts`,
    )
}
