// Who may come in and what they did: one's own account, people, robots' keys, the log.

import { Tabs } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useSession } from '../app/session.tsx'
import { Page } from '../parts/page.tsx'
import { AccountCard } from './account-card.tsx'
import { ApiKeys } from './api-keys.tsx'
import { AuditLog } from './audit-log.tsx'
import { Users } from './users.tsx'

const PARTS = [
  ['account', 'Your account', 'session.whoami', AccountCard],
  ['users', 'Users', 'users.list', Users],
  ['keys', 'API keys', 'apiKeys.list', ApiKeys],
  ['audit', 'Audit log', 'audit.list', AuditLog],
] as const

export function SettingsPage() {
  const { part = 'account' } = useParams({ strict: false }) as { part?: string }
  const navigate = useNavigate()
  const { may } = useSession()
  const shown = PARTS.filter(([, , procedure]) => may(procedure))
  return (
    <Page title="Settings">
      <Tabs
        value={part}
        onChange={(to) =>
          void navigate({ to: '/settings/$part', params: { part: to ?? 'account' } as never })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {shown.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map(([value, , , Part]) => (
          <Tabs.Panel key={value} value={value}>
            <Part />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}
