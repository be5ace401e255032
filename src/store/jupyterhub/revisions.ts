/** Which forms of JupyterHub's database we know. */
import { HubError } from '../../domain/errors.ts';

/** The revisions of JupyterHub's tables, as Alembic calls them, from 0.8 to 6.1. */
const KNOWN = new Set([
  '3ec6993fe20c',
  '1cebaf56856c',
  '56cc5a70207e',
  '99a28a4418e1',
  'd68c98b66cd4',
  '896818069c98',
  '4dc2d5a8c53c',
  '833da8570507',
  '651f5419b74d',
  '0eee8c825d24',
  '3c2384c5aae1',
  '4621fec11365',
  'be8ecf03ddac',
  'afd65840b69e',
  'ff1860e38070',
  'f460b0348206',
]);

/** @throws HubError `invalid` for a form that may mean something else than we would read in it */
export function checkRevision(revision: string | undefined): void {
  if (revision === undefined) {
    throw new HubError(
      'invalid',
      'That is no database of a JupyterHub 0.8 or later: it does not say its form.',
    );
  }
  if (KNOWN.has(revision)) return;
  throw new HubError(
    'invalid',
    `That database has a form (${revision}) that this version of Polder does not know: it is of a JupyterHub after 6.1, or ` +
      'before 0.8. A newer Polder may know it; of an old one, `jupyterhub upgrade-db` makes a form that this one knows.',
  );
}
