// `npm run migration -- --name <what-changes>` writes the next SQL file from the difference to db/schema/.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './db/schema/access.ts',
    './db/schema/uploads.ts',
    './db/schema/auth.ts',
    './db/schema/calls.ts',
    './db/schema/profile.ts',
    './db/schema/train.ts',
    './db/schema/jobs.ts',
    './db/schema/promote.ts',
    './db/schema/rollout.ts',
    './db/schema/observe.ts',
    './db/schema/decision-hours.ts',
  ],
  out: './migrations',
})
