// Column shapes that every table uses the same way.

import { customType, text, timestamp } from 'drizzle-orm/pg-core'

/** Rows are named by the application, `<prefix>_<random>`, so that a name can be logged and told apart. */
export const id = () => text('id').primaryKey()

/** UTC instants. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const createdAt = () => instant('created_at').notNull().defaultNow()

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
