// One report: its findings in words, the deferral curves of all routers, what each reaches beside the ways that need
// none, what the features are worth, and how the paper's learners compare.

import { Alert, Anchor, Card, List, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { queries, trpc } from '../app/trpc.ts'
import { whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { WorkProgress } from '../train/work-progress.tsx'
import { CurvesPlot } from './curves-plot.tsx'
import { FeatureTables } from './feature-tables.tsx'
import { RouterTables } from './router-tables.tsx'

/** Beside what is told live. */
const EVERY_MS = 10_000

const refresh = () => void queries.invalidateQueries({ queryKey: trpc.evaluations.pathKey() })

export function EvaluationPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const evaluation = useQuery(
    trpc.evaluations.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? false : EVERY_MS) },
    ),
  )
  return (
    <Page
      title="Evaluation"
      about={
        <Anchor component={Link} to="/evaluations" inherit>
          All evaluations
        </Anchor>
      }
    >
      <Loaded query={evaluation}>
        {({ report, error, job }) => {
          if (error !== null)
            return (
              <Alert color="red" variant="light" title="There is no report">
                {error}
              </Alert>
            )
          if (report === null)
            return job === null ? <Text>It is under way.</Text> : <WorkProgress id={job} onDone={refresh} />
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
