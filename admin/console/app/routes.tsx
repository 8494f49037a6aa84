// Every page has an address of its own. Pages are loaded when they are gone to, so that the first one is there soon.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { NotFound } from './not-found.tsx'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
const at = <Path extends string>(path: Path, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load as never, name as never),
  })

const routeTree = root.addChildren([
  at('/', () => import('../overview/overview-page.tsx'), 'OverviewPage'),
  at('/models', () => import('../profile/models-page.tsx'), 'ModelsPage'),
  at('/models/$name', () => import('../profile/model-page.tsx'), 'ModelPage'),
  at('/data-sets', () => import('../profile/datasets-page.tsx'), 'DatasetsPage'),
  at('/data-sets/$name', () => import('../profile/dataset-page.tsx'), 'DatasetPage'),
  at('/selection', () => import('../select/selection-page.tsx'), 'SelectionPage'),
  at('/routers', () => import('../train/routers-page.tsx'), 'RoutersPage'),
  at('/routers/$version', () => import('../train/router-page.tsx'), 'RouterPage'),
  at('/evaluations', () => import('../report/evaluations-page.tsx'), 'EvaluationsPage'),
  at('/evaluations/$id', () => import('../report/evaluation-page.tsx'), 'EvaluationPage'),
  at('/rollouts', () => import('../promote/rollouts-page.tsx'), 'RolloutsPage'),
  at('/rollouts/compare', () => import('../promote/compare-page.tsx'), 'ComparePage'),
  at('/rollouts/$id', () => import('../promote/rollout-page.tsx'), 'RolloutPage'),
  at('/devices', () => import('../fleet/devices-page.tsx'), 'DevicesPage'),
  at('/devices/$name', () => import('../fleet/device-page.tsx'), 'DevicePage'),
  at('/try', () => import('../try/try-page.tsx'), 'TryPage'),
  at('/settings', () => import('../settings/settings-page.tsx'), 'SettingsPage'),
  at('/settings/$part', () => import('../settings/settings-page.tsx'), 'SettingsPage'),
])

export const consoleRouter = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof consoleRouter
  }
}
