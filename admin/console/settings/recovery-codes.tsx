// Codes for the day when the authenticator is lost: shown once, to be copied or kept as a file.

import { Alert, Button, Code, CopyButton, Group, Text } from '@mantine/core'

export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const text = `${codes.join('\n')}\n`
  const keep = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    Object.assign(document.createElement('a'), { href: url, download: 'tandem-recovery-codes.txt' }).click()
    URL.revokeObjectURL(url)
  }
  return (
    <Alert color="yellow" variant="light" title="Recovery codes" mb="md">
      <Text size="sm">
        Each is good once instead of a code of the app. Keep them where you keep passwords: they are not shown
        again.
      </Text>
      <Code block my="xs" style={{ columns: 2 }}>
        {codes.join('\n')}
      </Code>
      <Group gap="xs">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button size="xs" variant="default" onClick={keep}>
          Keep as a file
        </Button>
      </Group>
    </Alert>
  )
}
