// Requests to the control of the server, and the poll that keeps the page up to date.

const TIMEOUT = 5_000;
const INTERVAL = 1_000;
const LONGEST_INTERVAL = 10_000;

export class RefusedError extends Error {
  constructor(status, data) {
    super(data.errorMessage ?? `status ${status}`);
    this.code = data.errorCode;
  }
}

export async function send(method, path, body) {
  let response, data;
  try {
    response = await fetch(`/_sandbox/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    data = await response.json();
  } catch (error) {
    throw new Error("Not connected: is the server still running?", { cause: error });
  }
  if (!response.ok) throw new RefusedError(response.status, data);
  return data;
}

export class Poll {
  #version = 0;
  #actions = 0;
  #wake = () => {};

  constructor({ read, show, fail }) {
    Object.assign(this, { read, show, fail });
  }

  // Read again at once, and show nothing that was read before.
  refresh() {
    this.#version += 1;
    this.#wake();
  }

  // Wait for an action that changes what is read.
  async during(action) {
    this.#actions += 1;
    try {
      await action();
    } finally {
      this.#actions -= 1;
      this.refresh();
    }
  }

  async run() {
    document.addEventListener("visibilitychange", () => this.#wake());
    let interval = INTERVAL;
    for (;;) {
      const version = this.#version;
      const started = performance.now();
      try {
        const data = await this.read();
        // Many stores or requests take the server a while, which it needs for others.
        interval = Math.max(INTERVAL, 10 * (performance.now() - started));
        if (version === this.#version && this.#actions === 0) this.show(data);
      } catch (error) {
        interval = Math.min(2 * interval, LONGEST_INTERVAL);
        this.fail(error);
      }
      if (version === this.#version) await this.#pause(interval);
      while (document.hidden) await this.#pause();
    }
  }

  // Without an interval, until something wakes the poll.
  #pause(interval) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (interval !== undefined) setTimeout(resolve, interval);
    });
  }
}
