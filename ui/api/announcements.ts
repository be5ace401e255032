/** What those who teach tell their students: `src/http/api/announcements.ts`. */
import { request } from './request.ts';

export interface Announcement {
  readonly id: string;
  readonly text: string;
  /** Null: everybody. */
  readonly group: string | null;
  readonly by: string;
  readonly at: string;
  readonly endsAt: string;
}

export interface NewAnnouncement {
  readonly text: string;
  readonly group: string | null;
  readonly minutes: number;
}

export function readAnnouncements(signal: AbortSignal): Promise<readonly Announcement[]> {
  return request('/announcements?all=true', { signal });
}

export function announce(announcement: NewAnnouncement): Promise<Announcement> {
  return request('/announcements', { method: 'POST', body: announcement });
}

export function endAnnouncement(id: string): Promise<void> {
  return request(`/announcements/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
