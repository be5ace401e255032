import type { Compilable, CompiledQuery, Expression, Kysely } from 'kysely';
import type { Backend } from './backend.ts';
import type { Tables } from './tables.ts';

/** What a statement is built from. */
export interface StatementContext {
  readonly db: Kysely<Tables>;
  readonly clock: Expression<number>;
  readonly among: Backend['among'];
  readonly lock: Backend['lock'];
}

/** A query that is built and compiled once for a database, and then only run: building costs more than running. */
export interface Statement<Arguments extends readonly unknown[], Row> {
  compiled(backend: Backend, values: Arguments): CompiledQuery<Row>;
}

/**
 * @param build makes the query. It is called once; its parameters stand for the values of each run, so it may hand them
 * to the query and do nothing else with them.
 */
export function statement<Arguments extends readonly unknown[], Row>(
  build: (context: StatementContext, ...parameters: Arguments) => Compilable<Row>,
): Statement<Arguments, Row> {
  const known = new WeakMap<Backend, CompiledQuery<Row>>();
  return {
    compiled(backend, values) {
      let template = known.get(backend);
      if (template === undefined) {
        const { reader: db, clock, among, lock } = backend;
        const context = { db, clock, among, lock };
        const parameters = Array.from({ length: values.length }, (_, index) => new Parameter(index));
        template = build(context, ...(parameters as unknown as Arguments)).compile();
        known.set(backend, template);
      }
      const parameters = template.parameters.map((value) =>
        value instanceof Parameter ? values[value.index] : value,
      );
      return { ...template, parameters };
    },
  };
}

class Parameter {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}
