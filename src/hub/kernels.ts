/** What a single-user server says of its kernels (Jupyter Server's REST API). */
import { z } from 'zod';
import { getJson } from '../lib/http-json.ts';

const kernelList = z.array(z.object({ execution_state: z.string().optional() }));
const TIMEOUT_MS = 5_000;

/** Whether a kernel runs something now. @throws where the server does not say. */
export async function isAnyKernelBusy(kernelsUrl: string, token: string): Promise<boolean> {
  const answer = await getJson(kernelsUrl, {
    headers: { authorization: `token ${token}` },
    timeoutMs: TIMEOUT_MS,
  });
  return kernelList.parse(answer).some((kernel) => kernel.execution_state === 'busy');
}
