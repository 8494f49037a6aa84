// A table of rows, with figures right-aligned in columns of equal digits; on a narrow screen it scrolls by itself,
// so that the page never does.

import { Table } from '@mantine/core'
import type { ReactNode } from 'react'

export interface Column<T> {
  readonly name: string
  readonly cell: (row: T) => ReactNode
  readonly isFigure?: boolean
}

interface TableProps<T> {
  readonly label: string
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  readonly columns: readonly Column<T>[]
  readonly minWidth?: number
}

export function DataTable<T>({ label, rows, keyOf, columns, minWidth = 560 }: TableProps<T>) {
  const align = (column: Column<T>) => (column.isFigure ? ('right' as const) : ('left' as const))
  return (
    <Table.ScrollContainer minWidth={minWidth} type="native" tabIndex={0} role="region" aria-label={label}>
      <Table className="numbers" highlightOnHover aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.name} ta={align(column)} scope="col">
                {column.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map((column) => (
                <Table.Td
                  key={column.name}
                  ta={align(column)}
                  // A figure apart from its unit is hard to read.
                  {...(column.isFigure ? { style: { whiteSpace: 'nowrap' } } : {})}
                >
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
