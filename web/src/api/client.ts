/** Requests to the native API: an address in, a typed answer or a `ProblemError` out. Never an empty success. */

import { basePath } from "../location";
import { encode } from "../url";
import { ProblemError, problemOf, unreachable } from "./problem";

export type Parameters = Readonly<Record<string, string>>;

/** The address of a request, absolute within this server. */
export function addressOf(path: string, parameters: Parameters = {}): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join("&");
  return basePath() + path + (query ? `?${query}` : "");
}

/** Ask the server; `signal` ends the request when nobody waits for it any more. */
export async function ask<Body>(address: string, signal?: AbortSignal): Promise<Body> {
  return (await send(address, { ...(signal ? { signal } : {}) })) as Body;
}

/** Ask for a text: a file. */
export async function askText(address: string, signal?: AbortSignal): Promise<string> {
  const response = await reach(address, { headers: { accept: "*/*" }, ...(signal ? { signal } : {}) });
  if (!response.ok) throw problemOf(response.status, await bodyOf(response, address), address);
  return response.text();
}

/** Change something on the server. */
export async function change(method: "PUT" | "DELETE", address: string, body?: unknown): Promise<void> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  await send(address, { method, headers: { "content-type": "application/json" }, ...json });
}

/** Ask the server to do something; it answers what was ordered. */
export async function order<Body>(address: string, body: unknown): Promise<Body> {
  const headers = { "content-type": "application/json" };
  return (await send(address, { method: "POST", headers, body: JSON.stringify(body) })) as Body;
}

async function send(address: string, init: RequestInit): Promise<unknown> {
  const headers = { accept: "application/json, application/problem+json", ...init.headers };
  const response = await reach(address, { ...init, headers });
  const body = await bodyOf(response, address);
  if (!response.ok) throw problemOf(response.status, body, address);
  return body;
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw unreachable(cause, address);
  }
}

async function bodyOf(response: Response, address: string): Promise<unknown> {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    if (!response.ok) return null;
    const start = text.slice(0, 80).replace(/\s+/g, " ");
    const problem = { title: "The server's answer is not JSON", detail: `It starts with: ${start}` };
    throw new ProblemError("server", problem, address);
  }
}
