import type { ColumnDefinitionBuilder, Expression } from 'kysely';

/** What databases write differently. */
export interface ColumnTypes {
  /** Whole numbers, as large as JavaScript's. */
  readonly integer: Expression<unknown>;
  /** Makes an integer column the primary key, with values given out by the database and none of them twice. */
  readonly generatedId: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
  /** Text that is compared and ordered by its code points. */
  readonly text: Expression<unknown>;
}
