/** What runs, from which line of which file; nothing is changed here. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Finding, readSettings, type Value } from '../api/settings.ts';
import { PageSkeleton } from '../frame/page-skeleton.tsx';
import { Trouble } from '../frame/trouble.tsx';
import { texts } from '../texts/texts.ts';

const words = texts.settings;
const FILTERS = ['said', 'all'] as const;

export function SettingsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => readSettings(signal),
  });
  if (data === undefined)
    return error ? <Trouble error={error} again={() => void refetch()} /> : <PageSkeleton />;
  return (
    <>
      <div>
        <h1>{words.heading}</h1>
        <p className="ui-counts">{words.explain}</p>
      </div>
      {data.changedFiles.length > 0 && (
        <p className="ui-notice" role="status">
          {words.changed(data.changedFiles.join(', '))}
        </p>
      )}
      <Findings findings={data.findings} />
      <Values values={data.values} />
    </>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <section className="ui-group">
      <h2>{words.findings}</h2>
      <ul className="ui-findings">
        {findings.map(({ code, severity, where, message, help }) => (
          <li key={`${code} ${where}`} className={severity}>
            <strong>{words.severities[severity]}</strong>
            <div>
              {message}
              {help !== null && <p>{help}</p>}
            </div>
            <code>{where}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Values({ values }: { readonly values: readonly Value[] }) {
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<(typeof FILTERS)[number]>('said');
  const wanted = search.trim().toLowerCase();
  const shown = values.filter(
    ({ key, value, said }) => (said || filter === 'all') && `${key} ${value}`.toLowerCase().includes(wanted),
  );
  return (
    <section className="ui-group">
      <h2>{words.values}</h2>
      <search className="ui-tools">
        <TextInput
          type="search"
          label={words.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          spellCheck={false}
        />
        <NativeSelect
          label={words.show}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value === 'all' ? 'all' : 'said')}
          data={FILTERS.map((value) => ({ value, label: words.filters[value] }))}
        />
      </search>
      {shown.length === 0 ? (
        <p className="ui-empty">{words.nothing}</p>
      ) : (
        <dl className="ui-values">
          {shown.map(({ key, value, origin, said }) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>
                <code title={value === '…' ? words.secret : undefined}>{value}</code>
                <span className={said ? 'ui-origin' : 'ui-origin quiet'}>{origin}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
