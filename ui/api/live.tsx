/** Listens to what changes in the hub, and has what is shown looked at again. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { hubPath, start } from '../start.ts';

export function LiveUpdates() {
  const queries = useQueryClient();
  useEffect(() => {
    let source: EventSource | undefined;
    const listen = () => {
      source?.close();
      source = undefined;
      // A browser has few connections to one place: tabs that nobody looks at hold none.
      if (document.hidden) return;
      source = new EventSource(`${hubPath('api/events')}?_xsrf=${encodeURIComponent(start.xsrf)}`);
      source.addEventListener('changed', () => void queries.invalidateQueries({ queryKey: ['live'] }));
    };
    listen();
    document.addEventListener('visibilitychange', listen);
    return () => {
      document.removeEventListener('visibilitychange', listen);
      source?.close();
    };
  }, [queries]);
  return null;
}
