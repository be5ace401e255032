import type { RequestListener } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ApiCounters } from './management-api.ts';
import type { DurationWindow, TrafficCounters } from './traffic-counters.ts';

export interface MetricsSources {
  readonly traffic: TrafficCounters;
  readonly api: ApiCounters;
  readonly clientConnections: () => number;
  readonly upstreamConnections: () => number;
  readonly routes: () => number;
}

/** `GET /metrics`, under the names of configurable-http-proxy, and a few of our own. */
export function metricsListener(sources: MetricsSources): RequestListener {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { traffic, api } = sources;

  addCounter(registry, 'api_route_get', 'Count of API route get requests', () => api.routeGet);
  addCounter(registry, 'api_route_add', 'Count of API route add requests', () => api.routeAdd);
  addCounter(registry, 'api_route_delete', 'Count of API route delete requests', () => api.routeDelete);
  addCounter(registry, 'requests_ws', 'Count of websocket requests', () => traffic.webSocket);
  addCounter(registry, 'requests_web', 'Count of web requests', () => traffic.web);
  addStatusCounter(registry, 'requests_proxy', 'Count of proxy requests', traffic.statuses);
  addStatusCounter(registry, 'requests_api', 'Count of API requests', api.statuses);
  if (traffic.findRoute !== undefined)
    addSummary(registry, 'find_target_for_req', 'Summary of find target requests', traffic.findRoute);
  addGauge(registry, 'polder_proxy_clients', 'Open connections of clients', sources.clientConnections);
  addGauge(registry, 'polder_proxy_upstreams', 'Open connections to servers', sources.upstreamConnections);
  addGauge(registry, 'polder_proxy_tunnels', 'Open WebSockets and other tunnels', () => traffic.tunnels);
  addGauge(registry, 'polder_proxy_routes', 'Routes in the table', sources.routes);

  return (request, response) => {
    if ((request.url ?? '').split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end('Not Found');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
}

function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

function addStatusCounter(registry: Registry, name: string, help: string, statuses: Float64Array): void {
  new Counter({
    name,
    help,
    labelNames: ['status'],
    registers: [registry],
    collect() {
      this.reset();
      for (let status = 0; status < statuses.length; status++)
        if (statuses[status]! > 0) this.inc({ status }, statuses[status]);
    },
  });
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/**
 * A summary out of a window of durations: prom-client's own keeps a digest of every observation, which would cost
 * more than what it measures.
 */
function addSummary(registry: Registry, name: string, help: string, window: DurationWindow): void {
  const summary = {
    name,
    async get() {
      const quantiles = window.quantiles(QUANTILES);
      const values = QUANTILES.map((quantile, i) => ({ labels: { quantile }, value: quantiles[i]! }));
      return {
        name,
        help,
        type: 'summary',
        aggregator: 'sum',
        values: [
          ...values,
          { metricName: `${name}_sum`, labels: {}, value: window.sum },
          { metricName: `${name}_count`, labels: {}, value: window.count },
        ],
      };
    },
  };
  registry.registerMetric(summary as unknown as Gauge);
}

const QUANTILES = [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999];
