// One router: its verdict in words, what it reaches beside the ways that need none, its deferral curve, the features
// that it reads, and what differs from the version before.

import { Alert, Anchor, Card, SimpleGrid, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type Answers, trpc } from '../app/trpc.ts'
import { FeatureCard } from '../features/feature-card.tsx'
import { FigureCard } from '../parts/figure-card.tsx'
import { interval, percent, percentInterval, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { DeferralPlot } from './deferral-plot.tsx'
import { StrategyTable } from './strategy-table.tsx'
import { VersionDiff } from './version-diff.tsx'

export type Router = Answers['routers']['get']

export function RouterPage() {
  const { version } = useParams({ strict: false }) as { version: string }
  const router = useQuery(trpc.routers.get.queryOptions({ id: version }))
  return (
    <Page
      title={`Router ${version}`}
      about={
        <Anchor component={Link} to="/routers" inherit>
          All routers
        </Anchor>
      }
    >
      <Loaded query={router}>{(row) => <Whole router={row} />}</Loaded>
    </Page>
  )
}

function Whole({ router }: { readonly router: Router }) {
  const { evaluation, kind } = router
  const { verdict, dgc, auc, strategies, images, folds } = evaluation
  const own = strategies.find((s) => s.name === 'router')
  return (
    <>
      <Alert color={colourOf(verdict)} variant="light" title="Verdict">
        {verdict.words}
      </Alert>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <FigureCard name="Kind" value={kind} note={`${whole(images)} images, ${folds} folds`} />
        <FigureCard
          name="Deferral gain (DGC)"
          value={dgc.value.toFixed(2)}
          note={`95 %: ${interval(dgc)}; 0 lots, 1 oracle`}
        />
        <FigureCard name="AUC" value={auc.value.toFixed(3)} note={`95 %: ${interval(auc, 3)}; 0.5 lots`} />
        {own && (
          <FigureCard
            name="Top-1"
            value={percent(own.top1.value)}
            note={`${percentInterval(own.top1)}, ${percent(own.offloadShare)} sent`}
          />
        )}
      </SimpleGrid>
      <Card withBorder>
        <Title order={2} size="h4">
          Deferral curve
        </Title>
        <DeferralPlot evaluation={evaluation} />
      </Card>
      <Card withBorder>
        <Title order={2} size="h4">
          Beside the ways that need no router
        </Title>
        <StrategyTable evaluation={evaluation} />
      </Card>
      <FeatureCard router={router} />
      <VersionDiff router={router} />
    </>
  )
}

/** What beats lots and not the local model's own confidence is worth a second look. */
const colourOf = ({ beatsChance, beatsConfidence }: Router['evaluation']['verdict']): string =>
  !beatsChance ? 'red' : beatsConfidence === false ? 'yellow' : 'teal'
