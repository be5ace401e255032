/** A notebook page, as far as its kernel is concerned: one session, whose WebSocket may have to be opened again. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'undici';

interface Message {
  readonly parent_header?: { readonly msg_id?: string };
  readonly msg_type: string;
  readonly content: {
    readonly text?: string;
    readonly status?: string;
    readonly data?: Record<string, string>;
  };
}

export class KernelClient implements Disposable {
  readonly #server: string;
  readonly #headers: Record<string, string>;
  readonly #session = randomUUID();
  #kernel = '';
  #socket: WebSocket | undefined;
  readonly #messages: Message[] = [];
  #news = Promise.withResolvers<void>();
  /** How often the connection was lost. */
  closed = 0;

  private constructor(server: string, token: string) {
    this.#server = server;
    this.#headers = { authorization: `token ${token}` };
  }

  /** Starts a kernel and opens its WebSocket. @param server address of the server, with a slash at its end */
  static async start(server: string, token: string): Promise<KernelClient> {
    const client = new KernelClient(server, token);
    const answer = await fetch(`${server}api/kernels`, {
      method: 'POST',
      headers: client.#headers,
      body: '{}',
    });
    if (answer.status !== 201) throw new Error(`no kernel: ${answer.status} ${await answer.text()}`);
    client.#kernel = ((await answer.json()) as { id: string }).id;
    await client.connect();
    return client;
  }

  /** Opens the WebSocket, again where it was lost. @throws where it cannot be opened now */
  async connect(): Promise<void> {
    const url = `${this.#server.replace(/^http/, 'ws')}api/kernels/${this.#kernel}/channels?session_id=${this.#session}`;
    const socket = new WebSocket(url, { headers: this.#headers });
    socket.addEventListener('message', ({ data }) => {
      this.#messages.push(JSON.parse(String(data)) as Message);
      this.#tell();
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.closed += 1;
      this.#tell();
    });
    const failed = once(socket, 'error').then(() => {
      throw new Error('the WebSocket could not be opened');
    });
    await Promise.race([once(socket, 'open'), failed]);
    failed.catch(() => undefined);
    this.#socket = socket;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  /** Runs a cell. @returns its id, by which what comes of it is found */
  run(code: string): string {
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: this.#session,
      username: '',
      msg_type: 'execute_request',
      version: '5.3',
    };
    const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
    const message = { header, parent_header: {}, metadata: {}, content, buffers: [], channel: 'shell' };
    this.#socket!.send(JSON.stringify(message));
    return id;
  }

  /** What the cell has printed so far. */
  printed(id: string): string {
    return this.#of(id, 'stream')
      .map(({ content }) => content.text)
      .join('');
  }

  /** Waits until `condition` holds; looks whenever a message comes or the connection goes. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#news.promise;
  }

  /** Whether the cell has run to its end: `ok`, or `error`. */
  ended(id: string): string | undefined {
    return this.#of(id, 'execute_reply')[0]?.content.status;
  }

  /** Of the cell's last expression. */
  result(id: string): string | undefined {
    return this.#of(id, 'execute_result')[0]?.content.data?.['text/plain'];
  }

  [Symbol.dispose](): void {
    this.#socket?.close();
  }

  #of(id: string, type: string): readonly Message[] {
    return this.#messages.filter((one) => one.msg_type === type && one.parent_header?.msg_id === id);
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
