/** What a single-user server says of its kernels (Jupyter Server's REST API). */
import { z } from 'zod';
import { getJson } from '../lib/http-json.ts';

const kernelList = z.array(z.object({ execution_state: z.string().optional() }));

/**
 * How many of a server's kernels run something now.
 * @param options `url` of the server's own root, with the slash at its end; `token` one that the server accepts
 * @throws where the server does not say.
 */
export async function countBusyKernels(options: {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
}): Promise<number> {
  const { url, token, timeoutMs } = options;
  // That somebody looks is no use of the server (jupyter_server, APIHandler.update_api_activity).
  const answer = await getJson(`${url}api/kernels?no_track_activity=1`, {
    headers: { authorization: `token ${token}` },
    timeoutMs,
  });
  return kernelList.parse(answer).filter(({ execution_state }) => execution_state === 'busy').length;
}
