// One report: its findings in words, the deferral curves of all routers, what each reaches beside the ways that need
// none, what the features are worth, and how the paper's learners compare.

import { Alert, Anchor, Breadcrumbs, Card, List, Progress, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { CurvesPlot } from './curves-plot.tsx'
import { FeatureTables } from './feature-tables.tsx'
import { RouterTables } from './router-tables.tsx'

const EVERY_MS = 2_000

export function EvaluationPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const evaluation = useQuery(
    trpc.evaluations.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? false : EVERY_MS) },
    ),
  )
  return (
    <Page title="Evaluation">
      <Breadcrumbs>
        <Anchor component={Link} to="/evaluations">
          Evaluations
        </Anchor>
        <Text>{id}</Text>
      </Breadcrumbs>
      <Loaded query={evaluation}>
        {({ report, error, progress }) => {
          if (error !== null)
            return (
              <Alert color="red" title="There is no report">
                {error}
              </Alert>
            )
          if (report === null)
            return (
              <div aria-live="polite">
                <Progress
                  value={progress.total === 0 ? 0 : (progress.done / progress.total) * 100}
                  animated
                  aria-label={progress.stage}
                />
                <Text size="sm">
                  {progress.stage}: {progress.done} of {progress.total}
                </Text>
              </div>
            )
          return (
            <>
              <Text c="dimmed">
                {report.localModel} → {report.edgeModel}, {whole(report.images)} images of {report.dataset},{' '}
                {report.folds} folds, seed {report.seed}
              </Text>
              <Alert variant="light" title="Findings">
                <List size="sm">
                  {report.findings.map((finding) => (
                    <List.Item key={finding}>{finding}</List.Item>
                  ))}
                </List>
              </Alert>
              <Card withBorder>
                <Title order={2} size="h4">
                  Deferral curves
                </Title>
                <CurvesPlot report={report} />
              </Card>
              <RouterTables report={report} />
              <FeatureTables report={report} />
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}
