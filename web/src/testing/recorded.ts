/** A network that answers from recordings: every test says which address is answered with what. */

import { vi } from "vitest";

export interface Recorded {
  readonly status?: number;
  readonly body: unknown;
}

/** Answer each request by the first entry whose key its address holds; anything else fails as an unreachable server does. */
export function answerWith(recordings: Readonly<Record<string, Recorded>>): { asked: string[] } {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    const found = Object.entries(recordings).find(([part]) => address.includes(part));
    if (!found) throw new TypeError(`no recording for ${address}`);
    const { status = 200, body } = found[1];
    return new Response(JSON.stringify(body), { status });
  });
  return { asked };
}
